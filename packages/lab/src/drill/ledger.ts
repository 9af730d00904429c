import { agentStateName, CtiSession, type CtiSide } from '@finesse-ha/cti';
import { DrillCalls } from './calls.js';
import type { Seen } from './subject.js';

/** One change of an agent's state, as the CTI server told it. */
export interface Change extends Seen {
  agentId: string;
  /** Epoch ms, by the CTI server. */
  at: number;
}

/** Finesse's names of the states that the drill brings about, by CTI's. */
const finesseStates: Readonly<Record<string, string>> = { AVAILABLE: 'READY' };

function changeOf(agentId: string, agentState: number, reasonCode: number | undefined, at: number): Change {
  const cti = agentStateName(agentState);
  return {
    agentId,
    at,
    state: finesseStates[cti] ?? cti,
    reasonCode: cti === 'NOT_READY' && reasonCode !== undefined && reasonCode !== 0 ? String(reasonCode) : '',
    stateChangeTime: new Date(at).toISOString(),
  };
}

/**
 * The truth of a drill: a CTI session of its own, past everything that a fault breaks. It changes agents' states, as a
 * phone or another system's desktop would, and writes down every change that the CTI server tells.
 */
export class Ledger {
  /** The agents' calls. */
  readonly calls: DrillCalls;
  readonly #cti: CtiSession;
  readonly #changes = new Map<string, Change[]>();
  #nextReason = 0;

  constructor(sides: readonly CtiSide[]) {
    this.#cti = new CtiSession({ sides, clientId: 'drill', peripheralId: 5000 });
    this.calls = new DrillCalls(this.#cti);
    this.#cti.on('message', (message) => {
      if (message.type !== 'AGENT_STATE_EVENT') return;
      const { agentId, stateChangedAt } = message;
      if (agentId === undefined || stateChangedAt === undefined) return;
      const known = this.changesOf(agentId);
      if (known.some(({ at }) => at === stateChangedAt)) return;
      known.push(changeOf(agentId, message.agentState, message.eventReasonCode, stateChangedAt));
    });
  }

  /** Resolves when the session is open: from then on nothing is missed. */
  async open(): Promise<void> {
    const opened = new Promise((resolve) => this.#cti.once('open', resolve));
    this.#cti.start();
    await opened;
  }

  close(): Promise<void> {
    return this.#cti.stop();
  }

  /** Every change of an agent so far, oldest first. */
  changesOf(agentId: string): Change[] {
    let known = this.#changes.get(agentId);
    if (known === undefined) {
      known = [];
      this.#changes.set(agentId, known);
    }
    return known;
  }

  /** Resolves when the CTI server has confirmed it, which it does after telling it. @throws {CtiRequestError} */
  async change(agentId: string, ready: boolean): Promise<void> {
    // Codes that the lab's nodes know, so that they are shown with their labels.
    const reasonCode = 10 + (this.#nextReason++ % 3);
    await this.#cti.setAgentState(
      ready ? { agentId, state: 'AVAILABLE' } : { agentId, state: 'NOT_READY', reasonCode },
    );
  }

  /** What the CTI server answers when it is asked. @throws {CtiRequestError} */
  async ask(agentId: string): Promise<Change> {
    const { agentState, stateReasonCode, stateChangedAt } = await this.#cti.queryAgentState(agentId);
    return changeOf(agentId, agentState, stateReasonCode, stateChangedAt ?? 0);
  }
}
