/** What is known of a pair at one moment. No I/O; its size depends on the number of nodes alone. */
import type { Arrival } from './arrival.js';
import { type Conditions, type NodeState, nodeState, type PairState, pairState } from './pair-state.js';

/** What was measured of one node at one look. What could not be told is null. */
export interface NodeMeasures {
  /** Origin of the REST URL. */
  node: string;
  /** GET of SystemInfo, connecting included. */
  roundTripMs: number | null;
  /** XEP-0199 ping of the notification service; needs credentials. */
  pingMs: number | null;
  /** The last notification's way, from the change of an agent's state to here; needs the credentials of somebody with a team. */
  arrival: Arrival | null;
  /** The node's clock minus ours. */
  clockSkewMs: number | null;
  /** Since the node last heard from CTI, by its own clock; null where SystemInfo does not tell it. */
  heartbeatAgeMs: number | null;
  /** Null where there is no SystemInfo to tell. */
  maintenance: boolean | null;
  /** Epoch milliseconds. */
  certificateExpiresAt: number | null;
}

/** One of the three conditions of a node, and since when it is so (epoch milliseconds). */
export interface TimedCondition {
  value: string;
  sinceAt: number;
}

/** One node in the picture. Instants are epoch milliseconds. */
export interface NodePicture {
  node: string;
  state: NodeState;
  /** Why it is not up; empty where it is. */
  why: string;
  sinceAt: number;
  /** XMPP and presence are null where nobody logs in to see them. */
  conditions: Record<keyof Conditions, TimedCondition | null>;
  measures: NodeMeasures | null;
}

/** The picture of a pair, kept up to date by what is observed. */
export class PairPicture {
  readonly #nodes = new Map<string, NodePicture>();

  /**
   * Takes in what is known of a node, and gives the picture of it.
   * @param at epoch milliseconds
   */
  observe(node: string, conditions: Conditions, at: number): NodePicture {
    const last = this.#nodes.get(node);
    const { state, why } = nodeState(conditions);
    const timed = (name: keyof Conditions) => {
      const value = conditions[name];
      if (value === null) return null;
      const before = last?.conditions[name];
      return before?.value === value ? before : { value, sinceAt: at };
    };
    const picture: NodePicture = {
      node,
      state,
      why,
      sinceAt: last?.state === state ? last.sinceAt : at,
      conditions: { systemInfo: timed('systemInfo'), xmpp: timed('xmpp'), presence: timed('presence') },
      measures: last?.measures ?? null,
    };
    this.#nodes.set(node, picture);
    return picture;
  }

  /** Measures of a node that was not observed yet are dropped. */
  measured(measures: NodeMeasures): void {
    const picture = this.#nodes.get(measures.node);
    if (picture !== undefined) this.#nodes.set(measures.node, { ...picture, measures });
  }

  /** In the order of their URLs: a node keeps its place. */
  get nodes(): readonly NodePicture[] {
    return [...this.#nodes.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
  }

  get state(): PairState {
    return pairState(this.nodes.map(({ state }) => state));
  }
}
