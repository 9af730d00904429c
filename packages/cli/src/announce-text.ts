import type { Announcement, NodeView } from '@finesse-ha/failover';

/** The three conditions of a node in one phrase, in their order. */
export function conditions({
  systemInfo,
  xmpp,
  presence,
  available,
}: Pick<NodeView, 'systemInfo' | 'xmpp' | 'presence' | 'available'>): string {
  const info = {
    'in-service': 'IN_SERVICE',
    'out-of-service': 'OUT_OF_SERVICE',
    unreachable: 'unreachable',
    unknown: 'unknown',
  };
  const all = available ? ' = available' : '';
  return `SystemInfo ${info[systemInfo]}, XMPP ${xmpp}, finesse ${presence}${all}`;
}

/** One announcement as a line for people. */
export function announcementText(announcement: Announcement): string {
  const { kind, node, failure, ended, why } = announcement;
  switch (kind) {
    case 'failing':
    case 'refined':
      return failure === null
        ? `${kind} on ${node}: ${why}`
        : `${kind === 'failing' ? 'FAILURE' : 'it is'} ${failure.scenario} (${failure.service}) on ${failure.node}, told by ${failure.mechanism}, criterion ${failure.criterion}${kind === 'failing' ? `: ${failure.detail}` : ''}`;
    case 'moving':
      return `moving to ${node}: ${why}`;
    case 'recovered':
      return `RECOVERED on ${node}: ${why}`;
    case 'in-service':
      return `in service on ${node}`;
    case 'connected':
      return `connected to ${node}: ${why}`;
    case 'ended':
      return `ended: ${ended?.cause ?? ''} ${why}`;
    default:
      return `${kind}: ${why}`;
  }
}
