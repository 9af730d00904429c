import type { Settings } from './settings.js';
import type { FailoverState, NodeId, NodeState, NodeView } from './types.js';

/** A node of which nothing is known. */
export function unknownNode(id: NodeId): NodeState {
  return {
    id,
    systemInfo: 'unknown',
    heartbeat: 'unknown',
    toldAt: null,
    inServiceSinceAt: null,
    unanswered: 0,
    hostAnswers: false,
    detail: '',
    probe: null,
    nextProbeAt: null,
    polls: 0,
    notBeforeAt: 0,
    leftAt: [],
    rejected: null,
  };
}

/**
 * The state before anything happened. The first of `nodes` is tried first; a second may be given or be learned from
 * SystemInfo. `seed` seeds the jitter.
 * @throws {RangeError} without a node, with more than two, or with the same node twice.
 */
export function createState(
  settings: Settings,
  nodes: readonly NodeId[],
  seed: number,
  now: number,
): FailoverState {
  const [first] = nodes;
  if (first === undefined || nodes.length > 2)
    throw new RangeError(`one or two nodes are needed, not ${nodes.length}`);
  if (nodes[0] === nodes[1]) throw new RangeError(`the two nodes are the same: ${first}`);
  return {
    settings,
    phase: 'idle',
    status: 'idle',
    lastAt: now,
    random: seed | 0,
    deployment: 'UCCE',
    online: true,
    nodes: nodes.map(unknownNode),
    current: first,
    link: null,
    failure: null,
    stageAt: now,
    place: 0,
    patienceAt: now,
    attempts: 0,
    nextAttemptAt: now,
    onceMore: null,
    lastLoss: null,
    inServiceAt: null,
    everInService: false,
    connectedTold: false,
    nextGeneration: 1,
    nextProbe: 1,
    ended: null,
    deadlineAt: null,
    log: [],
  };
}

/** When the core wants a `timer` event if nothing else happens before; null while it waits for nothing. */
export function nextDeadline(state: FailoverState): number | null {
  return state.deadlineAt;
}

/** What a node was told to be since some instant; `unknown` where the last word is older. */
export function toldSince({ systemInfo, toldAt }: NodeState, sinceAt: number): NodeState['systemInfo'] {
  return (toldAt ?? Number.NEGATIVE_INFINITY) >= sinceAt ? systemInfo : 'unknown';
}

/** The three conditions of a node as they are known now. */
export function viewNode(state: FailoverState, node: NodeState): NodeView {
  const link = state.link?.node === node.id ? state.link : null;
  return {
    node: node.id,
    systemInfo: node.systemInfo,
    xmpp: link === null ? 'none' : link.phase,
    presence: link === null ? 'unknown' : link.presence,
    available: link !== null && conditionsHold(node, link),
    toldAt: node.toldAt,
    detail: node.rejected?.detail ?? node.detail,
    ...(node.rejected === null ? {} : { certificate: node.rejected.problem }),
  };
}

/** DESIGN.md: available when, checked in this order, SystemInfo says IN_SERVICE, XMPP is up, `finesse` is available. */
export function conditionsHold(node: NodeState, link: NonNullable<FailoverState['link']>): boolean {
  return (
    node.systemInfo === 'in-service' && link.verified && link.phase === 'up' && link.presence === 'available'
  );
}
