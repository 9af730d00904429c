/** Keeps the agents' states equal to CTI's: asks for all of them whenever a session opens, then follows its events. */
import type { CtiMessage, CtiSession } from '@finesse-ha/cti';
import { CtiRequestError } from '@finesse-ha/cti';
import type { Agents } from './agents.js';
import { agentStatusFrom } from './cti-states.js';

/** What is told. */
export interface AgentStatesObserver {
  onOpen(side: 'A' | 'B'): void;
  onLost(side: 'A' | 'B', cause: string): void;
  /** Every agent was asked for since the session opened. */
  onQueried(): void;
  /** An event told a state; `Agents` has it already. `changed`: it differs from what was known. */
  onEvent(agentId: string, changed: boolean): void;
  /** CTI does not know a configured agent. */
  onUnknownAgent(agentId: string, error: unknown): void;
}

/** Queries that may be unanswered: enough to fill the round trip, too few to flood a CTI server. */
const CONCURRENT_QUERIES = 16;
/** Attempts for an agent whose query times out while the session lives. */
const QUERY_ATTEMPTS = 3;

/** Follows a CTI session from now on, for as long as it lives. */
export function followAgentStates(session: CtiSession, agents: Agents, observer: AgentStatesObserver): void {
  new AgentStates(session, agents, observer);
}

class AgentStates {
  readonly #session: CtiSession;
  readonly #agents: Agents;
  readonly #observer: AgentStatesObserver;
  /** Counts the sessions that opened: what an earlier one answers is not taken in. */
  #generation = 0;

  constructor(session: CtiSession, agents: Agents, observer: AgentStatesObserver) {
    this.#session = session;
    this.#agents = agents;
    this.#observer = observer;
    session.on('open', ({ side }) => {
      this.#generation += 1;
      observer.onOpen(side);
      void this.#queryAll(this.#generation);
    });
    session.on('lost', ({ side, cause }) => {
      this.#generation += 1;
      observer.onLost(side, cause);
    });
    session.on('message', (message) => this.#receive(message));
  }

  #receive(message: CtiMessage): void {
    if (message.type !== 'AGENT_STATE_EVENT') return;
    const agentId = message.agentId ?? message.agentIdLong;
    const known = agentId === undefined ? undefined : this.#agents.get(agentId);
    if (agentId === undefined || known === undefined) return;
    const changed = this.#agents.update(agentId, agentStatusFrom(message, known.status, Date.now()));
    this.#observer.onEvent(agentId, changed);
  }

  async #queryAll(generation: number): Promise<void> {
    const ids = this.#agents.all().map((agent) => agent.who.id);
    const next = ids.values();
    const worker = async () => {
      for (const agentId of next) {
        if (this.#generation !== generation) return;
        await this.#query(agentId, generation);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_QUERIES }, worker));
    if (this.#generation === generation) this.#observer.onQueried();
  }

  async #query(agentId: string, generation: number): Promise<void> {
    for (let attempt = 1; this.#generation === generation; attempt += 1) {
      const revision = this.#agents.revision(agentId);
      try {
        const answer = await this.#session.queryAgentState(agentId);
        // An event that came meanwhile is as new as the answer or newer, and says more.
        const outdated = this.#agents.revision(agentId) !== revision;
        const known = this.#agents.get(agentId);
        if (this.#generation === generation && !outdated && known !== undefined) {
          this.#agents.update(agentId, agentStatusFrom(answer, known.status, Date.now()));
        }
        return;
      } catch (error) {
        const retry =
          error instanceof CtiRequestError && error.kind === 'timeout' && attempt < QUERY_ATTEMPTS;
        if (retry || this.#generation !== generation) continue;
        this.#agents.update(agentId, { state: 'UNKNOWN', extension: '' });
        this.#observer.onUnknownAgent(agentId, error);
        return;
      }
    }
  }
}
