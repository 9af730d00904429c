import type { SystemInfoAnswer } from '@finesse-ha/failover';

/** The five components of a node that fail, each with the ways in which it does. */
export interface Parts {
  /** The notification service process. */
  readonly service: 'up' | 'down';
  /** The network between client and notification service: a cut either resets connections or swallows their packets. */
  readonly link: 'up' | 'half-open' | 'down';
  /** The web host process: down it refuses connections, frozen it keeps them and says nothing. */
  readonly host: 'up' | 'frozen' | 'down';
  /** The web app inside the web host. */
  readonly app: 'up' | 'down';
  /** The connection to CTI: `failing` still IN_SERVICE, but its last heartbeat failed. */
  readonly cti: 'up' | 'failing' | 'down';
}

export const allUp: Parts = { service: 'up', link: 'up', host: 'up', app: 'up', cti: 'up' };

/** Every way in which one component of a node may change. */
export function changesOf(parts: Parts): Parts[] {
  const changes: Parts[] = [];
  for (const service of ['up', 'down'] as const) changes.push({ ...parts, service });
  for (const link of ['up', 'half-open', 'down'] as const) changes.push({ ...parts, link });
  for (const host of ['up', 'frozen', 'down'] as const) changes.push({ ...parts, host });
  for (const app of ['up', 'down'] as const) changes.push({ ...parts, app });
  for (const cti of ['up', 'failing', 'down'] as const) changes.push({ ...parts, cti });
  return changes.filter((changed) => differs(changed, parts));
}

export function differs(one: Parts, other: Parts): boolean {
  return (
    one.service !== other.service ||
    one.link !== other.link ||
    one.host !== other.host ||
    one.app !== other.app ||
    one.cti !== other.cti
  );
}

/** The web app runs: a frozen web host keeps it, a dead one takes it along. */
function appLives(parts: Parts): boolean {
  return parts.host !== 'down' && parts.app === 'up';
}

/** XMPP user `finesse` is logged in at the notification service. A frozen web host's connections stay open. */
export function finessePresent(parts: Parts): boolean {
  return appLives(parts) && parts.service === 'up';
}

/** What the node publishes of itself: nothing without its web app or its notification service. */
export function published(parts: Parts): 'in-service' | 'out-of-service' | null {
  if (!finessePresent(parts)) return null;
  return parts.cti === 'down' ? 'out-of-service' : 'in-service';
}

/** The answer to a GET of SystemInfo; null while the web host is frozen, which answers nothing. */
export function answerOf(parts: Parts): SystemInfoAnswer | null {
  if (parts.host === 'frozen') return null;
  if (parts.host === 'down') return { kind: 'unreachable', detail: 'connection refused' };
  if (parts.app === 'down') return { kind: 'http-error', httpStatus: 404 };
  const inService = parts.cti !== 'down' && parts.service === 'up';
  return {
    kind: 'status',
    status: inService ? 'in-service' : 'out-of-service',
    heartbeat: parts.cti === 'up' ? 'success' : 'failure',
  };
}

/** All three conditions hold for a client that is on this node and is told everything. */
export function trulyAvailable(parts: Parts): boolean {
  return (
    parts.link === 'up' && parts.host === 'up' && published(parts) === 'in-service' && parts.service === 'up'
  );
}
