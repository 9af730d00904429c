/** Who is connected to this node's notification service, and since when (ConnectedUsersInfo, 12.6 and later). */
import { type Element, xml } from '@finesse-ha/protocol';
import type { Agent } from '../agents.js';

/** One session of an agent. */
export interface ConnectedUser {
  readonly agent: Agent;
  readonly resource: string;
  /** Epoch ms. */
  readonly connectedAt: number;
}

/** The resource that is reserved for the agent's desktop (finesse-notifications). */
const DESKTOP = 'desktop';

/** The sessions as presence tells of them. */
export class ConnectedUsers {
  readonly #sessions = new Map<string, ConnectedUser>();

  /** A session came or went. @param now epoch ms */
  presence(agent: Agent, resource: string, available: boolean, now: number): void {
    const key = `${agent.who.id}/${resource}`;
    if (!available) this.#sessions.delete(key);
    else if (!this.#sessions.has(key)) this.#sessions.set(key, { agent, resource, connectedAt: now });
  }

  /** The notification service is not reached: nothing is known of anybody. */
  clear(): void {
    this.#sessions.clear();
  }

  /** All sessions. */
  all(): readonly ConnectedUser[] {
    return [...this.#sessions.values()];
  }

  /** Sessions of the desktop, and of other clients. */
  count(): { desktop: number; thirdParty: number } {
    const desktop = this.all().filter(({ resource }) => resource === DESKTOP).length;
    return { desktop, thirdParty: this.#sessions.size - desktop };
  }
}

const leaf = (name: string, value: string | number) => xml(name, {}, String(value));

/**
 * ConnectedUsersInfo ("ConnectedUsersInfo API Parameters"). There are neither IP phone agents nor a reverse proxy here.
 * @param teamName of a team's id; without it, the summary alone is shown
 * @param now epoch ms
 */
export function connectedUsersInfo(
  users: ConnectedUsers,
  domain: string,
  now: number,
  teamName?: (teamId: string) => string,
): string {
  const { desktop, thirdParty } = users.count();
  const summary = xml(
    'userSummary',
    {},
    leaf('desktopUsers', desktop),
    leaf('fippaUsers', 0),
    leaf('thirdPartyUsers', thirdParty),
    leaf('totalConnectedUsers', desktop + thirdParty),
    leaf('totalConnectedUsersViaProxy', 0),
  );
  const details =
    teamName === undefined
      ? []
      : [xml('userDetails', {}, ...users.all().map((user) => detail(user, domain, now, teamName)))];
  const uri = leaf('uri', '/finesse/api/ConnectedUsersInfo');
  return xml('ConnectedUsersInfo', {}, summary, ...details, uri).toString();
}

function detail(
  { agent: { who, status }, resource, connectedAt }: ConnectedUser,
  domain: string,
  now: number,
  teamName: (teamId: string) => string,
): Element {
  return xml(
    'userDetail',
    {},
    leaf('loginId', who.id),
    leaf('userType', resource === DESKTOP ? 'DESKTOP' : 'THIRDPARTY'),
    leaf('xmppJID', `${who.id}@${domain}/${resource}`),
    leaf('teamName', teamName(who.teamId)),
    leaf('extension', status.extension),
    leaf('firstName', who.firstName),
    leaf('lastName', who.lastName),
    leaf('connectedDuration', Math.max(0, Math.floor((now - connectedAt) / 1_000))),
  );
}
