import { type AgentStateName, agentStateName } from '../values.js';

/** An agent as the deployment file describes it. */
export interface LabAgent {
  id: string;
  password: string;
  /** The extension that the agent usually signs in at; any other is accepted as well. */
  extension: string;
  /** ICMAgentID. */
  skillTargetId: number;
  /** A number in digits. */
  teamId?: string | undefined;
  roles?: readonly string[] | undefined;
}

/** What contact center the CTI server belongs to: Unified CCE, or Unified CCX. */
export type DeploymentType = 'UCCE' | 'UCCX';

/** The state of one agent. */
export interface AgentRecord {
  readonly state: AgentStateName;
  /** Of NOT_READY and LOGOUT, 0 for none. */
  readonly reasonCode: number;
  /** Where the agent is signed in, empty in LOGOUT. */
  readonly extension: string;
  /** Epoch ms by the clock of the side that ordered the change; each change of an agent has a later one. */
  readonly changedAt: number;
  /** Of all changes of all agents, which one this was: both sides count alike, and of several in one millisecond it tells the first. */
  readonly change: number;
  /** In a call or in its after-call work: the state that comes after it. */
  readonly after?: AfterCall | undefined;
}

/** A change that has no number yet. */
type Change = Omit<AgentRecord, 'change'>;

/** Who has been in their state for longer: below zero for the first. */
export function longerUnchanged(one: AgentRecord, other: AgentRecord): number {
  return one.changedAt - other.changedAt || one.change - other.change;
}

/** What follows a call; `asked`: the agent has asked for it meanwhile (Finesse's pending state). */
export interface AfterCall {
  readonly state: 'AVAILABLE' | 'NOT_READY' | 'LOGOUT';
  readonly reasonCode: number;
  readonly asked: boolean;
}

/** States that follow from calls. */
export type CallState = 'RESERVED' | 'TALKING' | 'HOLD' | 'WORK' | 'NOT_READY';

/** A request to change an agent's state, as SET_AGENT_STATE_REQ carries it. */
export interface ChangeRequest {
  agentId: string;
  /** AgentState. */
  state: number;
  reasonCode: number;
  instrument: string;
  /** Only a login needs it. */
  password: string;
  forced: boolean;
}

/** A ControlFailureCode, or the agent's new record (null when the request asked for what is already so). */
export type ChangeResult = { ok: false; failureCode: number } | { ok: true; changed: AgentRecord | null };

/** ControlFailureCodes that the rules give (constants, protocol version 25). */
const failure = {
  incorrectState: 21,
  badAgentId: 256,
  badPassword: 257,
  badAgentIdOrPassword: 258,
  alreadySignedOn: 259,
  badLogonDevice: 260,
  badWorkMode: 265,
  extensionInUse: 283,
  badParameter: 1010,
} as const;

/** Off the hook to place a call: Not Ready with this reason (dev guide 12.5 p.80). */
const dialingReason = 50_006;

/** AgentInstrument has at most 64 bytes with its NUL (tables of versions 9 and 15). */
const instrument = /^[\x21-\x7e]{1,63}$/;

/**
 * The agents of the lab, the extensions they are at, and the rules of their states, without sockets and clock.
 * Deterministic: two sides that apply the same requests in the same order with the same times hold the same.
 */
export class AgentModel {
  readonly #configured: ReadonlyMap<string, LabAgent>;
  readonly #deployment: DeploymentType;
  readonly #agents: Map<string, AgentRecord>;
  readonly #byExtension = new Map<string, string>();
  #changes = 0;

  /** Everybody is logged out since `at`, epoch ms. */
  constructor(agents: readonly LabAgent[], deployment: DeploymentType, at: number) {
    this.#configured = new Map(agents.map((agent) => [agent.id, agent]));
    this.#deployment = deployment;
    const out: AgentRecord = { state: 'LOGOUT', reasonCode: 0, extension: '', changedAt: at, change: 0 };
    this.#agents = new Map(agents.map((agent) => [agent.id, out]));
  }

  record(id: string): AgentRecord | undefined {
    return this.#agents.get(id);
  }

  configured(id: string): LabAgent | undefined {
    return this.#configured.get(id);
  }

  /** Who is signed in at an extension. */
  atExtension(extension: string): string | undefined {
    return this.#byExtension.get(extension);
  }

  /** Everybody's record by id. */
  get records(): ReadonlyMap<string, AgentRecord> {
    return this.#agents;
  }

  /** Applies one request at an instant in epoch ms. */
  apply(request: ChangeRequest, at: number): ChangeResult {
    const record = this.#agents.get(request.agentId);
    const agent = this.#configured.get(request.agentId);
    if (record === undefined || agent === undefined) return refuse(failure.badAgentId);
    // A clock that was set back, or two changes in one millisecond, must not hide which came last.
    const changedAt = Math.max(at, record.changedAt + 1);
    const target = agentStateName(request.state);
    switch (target) {
      case 'LOGIN':
        return this.#login(agent, record, request, changedAt);
      case 'LOGOUT':
        return this.#logout(agent, record, request, changedAt);
      case 'NOT_READY':
      case 'AVAILABLE':
        return this.#change(agent, record, request, target, changedAt);
      case 'WORK_NOT_READY':
      case 'WORK_READY':
        // After-call work follows a queue's call anyway.
        return record.after === undefined ? refuse(failure.badWorkMode) : { ok: true, changed: null };
      default:
        // Talking, reserved and the like follow from calls; nobody can ask for them.
        return refuse(failure.badWorkMode);
    }
  }

  /** Puts an agent into a state that follows from calls, or with null into the one that comes after them. */
  followCalls(id: string, state: CallState | null, at: number): AgentRecord | null {
    const record = this.#agents.get(id);
    if (record === undefined || record.state === 'LOGOUT') return null;
    const changedAt = Math.max(at, record.changedAt + 1);
    const { extension, after } = record;
    if (state === null) {
      if (after === undefined) return null;
      const gone = after.state === 'LOGOUT';
      return this.#put(id, {
        state: after.state,
        reasonCode: after.reasonCode,
        extension: gone ? '' : extension,
        changedAt,
      });
    }
    const reasonCode = state === 'NOT_READY' ? dialingReason : 0;
    const before = record.state === 'AVAILABLE' ? 'AVAILABLE' : 'NOT_READY';
    const next = after ?? { state: before, reasonCode: record.reasonCode, asked: false };
    const named = state === 'WORK' ? this.#work(next) : state;
    if (after !== undefined && record.state === named && record.reasonCode === reasonCode) return null;
    return this.#put(id, { state: named, reasonCode, extension, changedAt, after: next });
  }

  snapshot(): Record<string, AgentRecord> {
    return Object.fromEntries(this.#agents);
  }

  /** Takes over what the other side holds. Returns the agents that are different now. */
  adopt(agents: Readonly<Record<string, AgentRecord>>): [id: string, record: AgentRecord][] {
    const changed: [string, AgentRecord][] = [];
    // The last change is in the record that it made.
    this.#changes = Math.max(0, ...Object.values(agents).map(({ change }) => change));
    for (const [id, record] of Object.entries(agents)) {
      const own = this.#agents.get(id);
      // The other side's configuration may have agents that this one's lacks.
      if (own === undefined) continue;
      this.#keep(id, record);
      const same =
        own.state === record.state &&
        own.reasonCode === record.reasonCode &&
        own.extension === record.extension &&
        own.changedAt === record.changedAt &&
        own.after?.asked === record.after?.asked;
      if (!same) changed.push([id, record]);
    }
    return changed;
  }

  #login(agent: LabAgent, record: AgentRecord, request: ChangeRequest, changedAt: number): ChangeResult {
    if (request.password !== agent.password) return refuse(failure.badAgentIdOrPassword);
    if (!instrument.test(request.instrument)) return refuse(failure.badLogonDevice);
    const holder = this.atExtension(request.instrument);
    if (holder !== undefined && holder !== agent.id) return refuse(failure.extensionInUse);
    if (record.state !== 'LOGOUT') {
      // Signing in again at the same extension keeps the state (dev guide 12.5 p.29); at another it is refused.
      return record.extension === request.instrument
        ? { ok: true, changed: null }
        : refuse(failure.alreadySignedOn);
    }
    return this.#set(agent, { state: 'NOT_READY', reasonCode: 0, extension: request.instrument, changedAt });
  }

  #logout(agent: LabAgent, record: AgentRecord, request: ChangeRequest, changedAt: number): ChangeResult {
    if (record.state === 'LOGOUT') return { ok: true, changed: null };
    // UCCE lets an agent sign out from Not Ready only, UCCX from Ready too ("user-change-agent-state").
    const allowed =
      record.state === 'NOT_READY' || (this.#deployment === 'UCCX' && record.state === 'AVAILABLE');
    if (!allowed && !request.forced) return refuse(failure.incorrectState);
    // Unified CCE logs out at once whoever's desktop is gone, although the call stays up; Unified CCX after the call
    // (desktop-presence-and-forced-logout; user-api-parameters, pendingState).
    const inCall = record.after !== undefined && !isWork(record.state);
    const waits = inCall && this.#deployment === 'UCCX';
    if (waits) return this.#later(agent, record, 'LOGOUT', request.reasonCode);
    return this.#set(agent, { state: 'LOGOUT', reasonCode: request.reasonCode, extension: '', changedAt });
  }

  #change(
    agent: LabAgent,
    record: AgentRecord,
    request: ChangeRequest,
    target: 'NOT_READY' | 'AVAILABLE',
    changedAt: number,
  ): ChangeResult {
    // Asking for it while logged out: 257 under UCCE, 1010 under UCCX ("user-change-agent-state").
    if (record.state === 'LOGOUT')
      return refuse(this.#deployment === 'UCCX' ? failure.badParameter : failure.badPassword);
    const reasonCode = target === 'NOT_READY' ? request.reasonCode : 0;
    if (record.after !== undefined && !isWork(record.state)) {
      if (this.#deployment === 'UCCX' && !request.forced && !mayWait(record.after, target)) {
        return refuse(failure.badWorkMode);
      }
      return this.#later(agent, record, target, reasonCode);
    }
    if (record.state === target && record.reasonCode === reasonCode) return { ok: true, changed: null };
    return this.#set(agent, { state: target, reasonCode, extension: record.extension, changedAt });
  }

  /** Nobody leaves a call by a change of state: it is kept for afterwards. */
  #later(agent: LabAgent, record: AgentRecord, state: AfterCall['state'], reasonCode: number): ChangeResult {
    return this.#set(agent, { ...record, after: { state, reasonCode, asked: true } });
  }

  /** Who is to be Ready after the call is so after its work too; Unified CCX has one state for both (dev guide 12.5 p.46). */
  #work(after: AfterCall): AgentStateName {
    return after.state === 'AVAILABLE' && this.#deployment === 'UCCE' ? 'WORK_READY' : 'WORK_NOT_READY';
  }

  #set(agent: LabAgent, record: Change): ChangeResult {
    return { ok: true, changed: this.#put(agent.id, record) };
  }

  #put(id: string, record: Change): AgentRecord {
    this.#changes += 1;
    return this.#keep(id, { ...record, change: this.#changes });
  }

  #keep(id: string, record: AgentRecord): AgentRecord {
    const before = this.#agents.get(id)?.extension;
    if (before !== undefined && this.#byExtension.get(before) === id) this.#byExtension.delete(before);
    if (record.state !== 'LOGOUT') this.#byExtension.set(record.extension, id);
    this.#agents.set(id, record);
    return record;
  }
}

/** True in after-call work. */
export function isWork(state: AgentStateName): boolean {
  return state === 'WORK_NOT_READY' || state === 'WORK_READY';
}

/** Unified CCX lets an agent ask for Not Ready once in a call, and never for Ready (dev guide 12.5 p.50). */
function mayWait(after: AfterCall, target: 'NOT_READY' | 'AVAILABLE'): boolean {
  return target === 'NOT_READY' && !after.asked;
}

function refuse(failureCode: number): ChangeResult {
  return { ok: false, failureCode };
}
