import { callType } from '../values.js';
import {
  AgentModel,
  type AgentRecord,
  type CallState,
  type ChangeRequest,
  type DeploymentType,
  isWork,
  type LabAgent,
  longerUnchanged,
} from './agent-model.js';
import { CallModel } from './call-model.js';
import type { CallCommand, CallEvent, CallRecord, LabQueue, PartyStateName } from './call-records.js';

/** What a client can ask of the server that changes something. */
export type ModelRequest =
  | { readonly kind: 'agent'; readonly change: ChangeRequest }
  | { readonly kind: 'call'; readonly command: CallCommand };

/** What clients are told. */
export type ModelEvent =
  | { readonly kind: 'agent'; readonly agentId: string; readonly record: AgentRecord }
  | { readonly kind: 'call'; readonly event: CallEvent };

/** The outcome of a request, and what clients are told of it, in order. `callId`: the call that it made or left. */
export type ModelResult =
  | { ok: false; failureCode: number; events: readonly ModelEvent[] }
  | { ok: true; callId?: number; events: readonly ModelEvent[] };

/** Everything that both sides agree on, as plain data. */
export interface ModelSnapshot {
  /** Requests applied so far. */
  sequence: number;
  agents: Record<string, AgentRecord>;
  nextCallId: number;
  calls: CallRecord[];
}

/** What a party does, as its agent's state, most telling first. */
const order: readonly PartyStateName[] = ['active', 'held', 'alerting', 'working', 'initiated', 'initiating'];

/** Agents and their calls, each following the other, without sockets and clock; deterministic as both are. */
export class LabModel {
  readonly agents: AgentModel;
  readonly calls: CallModel;
  readonly #deployment: DeploymentType;
  readonly #extensions: ReadonlySet<string>;
  #sequence = 0;

  /** Everybody is logged out since `at`, epoch ms, and there are no calls. */
  constructor(
    agents: readonly LabAgent[],
    queues: readonly LabQueue[],
    deployment: DeploymentType,
    at: number,
  ) {
    this.#deployment = deployment;
    this.#extensions = new Set(agents.map(({ extension }) => extension));
    this.agents = new AgentModel(agents, deployment, at);
    const bySkill = new Map(agents.map(({ id, skillTargetId }) => [skillTargetId, id]));
    this.calls = new CallModel(queues, {
      atExtension: (extension) => this.agents.atExtension(extension),
      extensionOf: (agentId) => this.agents.record(agentId)?.extension ?? '',
      isAgentExtension: (extension) =>
        this.#extensions.has(extension) || this.agents.atExtension(extension) !== undefined,
      readyFor: ({ skillTargetIds }) =>
        skillTargetIds
          .flatMap((skill) => bySkill.get(skill) ?? [])
          .flatMap((id) => {
            const record = this.agents.record(id);
            return record?.state === 'AVAILABLE' ? [{ id, record }] : [];
          })
          .toSorted((a, b) => longerUnchanged(a.record, b.record))
          .map(({ id }) => id),
    });
  }

  /** Requests applied so far, refused ones too, so that both sides count alike. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Carries a request out at an instant in epoch ms. */
  apply(request: ModelRequest, at: number): ModelResult {
    this.#sequence += 1;
    const events: ModelEvent[] = [];
    if (request.kind === 'call') {
      const result = this.calls.apply(request.command, at);
      this.#follow(events, at);
      return { ...result, events };
    }
    const { agentId } = request.change;
    const before = this.agents.record(agentId);
    const result = this.agents.apply(request.change, at);
    if (!result.ok) return { ...result, events };
    if (result.changed !== null) events.push({ kind: 'agent', agentId, record: result.changed });
    if (before?.state === 'LOGOUT' && result.changed !== null) {
      // Logged out in a call that has stayed up, and back.
      const calling = this.#stateAt(result.changed.extension);
      const record = calling === null ? null : this.agents.followCalls(agentId, calling, at);
      if (record !== null) events.push({ kind: 'agent', agentId, record });
    }
    if (before !== undefined && isWork(before.state)) this.calls.endWork(before.extension, at);
    this.#follow(events, at);
    return { ok: true, events };
  }

  snapshot(): ModelSnapshot {
    return { sequence: this.#sequence, agents: this.agents.snapshot(), ...this.calls.snapshot() };
  }

  /** Takes over what the other side holds. Returns the agents that are different now, and whether calls are. */
  adopt(snapshot: ModelSnapshot): { agents: [id: string, record: AgentRecord][]; calls: boolean } {
    this.#sequence = snapshot.sequence;
    const agents = this.agents.adopt(snapshot.agents);
    return { agents, calls: this.calls.adopt(snapshot.nextCallId, snapshot.calls) };
  }

  /** Agents follow their calls, and waiting calls go to agents who are ready by it, until nothing more follows. */
  #follow(events: ModelEvent[], at: number): void {
    let left = false;
    do {
      left = false;
      const happened = this.calls.takeEvents();
      const touched = new Set(happened.flatMap(({ call }) => call.parties.map(({ extension }) => extension)));
      // States first: a client that learns that an agent has left a call knows already that work follows it.
      for (const extension of touched) {
        const agentId = this.agents.atExtension(extension);
        if (agentId === undefined) continue;
        const calling = this.#stateAt(extension);
        // Who is to be logged out after the call has no after-call work.
        const leaves = calling === 'WORK' && this.agents.record(agentId)?.after?.state === 'LOGOUT';
        const record = this.agents.followCalls(agentId, leaves ? null : calling, at);
        if (record !== null) events.push({ kind: 'agent', agentId, record });
        if (leaves) this.calls.endWork(extension, at);
        left ||= leaves;
      }
      for (const event of happened) events.push({ kind: 'call', event });
    } while (this.calls.route(at) || left);
  }

  /** The state that follows from the calls at an extension; null when they leave the agent's own. */
  #stateAt(extension: string): CallState | null {
    const parts = this.calls.callsAt(extension).flatMap((call) => {
      // Who is listened to does not notice.
      if (call.callType === callType.supervisorMonitor && call.dialedNumber === extension) return [];
      // Under UCCX only a queue's calls change a state (Finesse in UCCX: non-ICD calls).
      if (this.#deployment === 'UCCX' && call.queueId === undefined) return [];
      return call.parties
        .filter((party) => party.extension === extension)
        .map(({ state }) => ({ state, queued: call.queueId !== undefined }));
    });
    for (const state of order) {
      const part = parts.find((one) => one.state === state);
      if (part !== undefined) return this.#named(state, part.queued);
    }
    return null;
  }

  #named(state: PartyStateName, queued: boolean): CallState | null {
    switch (state) {
      case 'active':
        return 'TALKING';
      case 'held':
        return this.#deployment === 'UCCX' ? 'TALKING' : 'HOLD';
      case 'alerting':
        return queued ? 'RESERVED' : null;
      case 'working':
        return 'WORK';
      default:
        return 'NOT_READY';
    }
  }
}
