import {
  ChildReader,
  copies,
  type Extensible,
  fieldLeaves,
  kept,
  leaf,
  listOf,
  record,
  rootOf,
} from './codec.js';
import type { Element } from './ltx.js';
import { parseReasonCode, type ReasonCode, reasonCodeElement } from './reason-codes.js';
import { xml } from './xml.js';

/** States as the API names them (dev guide 12.5 p.73). LOGIN is an action, never a state. New ones may come. */
export const userStates = [
  'LOGOUT',
  'NOT_READY',
  'READY',
  'RESERVED',
  'RESERVED_OUTBOUND',
  'RESERVED_OUTBOUND_PREVIEW',
  'TALKING',
  'HOLD',
  'WORK',
  'WORK_READY',
  'UNKNOWN',
] as const;
/** One of `userStates`. */
export type UserState = (typeof userStates)[number];

/** A mobile agent's telephone. Known only to the node on which the agent signed in. */
export interface MobileAgent {
  /** `CALL_BY_CALL` or `NAILED_CONNECTION`. */
  mode: string;
  dialNumber: string;
}

/** One of the teams that a supervisor looks after. */
export interface TeamSummary extends Extensible {
  uri: string;
  id: string;
  name: string;
}

/**
 * A User (dev guide 12.5 p.29, "user-api-parameters"). A team's summary notification leaves most of it out: what is
 * absent is undefined.
 */
export interface User {
  uri: string;
  loginId: string;
  loginName?: string | undefined;
  /** One of `userStates`, or one that a later release adds. */
  state: string;
  /** ISO 8601, or empty. */
  stateChangeTime?: string | undefined;
  pendingState?: string | undefined;
  mediaType?: string | undefined;
  /** `-1` when there is none, and after a failover when it could not be recovered. */
  reasonCodeId?: string | undefined;
  reasonCode?: ReasonCode | undefined;
  roles: readonly string[];
  settings: Readonly<Record<string, string>>;
  extension?: string | undefined;
  mobileAgent?: MobileAgent | undefined;
  firstName?: string | undefined;
  lastName?: string | undefined;
  teamId?: string | undefined;
  teamName?: string | undefined;
  skillTargetId?: string | undefined;
  /** URI of the agent's dialogs. */
  dialogs?: string | undefined;
  /** The teams that a supervisor looks after. */
  teams: readonly TeamSummary[];
  unknown: readonly Element[];
}

/** @throws {XmlError | CodecError} */
export function parseUser(input: string | Element): User {
  const read = new ChildReader(rootOf(input, 'User'));
  const reasonCode = read.element('ReasonCode');
  return {
    uri: read.text('uri'),
    loginId: read.text('loginId'),
    loginName: read.optionalText('loginName'),
    state: read.text('state').toUpperCase(),
    stateChangeTime: read.optionalText('stateChangeTime'),
    pendingState: read.optionalText('pendingState'),
    mediaType: read.optionalText('mediaType'),
    reasonCodeId: read.optionalText('reasonCodeId'),
    reasonCode: reasonCode === undefined ? undefined : parseReasonCode(reasonCode),
    roles: read.texts('roles', 'role'),
    settings: read.fields('settings'),
    extension: read.optionalText('extension'),
    mobileAgent: read.nested('mobileAgent', (mobile) => ({
      mode: mobile.text('mode'),
      dialNumber: mobile.text('dialNumber'),
    })),
    firstName: read.optionalText('firstName'),
    lastName: read.optionalText('lastName'),
    teamId: read.optionalText('teamId'),
    teamName: read.optionalText('teamName'),
    skillTargetId: read.optionalText('skillTargetId'),
    dialogs: read.optionalText('dialogs'),
    teams: read.list('teams', 'Team', parseTeamSummary),
    unknown: read.unknown(),
  };
}

function parseTeamSummary(element: Element): TeamSummary {
  const read = new ChildReader(element);
  return { uri: read.text('uri'), id: read.text('id'), name: read.text('name'), ...kept(read.unknown()) };
}

/**
 * A user as an element.
 * @param name `User` over REST, `user` in a notification
 */
export function userElement(user: User, name = 'User'): Element {
  const { mobileAgent: mobile, reasonCode } = user;
  return xml(
    name,
    {},
    leaf('uri', user.uri),
    listOf(
      'roles',
      user.roles.map((role) => leaf('role', role)),
    ),
    leaf('loginId', user.loginId),
    leaf('loginName', user.loginName),
    leaf('state', user.state),
    leaf('stateChangeTime', user.stateChangeTime),
    leaf('mediaType', user.mediaType),
    leaf('pendingState', user.pendingState),
    leaf('reasonCodeId', user.reasonCodeId),
    reasonCode === undefined ? undefined : reasonCodeElement(reasonCode),
    listOf('settings', fieldLeaves(`${name}/settings`, user.settings)),
    leaf('extension', user.extension),
    mobile === undefined
      ? undefined
      : record('mobileAgent', { mode: mobile.mode, dialNumber: mobile.dialNumber }),
    leaf('firstName', user.firstName),
    leaf('lastName', user.lastName),
    leaf('teamId', user.teamId),
    leaf('teamName', user.teamName),
    leaf('skillTargetId', user.skillTargetId),
    leaf('dialogs', user.dialogs),
    listOf('teams', user.teams.map(teamElement)),
    ...copies(user.unknown),
  );
}

function teamElement({ uri, id, name, unknown }: TeamSummary): Element {
  return record('Team', { uri, id, name }, ...copies(unknown));
}

/** The body of a REST answer. */
export function formatUser(user: User): string {
  return userElement(user).toString();
}
