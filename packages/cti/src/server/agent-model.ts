import { type AgentStateName, agentStateName } from '../values.js';

/** An agent as the deployment file describes it. */
export interface LabAgent {
  id: string;
  password: string;
  /** The extension that the agent usually signs in at; any other is accepted as well. */
  extension: string;
  skillTargetId: number;
}

export type DeploymentType = 'UCCE' | 'UCCX';

/** The state of one agent. `changedAt` is epoch milliseconds by the clock of the side that ordered the change. */
export interface AgentRecord {
  state: AgentStateName;
  reasonCode: number;
  extension: string;
  changedAt: number;
}

/** A request to change an agent's state, as SET_AGENT_STATE_REQ carries it. */
export interface ChangeRequest {
  agentId: string;
  state: number;
  reasonCode: number;
  instrument: string;
  /** Undefined when the request carries none: only a login needs it. */
  password: string | undefined;
  forced: boolean;
}

/** A ControlFailureCode, or the agent whose state changed (null when the request asked for what is already so). */
export type ChangeResult = { ok: false; failureCode: number } | { ok: true; changed: string | null };

/** Everything that both sides agree on, as plain data. */
export interface ModelSnapshot {
  /** Changes applied so far: the side with more of them knows better. */
  sequence: number;
  agents: Record<string, AgentRecord>;
}

/**
 * The agents of the lab and the rules of their states, without sockets and clock. Deterministic: two sides that apply the
 * same requests in the same order with the same times hold the same.
 */
export class AgentModel {
  readonly #configured: ReadonlyMap<string, LabAgent>;
  readonly #deployment: DeploymentType;
  #agents: Map<string, AgentRecord>;
  #sequence = 0;

  constructor(agents: readonly LabAgent[], deployment: DeploymentType, now: number) {
    this.#configured = new Map(agents.map((agent) => [agent.id, agent]));
    this.#deployment = deployment;
    const out = (): AgentRecord => ({ state: 'LOGOUT', reasonCode: 0, extension: '', changedAt: now });
    this.#agents = new Map(agents.map((agent) => [agent.id, out()]));
  }

  get sequence(): number {
    return this.#sequence;
  }

  agent(id: string): (AgentRecord & { skillTargetId: number }) | undefined {
    const record = this.#agents.get(id);
    const configured = this.#configured.get(id);
    return record === undefined || configured === undefined
      ? undefined
      : { ...record, skillTargetId: configured.skillTargetId };
  }

  /** Every agent's id. */
  ids(): string[] {
    return [...this.#agents.keys()];
  }

  /** Who is signed in at an extension. */
  atExtension(extension: string): string | undefined {
    for (const [id, record] of this.#agents)
      if (record.extension === extension && record.state !== 'LOGOUT') return id;
    return undefined;
  }

  /** Applies one request. Each counts in the sequence, refused or not, so that both sides count alike. */
  apply(request: ChangeRequest, at: number): ChangeResult {
    this.#sequence += 1;
    const record = this.#agents.get(request.agentId);
    if (record === undefined) return { ok: false, failureCode: 256 };
    const target = agentStateName(request.state);
    switch (target) {
      case 'LOGIN':
        return this.#login(record, request, at);
      case 'LOGOUT':
        return this.#logout(record, request, at);
      case 'NOT_READY':
      case 'AVAILABLE':
        return this.#change(record, request, target, at);
      default:
        // Talking, reserved and the like follow from calls; nobody can ask for them.
        return { ok: false, failureCode: 265 };
    }
  }

  snapshot(): ModelSnapshot {
    return {
      sequence: this.#sequence,
      agents: Object.fromEntries([...this.#agents].map(([id, one]) => [id, { ...one }])),
    };
  }

  /** Takes over what the other side holds. Returns the agents that are different now. */
  adopt(snapshot: ModelSnapshot): string[] {
    const changed: string[] = [];
    for (const [id, record] of Object.entries(snapshot.agents)) {
      const own = this.#agents.get(id);
      if (own === undefined) continue;
      const same =
        own.state === record.state &&
        own.reasonCode === record.reasonCode &&
        own.extension === record.extension;
      if (!same || own.changedAt !== record.changedAt) changed.push(id);
      this.#agents.set(id, { ...record });
    }
    this.#sequence = snapshot.sequence;
    return changed;
  }

  #login(record: AgentRecord, request: ChangeRequest, at: number): ChangeResult {
    const agent = this.#configured.get(request.agentId);
    if (agent === undefined || request.password !== agent.password) return { ok: false, failureCode: 258 };
    if (request.instrument === '') return { ok: false, failureCode: 260 };
    const holder = this.atExtension(request.instrument);
    if (holder !== undefined && holder !== request.agentId) return { ok: false, failureCode: 283 };
    if (record.state !== 'LOGOUT') {
      // Signing in again at the same extension keeps the state (dev guide 12.5 p.29); at another it is refused.
      return record.extension === request.instrument
        ? { ok: true, changed: null }
        : { ok: false, failureCode: 259 };
    }
    return this.#set(request.agentId, {
      state: 'NOT_READY',
      reasonCode: 0,
      extension: request.instrument,
      changedAt: at,
    });
  }

  #logout(record: AgentRecord, request: ChangeRequest, at: number): ChangeResult {
    if (record.state === 'LOGOUT') return { ok: true, changed: null };
    // UCCE lets an agent sign out from Not Ready only, UCCX from Ready too ("user-change-agent-state").
    const allowed =
      record.state === 'NOT_READY' || (this.#deployment === 'UCCX' && record.state === 'AVAILABLE');
    if (!allowed && !request.forced) return { ok: false, failureCode: 21 };
    return this.#set(request.agentId, {
      state: 'LOGOUT',
      reasonCode: request.reasonCode,
      extension: '',
      changedAt: at,
    });
  }

  #change(
    record: AgentRecord,
    request: ChangeRequest,
    target: 'NOT_READY' | 'AVAILABLE',
    at: number,
  ): ChangeResult {
    // Asking for it while logged out: 257 under UCCE, 1010 under UCCX ("user-change-agent-state").
    if (record.state === 'LOGOUT')
      return { ok: false, failureCode: this.#deployment === 'UCCX' ? 1010 : 257 };
    const reasonCode = target === 'NOT_READY' ? request.reasonCode : 0;
    if (record.state === target && record.reasonCode === reasonCode) return { ok: true, changed: null };
    return this.#set(request.agentId, { ...record, state: target, reasonCode, changedAt: at });
  }

  #set(id: string, record: AgentRecord): ChangeResult {
    this.#agents.set(id, record);
    return { ok: true, changed: id };
  }
}
