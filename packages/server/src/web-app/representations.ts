/** How the node's objects look: as documents of the REST API and as payloads of notifications. One User on both nodes. */
import {
  type Element,
  formatApiErrors,
  formatNotificationItem,
  formatSystemInfo,
  formatTeam,
  formatUser,
  type ReasonCode,
  type SystemInfo,
  type User,
  userElement,
  xml,
} from '@finesse-ha/protocol';
import type { Agent } from './agents.js';
import type { NodeConfig } from './config.js';
import type { CtiFailure } from './cti-failures.js';
import type { ApiError } from './errors.js';
import type { ReasonCodes, ReasonCodeView } from './reason-codes.js';

/** What a User shows where there is no reason code (user-api-parameters). */
const NO_REASON = '-1';
/** Voice (dev guide 12.5 p.29). */
const VOICE = '1';
/** Nothing of it is configurable here; the values are the usual ones. */
const SETTINGS = {
  wrapUpOnIncoming: 'OPTIONAL',
  wrapUpOnOutgoing: 'NOT_ALLOWED',
  deviceSelection: 'disabled',
};

const uriOf = (...path: string[]) => `/finesse/api/${path.join('/')}`;

/** Builds documents and payloads from the deployment's configuration and what is known of agents. */
export class Representations {
  readonly #teamNames: ReadonlyMap<string, string>;
  readonly #reasonCodes: ReasonCodes;

  constructor(config: NodeConfig, reasonCodes: ReasonCodes) {
    this.#teamNames = new Map(config.teams.map((team) => [team.id, team.name]));
    this.#reasonCodes = reasonCodes;
  }

  /** GET /SystemInfo. */
  systemInfo(info: SystemInfo): string {
    return formatSystemInfo(info);
  }

  /** GET /User/{id}. */
  user(agent: Agent): string {
    return formatUser(this.#user(agent));
  }

  /** GET /User. */
  users(agents: readonly Agent[]): string {
    return xml('Users', {}, ...agents.map((agent) => userElement(this.#user(agent)))).toString();
  }

  /** GET /Team/{id}. */
  team(team: { readonly id: string; readonly name: string }, members: readonly Agent[]): string {
    const users = members.map((agent) => this.#summary(agent));
    return formatTeam({ uri: uriOf('Team', team.id), id: team.id, name: team.name, users, unknown: [] });
  }

  /** Notification on the user's node. */
  userUpdate(agent: Agent, requestId: string): Element {
    const data = { kind: 'user', user: this.#user(agent) } as const;
    return formatNotificationItem({ event: 'PUT', source: uriOf('User', agent.who.id), requestId, data });
  }

  /** Notification on the team's node: a summary of the member. */
  memberUpdate(agent: Agent): Element {
    const data = { kind: 'user', user: this.#summary(agent) } as const;
    return formatNotificationItem({ event: 'PUT', source: uriOf('User', agent.who.id), requestId: '', data });
  }

  /** Notification on the SystemInfo node. */
  systemInfoUpdate(systemInfo: SystemInfo): Element {
    const data = { kind: 'systemInfo', systemInfo } as const;
    return formatNotificationItem({ event: 'PUT', source: uriOf('SystemInfo'), requestId: '', data });
  }

  /** Notification on the user's node: a request failed at CTI. */
  failureUpdate(agentId: string, requestId: string, failure: CtiFailure): Element {
    const error = { errorType: failure.type, errorData: failure.data, errorMessage: failure.message };
    const data = { kind: 'apiErrors', errors: { errors: [error] } } as const;
    return formatNotificationItem({ event: 'PUT', source: uriOf('User', agentId), requestId, data });
  }

  #user(agent: Agent): User {
    const { who } = agent;
    const teamName = this.#teamNames.get(who.teamId) ?? '';
    const team = { uri: uriOf('Team', who.teamId), id: who.teamId, name: teamName };
    return {
      ...this.#summary(agent),
      loginName: who.loginName,
      mediaType: VOICE,
      roles: who.roles,
      settings: SETTINGS,
      teamId: who.teamId,
      teamName,
      skillTargetId: String(who.skillTargetId),
      teams: who.roles.includes('Supervisor') ? [team] : [],
    };
  }

  /** What a team shows of its member. */
  #summary({ who, status }: Agent): User {
    const reason = this.#reason(status.state, status.reasonCode);
    return {
      uri: uriOf('User', who.id),
      loginId: who.id,
      firstName: who.firstName,
      lastName: who.lastName,
      state: status.state,
      stateChangeTime: status.changedAt === undefined ? '' : new Date(status.changedAt).toISOString(),
      pendingState: status.pendingState ?? '',
      reasonCodeId: reason?.id ?? NO_REASON,
      reasonCode: reason === undefined ? undefined : reasonCodeOf(reason),
      extension: status.extension,
      dialogs: uriOf('User', who.id, 'Dialogs'),
      roles: [],
      settings: {},
      teams: [],
      unknown: [],
    };
  }

  #reason(state: string, code: number | undefined): ReasonCodeView | undefined {
    if (state !== 'NOT_READY' && state !== 'LOGOUT') return undefined;
    return this.#reasonCodes.byCode(code, state);
  }
}

/** The body of a refusal. */
export function formatApiError(error: ApiError): string {
  return formatApiErrors({
    errors: [{ errorType: error.type, errorData: error.data, errorMessage: error.message }],
  });
}

/** A code without an id is the system's own: it is shown where it applies, and has no resource. */
function reasonCodeOf({ id, category, code, label, forAll }: ReasonCodeView): ReasonCode {
  return {
    uri: id === undefined ? '' : uriOf('ReasonCode', id),
    id: id ?? NO_REASON,
    category,
    code: String(code),
    label,
    forAll,
    systemCode: id === undefined,
    unknown: [],
  };
}
