import type { LossCause, NodeId } from '@finesse-ha/failover';

type Way = 'websocket' | 'bosh';

/** A way that once got through is given up after so many attempts in a row that put it in doubt: networks change. */
const doubtsOfKnownWay = 3;

/**
 * What puts the way there in doubt and not the node: an answer that is no WebSocket's, an upgrade that is cut off or
 * swallowed, as proxies do. A port on which nobody listens, or a server that turns the login away, says nothing of it.
 */
const doubtful: ReadonlySet<LossCause> = new Set(['protocol', 'closed', 'reset', 'timeout']);

/**
 * `transport: 'auto'`: by which way each node is tried next. WebSocket comes first; BOSH is tried where WebSocket did not
 * come about although the node was there, and WebSocket again where BOSH fails too. What got through is remembered, for its node
 * and as the first choice for one not reached yet, as long as the client exists.
 */
export class AutoTransport {
  readonly #nodes = new Map<NodeId, { way: Way; known: boolean; doubts: number }>();
  #lastReached: Way = 'websocket';

  /** By which way the node is tried next. */
  way(node: NodeId): Way {
    return this.#of(node).way;
  }

  /** A connection to the node came up. */
  reached(node: NodeId): void {
    const state = this.#of(node);
    state.known = true;
    state.doubts = 0;
    this.#lastReached = state.way;
  }

  /** An attempt ended before the connection was up. */
  failed(node: NodeId, cause: LossCause): void {
    const state = this.#of(node);
    const inDoubt = doubtful.has(cause);
    if (inDoubt) state.doubts += 1;
    if (state.known) {
      if (state.doubts < doubtsOfKnownWay) return;
      state.known = false;
    }
    // BOSH has to show that it gets through where WebSocket does not: until then each attempt begins with WebSocket.
    if (state.way === 'bosh') state.way = 'websocket';
    else if (inDoubt) state.way = 'bosh';
    state.doubts = 0;
  }

  #of(node: NodeId): { way: Way; known: boolean; doubts: number } {
    let state = this.#nodes.get(node);
    if (state === undefined) {
      state = { way: this.#lastReached, known: false, doubts: 0 };
      this.#nodes.set(node, state);
    }
    return state;
  }
}
