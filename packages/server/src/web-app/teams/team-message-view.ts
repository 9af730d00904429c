/** A team message as the API shows it and as a request gives it (teammessage, teammessage-api-parameters). */
import { type Element, xml } from '@finesse-ha/protocol';
import { invalidInput, parameterMissing } from '../errors.js';
import { parseBody, shorten, textOf } from '../request-body.js';
import type { TeamMessage } from './team-messages.js';

/** What a supervisor asks for. */
export interface TeamMessageRequest {
  readonly content: string;
  readonly durationSeconds: number;
  readonly teams: readonly string[];
}

/** Characters of a message (teammessage-api-parameters). */
const MAX_CONTENT = 255;
/** The desktop offers up to 23:55 h (UCCX features guide 12.5, Team Message); a day is the round bound. */
const MAX_DURATION_SECONDS = 86_400;

/** URI of a message. */
export function teamMessageUri(id: string): string {
  return `/finesse/api/TeamMessage/${id}`;
}

/** @param name `TeamMessage` over REST, `teamMessage` in a notification */
export function teamMessageElement(message: TeamMessage, name = 'TeamMessage'): Element {
  const { id, createdBy } = message;
  return xml(
    name,
    {},
    xml('uri', {}, teamMessageUri(id)),
    xml('id', {}, id),
    xml(
      'createdBy',
      {},
      xml('id', {}, createdBy.id),
      xml('firstName', {}, createdBy.firstName),
      xml('lastName', {}, createdBy.lastName),
    ),
    xml('createdAt', {}, String(message.createdAt)),
    xml('duration', {}, String(message.durationSeconds)),
    xml('content', {}, message.content),
    xml('teams', {}, ...message.teams.map((team) => xml('team', {}, team))),
  );
}

/** A list of messages. */
export function formatTeamMessages(messages: readonly TeamMessage[]): string {
  return xml('TeamMessages', {}, ...messages.map((message) => teamMessageElement(message))).toString();
}

/**
 * Reads the body of a POST.
 * @throws ApiError 400 naming the problem and the place
 */
export function parseTeamMessageRequest(body: string): TeamMessageRequest {
  const root = parseBody(body, 'TeamMessage');
  const content = textOf(root, 'content');
  if (content === undefined) throw parameterMissing('content');
  if ([...content].length > MAX_CONTENT) {
    throw invalidInput('content', `A message has at most ${MAX_CONTENT} characters`);
  }
  const duration = textOf(root, 'duration');
  if (duration === undefined) throw parameterMissing('duration');
  const durationSeconds = /^[0-9]{1,6}$/.test(duration) ? Number(duration) : 0;
  if (durationSeconds < 1 || durationSeconds > MAX_DURATION_SECONDS) {
    throw invalidInput('duration', `${shorten(duration)} is not 1 to ${MAX_DURATION_SECONDS} seconds`);
  }
  const elements = root.getChild('teams')?.getChildren('team') ?? [];
  const teams = [...new Set(elements.map((element) => element.text().trim()))];
  if (teams.length === 0) throw parameterMissing('teams');
  return { content, durationSeconds, teams };
}
