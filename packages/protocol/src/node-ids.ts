/** Pubsub node ids of Finesse (dev guide 12.5 p.345, "subscription management"). They are REST paths. */
export type NodeIdKind =
  | { kind: 'systemInfo' }
  | { kind: 'user' | 'userDialogs' | 'userMedia' | 'userQueues'; id: string }
  | { kind: 'userMediaDialogs'; id: string }
  /** One media routing domain of an agent. */
  | { kind: 'userMediaDomain'; id: string; mediaId: string }
  | { kind: 'teamUsers' | 'teamMessages' | 'queue'; id: string };

/** Automatic: SystemInfo of the node. */
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
/** Explicit: messages of supervisors to the team. Cisco prints no node id for them; this one follows the REST path. */
export const teamMessagesNode = (id: string): string => `/finesse/api/Team/${id}/TeamMessages`;
/** Explicit (UCCE): queue statistics. */
export const queueNode = (id: string): string => `/finesse/api/Queue/${id}`;

/** The parts of a node id behind `/finesse/api`; null when it is none. */
function pathOf(node: string): string[] | null {
  const [root, finesse, api, ...path] = node.split('/');
  return root === '' && finesse === 'finesse' && api === 'api' && !path.includes('') ? path : null;
}

/** What a node id stands for; null for one that Finesse does not have. */
export function parseNodeId(node: string): NodeIdKind | null {
  const [type, id, rest, more, ...tooMuch] = pathOf(node) ?? [];
  if (type === 'SystemInfo' && id === undefined) return { kind: 'systemInfo' };
  if (id === undefined || tooMuch.length > 0) return null;
  switch (type) {
    case 'User':
      return parseUserNode(id, rest, more);
    case 'Team':
      return more === undefined ? parseTeamNode(id, rest) : null;
    case 'Queue':
      return rest === undefined ? { kind: 'queue', id } : null;
    default:
      return null;
  }
}

function parseTeamNode(id: string, rest: string | undefined): NodeIdKind | null {
  switch (rest) {
    case 'Users':
      return { kind: 'teamUsers', id };
    case 'TeamMessages':
      return { kind: 'teamMessages', id };
    default:
      return null;
  }
}

function parseUserNode(id: string, rest: string | undefined, more: string | undefined): NodeIdKind | null {
  switch (rest) {
    case undefined:
      return { kind: 'user', id };
    case 'Dialogs':
      if (more === undefined) return { kind: 'userDialogs', id };
      return more === 'Media' ? { kind: 'userMediaDialogs', id } : null;
    case 'Media':
      return more === undefined ? { kind: 'userMedia', id } : { kind: 'userMediaDomain', id, mediaId: more };
    case 'Queues':
      return more === undefined ? { kind: 'userQueues', id } : null;
    default:
      return null;
  }
}
