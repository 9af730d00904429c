/** The two servers that a web app depends on, as its configuration names them. */
import { readFileSync } from 'node:fs';
import { CtiSession } from '@finesse-ha/cti';
import { NotificationLink } from '@finesse-ha/notification';
import type { NodeConfig } from './config.js';

/** A session, not begun yet, with the pair of CTI sides. */
export function ctiSessionOf({ cti }: NodeConfig): CtiSession {
  const { sides, clientId, password, version, peripheralId, heartbeatIntervalMs, retryDelayMs } = cti;
  return new CtiSession({
    sides,
    clientId,
    password,
    version,
    peripheralId,
    heartbeatIntervalMs,
    ...(retryDelayMs === undefined ? {} : { retryDelayMs }),
  });
}

/**
 * The link, not begun yet, to the node's notification service.
 * @throws Error when the service's certificate file cannot be read
 */
export function notificationLinkOf({
  notification,
  domain,
  agents,
  teams,
  queues,
}: NodeConfig): NotificationLink {
  const { host, otherHosts, port, password, caFile, service } = notification;
  const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);
  return new NotificationLink({
    host,
    otherHosts,
    port,
    domain,
    password,
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
    // Other servers know no nodes by themselves.
    ...(service === 'embedded'
      ? {}
      : { provision: { agents: ids(agents), teams: ids(teams), queues: ids(queues) } }),
  });
}
