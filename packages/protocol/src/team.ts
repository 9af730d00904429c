import { ChildReader, copies, leaf, rootOf } from './codec.js';
import type { Element } from './ltx.js';
import { parseUser, type User, userElement } from './user.js';
import { xml } from './xml.js';

/** A team with summaries of its users (dev guide 12.5 p.144). */
export interface Team {
  uri: string;
  id: string;
  name: string;
  users: readonly User[];
  unknown: readonly Element[];
}

/** @throws {XmlError | CodecError} */
export function parseTeam(input: string | Element): Team {
  const read = new ChildReader(rootOf(input, 'Team'));
  return {
    uri: read.text('uri'),
    id: read.text('id'),
    name: read.text('name'),
    users: read.list('users', 'User', parseUser),
    unknown: read.unknown(),
  };
}

/**
 * A team as an element.
 * @param name `Team` over REST, `team` in a notification
 */
export function teamElement(team: Team, name = 'Team'): Element {
  return xml(
    name,
    {},
    leaf('uri', team.uri),
    leaf('id', team.id),
    leaf('name', team.name),
    xml('users', {}, ...team.users.map((user) => userElement(user))),
    ...copies(team.unknown),
  );
}

/** The body of a REST answer. */
export function formatTeam(team: Team): string {
  return teamElement(team).toString();
}
