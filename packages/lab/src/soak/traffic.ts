import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ActionError, EndedError } from '@finesse-ha/client';
import { CtiRequestError } from '@finesse-ha/cti';
import type { SoakAgent } from './soak-agent.js';
import type { Truth } from './truth.js';

/** Callers' numbers are none of an agent's. */
const callerPrefix = '7';
/** Ids and codes of the contact center's NOT_READY reasons, so that they are shown with their labels. */
const reasonCodeIds = ['16', '17', '18'];
const reasonCodes = [10, 11, 12];

export interface TrafficOptions {
  truth: Truth;
  random: () => number;
  /** Of each agent, on average. */
  actionsPerMinute: number;
  /** Something went wrong that no fault explains. */
  onProblem(sentence: string): void;
}

/** What agents and callers did. */
export interface TrafficCounts {
  calls: number;
  changes: number;
  /** Not carried out, or nobody knows: a failure was in the way. */
  interrupted: number;
}

/** Calls and changes of state, of every agent again and again, by telephone and by the agent's own client. */
export class Traffic {
  readonly counts: TrafficCounts = { calls: 0, changes: 0, interrupted: 0 };
  readonly #options: TrafficOptions;
  /** By agent. `sure`: CTI confirmed it and nothing was in doubt since. */
  readonly #calls = new Map<string, { callId: number; sure: boolean; held: boolean }>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>[] = [];
  #paused = false;
  /** Actions under way. */
  readonly #under = new Set<Promise<void>>();

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  start(agents: readonly SoakAgent[]): void {
    // Every agent's loop waits on it.
    setMaxListeners(0, this.#stopping.signal);
    for (const agent of agents) this.#running.push(this.#run(agent));
  }

  /** Resolves when nothing is under way; nothing is begun until `resume()`. */
  async pause(): Promise<void> {
    this.#paused = true;
    await Promise.all(this.#under);
  }

  resume(): void {
    this.#paused = false;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  /** The agent's call, if there is one that it should have. */
  callOf({ id }: SoakAgent): { callId: number; sure: boolean } | undefined {
    return this.#calls.get(id);
  }

  /** What CTI says of an agent's call is what counts from now on. Null: it has none. */
  correct({ id }: SoakAgent, callId: number | null): void {
    if (callId === null) this.#calls.delete(id);
    else this.#calls.set(id, { callId, sure: true, held: this.#calls.get(id)?.held ?? false });
  }

  async #run(agent: SoakAgent): Promise<void> {
    const { random, actionsPerMinute } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const waitMs = (60_000 / actionsPerMinute) * (0.5 + random());
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || this.#paused) continue;
      const action = this.#act(agent).catch((error: unknown) => this.#onError(agent, error));
      this.#under.add(action);
      await action;
      this.#under.delete(action);
    }
  }

  async #act(agent: SoakAgent): Promise<void> {
    const { random } = this.#options;
    if (agent.client.user?.state === 'LOGOUT') {
      if (agent.outSinceAt === null) await agent.client.signIn();
      return;
    }
    if (this.#calls.has(agent.id)) {
      await (random() < 0.4 ? this.#hangUp(agent) : this.#holdOrRetrieve(agent));
    } else if (random() < 0.3) await this.#call(agent);
    else await this.#changeState(agent);
  }

  async #call({ id, extension }: SoakAgent): Promise<void> {
    const { session } = this.#options.truth;
    const { callId } = await session.makeCall({
      extension: `${callerPrefix}${extension}`,
      dialedNumber: extension,
    });
    const call = { callId, sure: false, held: false };
    this.#calls.set(id, call);
    await session.answerCall({ callId, extension });
    await session.setCallData({ callId, extension, callVariables: { callVariable1: `for ${id}` } });
    call.sure = true;
    this.counts.calls += 1;
  }

  async #holdOrRetrieve({ id, extension }: SoakAgent): Promise<void> {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    const end = { callId: call.callId, extension };
    const { session } = this.#options.truth;
    const { held } = call;
    // Before the answer: where it is refused or lost, the other one is tried next.
    call.held = !held;
    await (held ? session.retrieveCall(end) : session.holdCall(end));
    this.counts.changes += 1;
  }

  async #hangUp({ id, extension }: SoakAgent): Promise<void> {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    call.sure = false;
    await this.#options.truth.session.clearConnection({
      callId: call.callId,
      extension: `${callerPrefix}${extension}`,
    });
    this.#calls.delete(id);
  }

  async #changeState({ id, client, outSinceAt }: SoakAgent): Promise<void> {
    const { random, truth } = this.#options;
    const ready = client.user?.state !== 'READY';
    const which = Math.floor(random() * reasonCodes.length);
    // By telephone, as it were, or by the client; without a node there is only the telephone.
    if (outSinceAt !== null || random() < 0.5) {
      const reasonCode = reasonCodes[which];
      await truth.session.setAgentState(
        ready ? { agentId: id, state: 'AVAILABLE' } : { agentId: id, state: 'NOT_READY', reasonCode },
      );
    } else if (ready) await client.setState('READY');
    else await client.setState('NOT_READY', { reasonCodeId: reasonCodeIds[which] });
    this.counts.changes += 1;
  }

  /** Failures interrupt what is under way, as they may; what is refused is found out at the next comparison. */
  #onError({ id }: SoakAgent, error: unknown): void {
    const call = this.#calls.get(id);
    if (call !== undefined) call.sure = false;
    if (error instanceof ActionError || error instanceof CtiRequestError) this.counts.interrupted += 1;
    else if (!(error instanceof EndedError)) {
      this.#options.onProblem(`${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
