import {
  agentStateName,
  CallTracker,
  type CtiMessage,
  CtiRequestError,
  CtiSession,
  type CtiSide,
  type SideName,
} from '@finesse-ha/cti';
import type { Change } from '../drill/ledger.js';

/** Finesse's names of CTI's states, where they differ (dev guide 12.5, User). */
const finesseStates: Readonly<Record<string, string>> = {
  AVAILABLE: 'READY',
  LOGIN: 'NOT_READY',
  WORK_NOT_READY: 'WORK',
};

function changeOf(agentId: string, agentState: number, reasonCode: number | undefined, at: number): Change {
  const cti = agentStateName(agentState);
  const state = finesseStates[cti] ?? cti;
  const reasoned = state === 'NOT_READY' || state === 'LOGOUT';
  return {
    agentId,
    at,
    state,
    reasonCode: reasoned && reasonCode !== undefined && reasonCode !== 0 ? String(reasonCode) : '',
    stateChangeTime: new Date(at).toISOString(),
  };
}

/**
 * What is true: a session with each CTI side, past every link that faults cut, so that while one side is broken the other
 * one still tells every change.
 */
export class Truth {
  readonly #sessions: ReadonlyMap<SideName, CtiSession>;
  /** By agent, then by time: what was told and not yet settled. */
  readonly #changes = new Map<string, Map<number, Change>>();
  /** By agent: what happened up to then is accounted for, and a side that was frozen may tell it again. */
  readonly #settledAt = new Map<string, number>();
  #broken: SideName | null = null;
  #onLogout: (change: Change) => void = () => undefined;

  constructor(sides: readonly CtiSide[]) {
    this.#sessions = new Map(
      sides.map((side) => [
        side.name,
        new CtiSession({ sides: [side], clientId: `soak-${side.name}`, peripheralId: 5000 }),
      ]),
    );
    for (const session of this.#sessions.values()) {
      session.on('message', (message) => this.#onMessage(message));
    }
  }

  /** Calls the listener for each agent that was logged out, once. */
  set onLogout(listener: (change: Change) => void) {
    this.#onLogout = listener;
  }

  /** Resolves when both sessions are open. */
  async open(): Promise<void> {
    await Promise.all(
      [...this.#sessions.values()].map(async (session) => {
        const opened = new Promise((resolve) => session.once('open', resolve));
        session.start();
        await opened;
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.stop()));
  }

  /** The side that is broken on purpose is not asked. */
  set broken(side: SideName | null) {
    this.#broken = side;
  }

  /** True when both sides can be asked. */
  get whole(): boolean {
    return [...this.#sessions.values()].every(({ state }) => state.open);
  }

  /** A session for requests. @throws {CtiRequestError} `lost` while none is open */
  get session(): CtiSession {
    for (const [side, session] of this.#sessions) {
      if (side !== this.#broken && session.state.open) return session;
    }
    throw new CtiRequestError('lost', 'no CTI side can be asked');
  }

  /** Changes that were told since they were last settled, oldest first. */
  changesOf(agentId: string): Change[] {
    const known = this.#changes.get(agentId)?.values() ?? [];
    return [...known].toSorted((one, other) => one.at - other.at);
  }

  /** These, the oldest, are accounted for. */
  settle(agentId: string, changes: readonly Change[]): void {
    for (const { at } of changes) {
      this.#changes.get(agentId)?.delete(at);
      this.#settledAt.set(agentId, at);
    }
  }

  /** What the CTI server answers when it is asked. @throws {CtiRequestError} */
  async ask(agentId: string): Promise<Change> {
    const answer = await this.session.queryAgentState(agentId);
    return changeOf(agentId, answer.agentState, answer.stateReasonCode, answer.stateChangedAt ?? 0);
  }

  /** The parties of a call, by their extensions; null when there is no such call. @throws {CtiRequestError} */
  async call(callId: number): Promise<string[] | null> {
    try {
      const tracker = new CallTracker();
      tracker.restore(callId, await this.session.snapshotCall(callId));
      return tracker.calls.get(callId)?.parties.map(({ extension }) => extension) ?? null;
    } catch (error) {
      if (error instanceof CtiRequestError && error.kind === 'control-failure') return null;
      throw error;
    }
  }

  #onMessage(message: CtiMessage): void {
    if (message.type !== 'AGENT_STATE_EVENT') return;
    const { agentId, stateChangedAt } = message;
    if (agentId === undefined || stateChangedAt === undefined) return;
    if (stateChangedAt <= (this.#settledAt.get(agentId) ?? 0)) return;
    const known = this.#changes.get(agentId) ?? new Map<number, Change>();
    this.#changes.set(agentId, known);
    // The other side told it already.
    if (known.has(stateChangedAt)) return;
    const change = changeOf(agentId, message.agentState, message.eventReasonCode, stateChangedAt);
    known.set(stateChangedAt, change);
    if (change.state === 'LOGOUT') this.#onLogout(change);
  }
}
