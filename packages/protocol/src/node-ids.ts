/** Pubsub node ids of Finesse (dev guide 12.5 p.345, "subscription management"). They are REST paths. */
export type NodeIdKind =
  | { kind: 'systemInfo' }
  | { kind: 'user' | 'userDialogs' | 'userMedia' | 'userQueues'; id: string }
  | { kind: 'userMediaDialogs'; id: string }
  | { kind: 'teamUsers' | 'queue'; id: string };

export const systemInfoNode = '/finesse/api/SystemInfo';
/** Automatic: the agent's own state. */
export const userNode = (id: string): string => `/finesse/api/User/${id}`;
/** Automatic: dialogs added, removed, changed; CTI errors of dialogs. */
export const userDialogsNode = (id: string): string => `/finesse/api/User/${id}/Dialogs`;
/** Automatic (UCCE): non-voice media. */
export const userMediaNode = (id: string): string => `/finesse/api/User/${id}/Media`;
/** Explicit: queues added to or removed from an agent. */
export const userQueuesNode = (id: string): string => `/finesse/api/User/${id}/Queues`;
/** Explicit: one summary user per change in the team. */
export const teamUsersNode = (id: string): string => `/finesse/api/Team/${id}/Users`;
/** Explicit (UCCE): queue statistics. */
export const queueNode = (id: string): string => `/finesse/api/Queue/${id}`;

/** What a node id stands for; null for one that Finesse does not have. */
export function parseNodeId(node: string): NodeIdKind | null {
  const [, finesse, api, type, id, rest, more, ...tooMuch] = node.split('/');
  if (finesse !== 'finesse' || api !== 'api' || tooMuch.length > 0) return null;
  if (type === 'SystemInfo' && id === undefined) return { kind: 'systemInfo' };
  if (id === undefined || id === '') return null;
  if (more !== undefined) {
    return type === 'User' && rest === 'Dialogs' && more === 'Media'
      ? { kind: 'userMediaDialogs', id }
      : null;
  }
  if (type === 'User') {
    if (rest === undefined) return { kind: 'user', id };
    if (rest === 'Dialogs') return { kind: 'userDialogs', id };
    if (rest === 'Media') return { kind: 'userMedia', id };
    return rest === 'Queues' ? { kind: 'userQueues', id } : null;
  }
  if (type === 'Team' && rest === 'Users') return { kind: 'teamUsers', id };
  return type === 'Queue' && rest === undefined ? { kind: 'queue', id } : null;
}
