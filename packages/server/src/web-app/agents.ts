/** The agents of the deployment and the last state of each that CTI told. */
import type { ConfiguredAgent } from './config.js';

/** User states as the REST API names them (dev guide 12.5 p.73; LOGIN is an action, never a state). */
export type AgentState =
  | 'LOGOUT'
  | 'NOT_READY'
  | 'READY'
  | 'RESERVED'
  | 'TALKING'
  | 'HOLD'
  | 'WORK'
  | 'WORK_READY'
  | 'UNKNOWN';

/** What CTI tells of an agent. */
export interface AgentStatus {
  readonly state: AgentState;
  /** What the agent asked to be after the call that goes on. */
  readonly pendingState?: AgentState | undefined;
  /** Extension that the agent is signed in at, empty when signed out. */
  readonly extension: string;
  /** Reason code on the wire of CTI; absent when CTI did not tell one. */
  readonly reasonCode?: number | undefined;
  /** Since when the agent is in this state, epoch ms; absent when CTI did not tell. */
  readonly changedAt?: number | undefined;
}

/** An agent and its state. */
export interface Agent {
  readonly who: ConfiguredAgent;
  readonly status: AgentStatus;
}

interface Entry extends Agent {
  status: AgentStatus;
  revision: number;
}

const UNKNOWN: AgentStatus = { state: 'UNKNOWN', extension: '' };

/** All configured agents. Who CTI speaks of beyond them is no concern of this node. */
export class Agents {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #byExtension = new Map<string, Entry>();

  constructor(agents: readonly ConfiguredAgent[]) {
    this.#entries = new Map(agents.map((who) => [who.id, { who, status: UNKNOWN, revision: 0 }]));
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The agent with this id. */
  get(agentId: string): Agent | undefined {
    return this.#entries.get(agentId);
  }

  /** The agent who is signed in at the extension. */
  at(extension: string): Agent | undefined {
    return this.#byExtension.get(extension);
  }

  /** All agents in the order of the configuration. */
  all(): Agent[] {
    return [...this.#entries.values()];
  }

  /** Counts up with every state told; tells whether an answer that was on its way is outdated. */
  revision(agentId: string): number {
    return this.#entries.get(agentId)?.revision ?? 0;
  }

  /** True for an agent in any state but logged out or unknown. */
  isSignedIn(agentId: string): boolean {
    const state = this.#entries.get(agentId)?.status.state;
    return state !== undefined && state !== 'LOGOUT' && state !== 'UNKNOWN';
  }

  /**
   * Takes in what CTI told.
   * @returns false when nothing changed by it, or the agent is not configured
   */
  update(agentId: string, status: AgentStatus): boolean {
    const entry = this.#entries.get(agentId);
    if (entry === undefined) return false;
    entry.revision += 1;
    const before = entry.status;
    entry.status = status;
    if (this.#byExtension.get(before.extension) === entry) this.#byExtension.delete(before.extension);
    if (status.extension !== '') this.#byExtension.set(status.extension, entry);
    return (
      before.state !== status.state ||
      before.extension !== status.extension ||
      before.reasonCode !== status.reasonCode ||
      before.pendingState !== status.pendingState ||
      before.changedAt !== status.changedAt
    );
  }
}
