/** What a node's conditions mean to an operator. No I/O. */
import type { NodeView } from '@finesse-ha/client';

/** The three conditions of one node. XMPP and presence are null where nobody logs in to see them. */
export interface Conditions {
  systemInfo: NodeView['systemInfo'];
  xmpp: NodeView['xmpp'] | null;
  presence: NodeView['presence'] | null;
}

/** `split`: its conditions contradict each other, so that some clients find it usable and others do not. */
export type NodeState = 'up' | 'down' | 'split';

/** What a pair is to the agents: a choice, the last one, nothing. */
export type PairState = 'both' | 'one' | 'none';

/** The state of a node, and the sentence that explains it where it is not `up`. */
export function nodeState({ systemInfo, xmpp, presence }: Conditions): { state: NodeState; why: string } {
  if (systemInfo === 'in-service') {
    if (presence === 'unavailable') return { state: 'split', why: 'IN_SERVICE but finesse is unavailable' };
    if (xmpp !== null && xmpp !== 'up') return { state: 'split', why: 'IN_SERVICE but XMPP is down' };
    if (presence === 'unknown') return { state: 'split', why: 'IN_SERVICE but no presence of finesse' };
    return { state: 'up', why: '' };
  }
  if (systemInfo === 'out-of-service') return { state: 'down', why: 'OUT_OF_SERVICE' };
  // CTI loss takes SystemInfo out of service by itself; a web app that is gone takes its presence with it in the end.
  if (presence === 'available') return { state: 'split', why: 'finesse is available but SystemInfo is not' };
  return {
    state: 'down',
    why: systemInfo === 'unknown' ? 'SystemInfo is not known' : 'SystemInfo unreachable',
  };
}

/** Only a node that is `up` counts: agents cannot rely on a split one. */
export function pairState(states: readonly NodeState[]): PairState {
  const up = states.filter((state) => state === 'up').length;
  if (up === 0) return 'none';
  return up === states.length ? 'both' : 'one';
}
