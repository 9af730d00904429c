import { callType, eventCause } from '../values.js';
import {
  type CallCommand,
  type CallEvent,
  type CallParty,
  type CallRecord,
  callSchema,
  type LabQueue,
  type PartyStateName,
} from './call-records.js';

/** What the calls need to know of agents. */
export interface AgentsView {
  /** The agent who is signed in at an extension. */
  atExtension(extension: string): string | undefined;
  /** Where an agent is signed in, empty in LOGOUT. */
  extensionOf(agentId: string): string;
  /** True for an extension that the lab's agents have, signed in or not. */
  isAgentExtension(extension: string): boolean;
  /** Ready agents of a queue, longest in the state first. */
  readyFor(queue: LabQueue): readonly string[];
}

/** A ControlFailureCode, or the call that a request made or left. */
export type CallResult = { ok: false; failureCode: number } | { ok: true; callId: number };

/** ControlFailureCodes that the rules give (constants, protocol version 25). */
const failure = {
  badCallingDevice: 5,
  badCallId: 11,
  badDestination: 14,
  badObjectState: 22,
  noActiveCall: 24,
  noHeldCall: 25,
  noConnectionToClear: 27,
  noCallToAnswer: 28,
  resourceBusy: 33,
} as const;

class Refusal {
  readonly failureCode: number;

  constructor(failureCode: number) {
    this.failureCode = failureCode;
  }
}

const present: ReadonlySet<PartyStateName> = new Set([
  'initiating',
  'initiated',
  'alerting',
  'active',
  'held',
]);

/** True for a party that is in the call now. */
export function isPresent(party: CallParty): boolean {
  return present.has(party.state);
}

/**
 * The calls of the lab and the rules of call control, without sockets and clock. Deterministic: two sides that apply the same
 * commands in the same order with the same times hold the same. Any number that is no agent's and no queue's is somebody
 * outside, who answers at once.
 */
export class CallModel {
  readonly #calls = new Map<number, CallRecord>();
  readonly #queues: ReadonlyMap<string, LabQueue>;
  readonly #agents: AgentsView;
  #nextCallId = 1;
  #events: CallEvent[] = [];
  #at = 0;

  constructor(queues: readonly LabQueue[], agents: AgentsView) {
    this.#queues = new Map(queues.map((queue) => [queue.id, queue]));
    this.#agents = agents;
  }

  get calls(): ReadonlyMap<number, CallRecord> {
    return this.#calls;
  }

  get queues(): ReadonlyMap<string, LabQueue> {
    return this.#queues;
  }

  /** The id that the next call gets, and all calls: what the other side takes over. */
  snapshot(): { nextCallId: number; calls: CallRecord[] } {
    return { nextCallId: this.#nextCallId, calls: [...this.#calls.values()] };
  }

  /** Returns true when anything is different now. */
  adopt(nextCallId: number, calls: readonly CallRecord[]): boolean {
    const before = [...this.#calls.values()];
    this.#nextCallId = nextCallId;
    this.#calls.clear();
    for (const call of calls) this.#calls.set(call.callId, structuredClone(call));
    return canonical(calls) !== canonical(before);
  }

  /** Calls in which an extension takes part, in after-call work too. */
  callsAt(extension: string): CallRecord[] {
    return [...this.#calls.values()].filter((call) =>
      call.parties.some((party) => party.extension === extension && party.state !== 'left'),
    );
  }

  /** Carries a command out at an instant in epoch ms. What happened is in `takeEvents`. */
  apply(command: CallCommand, at: number): CallResult {
    this.#at = at;
    try {
      return { ok: true, callId: this.#perform(command) };
    } catch (error) {
      if (error instanceof Refusal) return { ok: false, failureCode: error.failureCode };
      throw error;
    }
  }

  /** Gives waiting calls to ready agents, longest waiting call and longest ready agent first. Returns true when it gave one. */
  route(at: number): boolean {
    this.#at = at;
    const waiting = [...this.#calls.values()].filter(({ queuedAt }) => queuedAt !== undefined);
    waiting.sort((a, b) => a.queuedAt! - b.queuedAt! || a.callId - b.callId);
    for (const call of waiting) {
      const queue = this.#queues.get(String(call.queueId));
      const [agentId] = queue === undefined ? [] : this.#agents.readyFor(queue);
      if (agentId === undefined) continue;
      call.queuedAt = undefined;
      this.#ring(call, this.#agents.extensionOf(agentId));
      return true;
    }
    return false;
  }

  /** The after-call work at an extension is over: the calls that waited for it end. */
  endWork(extension: string, at: number): void {
    this.#at = at;
    for (const call of this.callsAt(extension)) {
      const party = call.parties.find((one) => one.extension === extension);
      if (party?.state !== 'working') continue;
      this.#set(party, 'left');
      this.#endIfOver(call);
    }
  }

  /** What happened since it was asked last, in order. */
  takeEvents(): CallEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #perform(command: CallCommand): number {
    switch (command.action) {
      case 'make':
        return this.#make(command.extension, command.dialedNumber, {});
      case 'answer':
        return this.#answer(this.#call(command.callId), command.extension);
      case 'hold':
        return this.#hold(this.#call(command.callId), command.extension);
      case 'retrieve':
        return this.#retrieve(this.#call(command.callId), command.extension);
      case 'release':
        return this.#release(this.#call(command.callId), command.extension);
      case 'clear': {
        const call = this.#call(command.callId);
        for (const party of call.parties.filter(isPresent)) this.#leave(call, party);
        return this.#endIfOver(call);
      }
      case 'alternate':
        this.#hold(this.#call(command.activeCallId), command.extension);
        return this.#retrieve(this.#call(command.heldCallId), command.extension);
      case 'reconnect':
        this.#release(this.#call(command.activeCallId), command.extension);
        return this.#retrieve(this.#call(command.heldCallId), command.extension);
      case 'consult':
        return this.#consult(this.#call(command.callId), command.extension, command.dialedNumber);
      case 'transfer':
        return this.#transfer(command.activeCallId, command.heldCallId, command.extension);
      case 'conference':
        return this.#conference(command.activeCallId, command.heldCallId, command.extension);
      case 'redirect':
        return this.#redirect(this.#call(command.callId), command.extension, command.dialedNumber);
      case 'data':
        return this.#data(this.#call(command.callId), command);
      case 'monitor':
        return this.#monitor(command.agentId, command.extension);
      case 'barge':
        return this.#barge(command.agentId, command.extension);
    }
  }

  #make(extension: string, dialedNumber: string, change: Partial<CallRecord>): number {
    if (extension === '' || extension === dialedNumber) throw new Refusal(failure.badDestination);
    // An agent's phone makes calls while its agent is signed in; who is no agent is somebody outside.
    const fromAgent = this.#agents.isAgentExtension(extension);
    if (fromAgent && this.#agents.atExtension(extension) === undefined)
      throw new Refusal(failure.badCallingDevice);
    // Outside there are as many lines as anybody wants.
    if (fromAgent && this.#busy(extension)) throw new Refusal(failure.resourceBusy);
    const toAgent = this.#agents.isAgentExtension(dialedNumber);
    const ordinary = !fromAgent ? callType.acdIn : toAgent ? callType.agentInside : callType.agentOut;
    const call: CallRecord = {
      callId: this.#nextCallId,
      callType: ordinary,
      ani: extension,
      dialedNumber,
      startedAt: this.#at,
      variables: {},
      ecc: {},
      parties: [this.#party(extension, 'initiating')],
      ...change,
    };
    // UINT, and never NULL_CALL_ID.
    this.#nextCallId = (this.#nextCallId % 0x7fff_ffff) + 1;
    this.#calls.set(call.callId, call);
    this.#tell('begin', call, extension);
    this.#tell('initiated', call, extension);
    this.#move(call, extension, 'initiated');
    this.#tell('originated', call, extension);
    this.#reach(call, dialedNumber);
    return call.callId;
  }

  /** Leads a call to what was dialed. */
  #reach(call: CallRecord, dialedNumber: string): void {
    const queue = this.#queues.get(dialedNumber);
    if (queue !== undefined) {
      call.queueId = Number(queue.id);
      call.queuedAt = this.#at;
      this.#tell('queued', call, dialedNumber);
      return;
    }
    if (this.#agents.isAgentExtension(dialedNumber)) {
      if (this.#agents.atExtension(dialedNumber) === undefined)
        return this.#fail(call, eventCause.destinationNotObtainable);
      if (this.#busy(dialedNumber)) return this.#fail(call, eventCause.busy);
      return this.#ring(call, dialedNumber);
    }
    this.#ring(call, dialedNumber);
    this.#connect(call, dialedNumber);
  }

  #fail(call: CallRecord, cause: number): void {
    const caller = call.parties.find(({ state }) => state === 'initiated');
    if (caller === undefined) return;
    this.#set(caller, 'failed');
    this.#events.push({
      kind: 'failed',
      call: frozen(call),
      at: this.#at,
      extension: caller.extension,
      cause,
    });
  }

  #ring(call: CallRecord, extension: string): void {
    const known = call.parties.find((party) => party.extension === extension);
    if (known === undefined) call.parties.push(this.#party(extension, 'alerting'));
    else this.#set(known, 'alerting');
    this.#tell('delivered', call, extension);
  }

  #connect(call: CallRecord, extension: string): void {
    this.#move(call, extension, 'active');
    for (const party of call.parties) if (party.state === 'initiated') this.#set(party, 'active');
    this.#tell('established', call, extension);
  }

  #answer(call: CallRecord, extension: string): number {
    if (this.#state(call, extension) !== 'alerting') throw new Refusal(failure.noCallToAnswer);
    if (this.#otherActive(call, extension)) throw new Refusal(failure.badObjectState);
    this.#connect(call, extension);
    return call.callId;
  }

  #hold(call: CallRecord, extension: string): number {
    if (this.#state(call, extension) !== 'active') throw new Refusal(failure.noActiveCall);
    this.#move(call, extension, 'held');
    this.#tell('held', call, extension);
    return call.callId;
  }

  #retrieve(call: CallRecord, extension: string): number {
    if (this.#state(call, extension) !== 'held') throw new Refusal(failure.noHeldCall);
    if (this.#otherActive(call, extension)) throw new Refusal(failure.badObjectState);
    this.#move(call, extension, 'active');
    this.#tell('retrieved', call, extension);
    return call.callId;
  }

  #release(call: CallRecord, extension: string): number {
    const party = call.parties.find((one) => one.extension === extension);
    if (party === undefined || !(isPresent(party) || party.state === 'failed'))
      throw new Refusal(failure.noConnectionToClear);
    this.#leave(call, party);
    return this.#endIfOver(call);
  }

  #consult(call: CallRecord, extension: string, dialedNumber: string): number {
    if (this.#state(call, extension) !== 'active') throw new Refusal(failure.noActiveCall);
    if (this.#heldBy(extension)) throw new Refusal(failure.badObjectState);
    this.#hold(call, extension);
    const { callId, variables, ecc } = call;
    return this.#make(extension, dialedNumber, {
      callType: callType.consult,
      associatedCallId: callId,
      variables: { ...variables },
      ecc: { ...ecc },
    });
  }

  #transfer(activeCallId: number, heldCallId: number, extension: string): number {
    const { active, held } = this.#pair(activeCallId, heldCallId, extension);
    for (const one of active.parties.filter((party) => isPresent(party) && party.extension !== extension)) {
      this.#takeOver(held, one);
    }
    this.#move(held, extension, 'left');
    this.#tell('transferred', held, extension, activeCallId);
    return this.#absorb(active, held);
  }

  #conference(activeCallId: number, heldCallId: number, extension: string): number {
    const { active, held } = this.#pair(activeCallId, heldCallId, extension);
    for (const one of active.parties.filter((party) => isPresent(party) && party.extension !== extension)) {
      this.#takeOver(held, one);
    }
    this.#move(held, extension, 'active');
    held.callType = callType.conference;
    this.#tell('conferenced', held, extension, activeCallId);
    return this.#absorb(active, held);
  }

  #pair(activeCallId: number, heldCallId: number, extension: string) {
    const active = this.#call(activeCallId);
    const held = this.#call(heldCallId);
    if (this.#state(active, extension) !== 'active') throw new Refusal(failure.noActiveCall);
    if (this.#state(held, extension) !== 'held') throw new Refusal(failure.noHeldCall);
    return { active, held };
  }

  #takeOver(call: CallRecord, party: CallParty): void {
    const known = call.parties.findIndex(({ extension }) => extension === party.extension);
    const taken = { ...party, startedAt: this.#at, changedAt: this.#at };
    if (known === -1) call.parties.push(taken);
    else call.parties[known] = taken;
  }

  /** The merged call ends without further ado: its parties go on in the other. */
  #absorb(merged: CallRecord, surviving: CallRecord): number {
    for (const party of merged.parties) this.#set(party, 'left');
    this.#calls.delete(merged.callId);
    this.#tell('end', merged);
    this.#endIfOver(surviving);
    return surviving.callId;
  }

  #redirect(call: CallRecord, extension: string, dialedNumber: string): number {
    if (this.#state(call, extension) !== 'active') throw new Refusal(failure.noActiveCall);
    if (dialedNumber === extension) throw new Refusal(failure.badDestination);
    const isAgent = this.#agents.isAgentExtension(dialedNumber);
    const nobody = isAgent && this.#agents.atExtension(dialedNumber) === undefined;
    if (nobody || this.#busy(dialedNumber)) throw new Refusal(failure.badDestination);
    this.#move(call, extension, 'left');
    this.#tell('transferred', call, extension, call.callId);
    this.#reach(call, dialedNumber);
    return call.callId;
  }

  #data(call: CallRecord, { variables, ecc, wrapUp }: CallCommand & { readonly action: 'data' }): number {
    const nothing = Object.keys(variables).length + Object.keys(ecc).length === 0 && wrapUp === undefined;
    if (nothing) return call.callId;
    Object.assign(call.variables, variables);
    Object.assign(call.ecc, ecc);
    if (wrapUp !== undefined) call.wrapUp = wrapUp;
    this.#tell('data', call);
    return call.callId;
  }

  /** A call from the supervisor to the agent in which nobody hears the supervisor. */
  #monitor(agentId: string, extension: string): number {
    const agentExtension = this.#agents.extensionOf(agentId);
    const talking = this.callsAt(agentExtension).some(
      (call) => this.#state(call, agentExtension) === 'active',
    );
    if (agentExtension === '' || !talking) throw new Refusal(failure.badObjectState);
    if (this.#busy(extension)) throw new Refusal(failure.resourceBusy);
    const call: CallRecord = {
      callId: this.#nextCallId,
      callType: callType.supervisorMonitor,
      ani: extension,
      dialedNumber: agentExtension,
      startedAt: this.#at,
      variables: {},
      ecc: {},
      parties: [this.#party(extension, 'initiating')],
    };
    this.#nextCallId = (this.#nextCallId % 0x7fff_ffff) + 1;
    this.#calls.set(call.callId, call);
    this.#tell('begin', call, extension);
    this.#ring(call, agentExtension);
    this.#connect(call, agentExtension);
    this.#move(call, extension, 'active');
    return call.callId;
  }

  /** The listener becomes a party of the call that was listened to. */
  #barge(agentId: string, extension: string): number {
    const agentExtension = this.#agents.extensionOf(agentId);
    const calls = this.callsAt(agentExtension);
    const listening = calls.find(
      ({ callType: type, ani }) => type === callType.supervisorMonitor && ani === extension,
    );
    const call = calls.find(
      (one) => one.callType !== callType.supervisorMonitor && this.#state(one, agentExtension) === 'active',
    );
    if (listening === undefined || call === undefined) throw new Refusal(failure.badObjectState);
    this.#takeOver(call, this.#party(extension, 'active'));
    call.callType = callType.conference;
    this.#tell('conferenced', call, agentExtension, listening.callId);
    return this.#absorb(listening, call);
  }

  #leave(call: CallRecord, party: CallParty): void {
    // A queue's call leaves its agent with after-call work; what was never answered leaves none.
    const answered = party.state === 'active' || party.state === 'held';
    const agent = this.#agents.atExtension(party.extension);
    const works =
      answered && agent !== undefined && call.queueId !== undefined && party.extension !== call.ani;
    this.#set(party, works ? 'working' : 'left');
    this.#tell('released', call, party.extension);
  }

  /** A call of one is none. Ends it for its last party, and altogether once nobody's work belongs to it. */
  #endIfOver(call: CallRecord): number {
    const { callId } = call;
    if (!this.#calls.has(callId)) return callId;
    const there = call.parties.filter(isPresent);
    const waits = call.queuedAt !== undefined && there.length === 1;
    if (there.length < 2 && !waits) {
      for (const party of there) this.#leave(call, party);
      call.queuedAt = undefined;
      this.#endListening(call);
      const failed = call.parties.some(({ state }) => state === 'failed');
      if (there.length > 0) this.#tell('cleared', call);
      if (!failed && call.parties.every(({ state }) => state === 'left')) {
        this.#calls.delete(callId);
        this.#tell('end', call);
      }
    } else this.#endListening(call);
    return callId;
  }

  /** Who listened to an agent that has left a call has nothing to listen to. */
  #endListening(call: CallRecord): void {
    for (const { extension, state } of call.parties) {
      if (state !== 'left' && state !== 'working') continue;
      for (const one of this.callsAt(extension)) {
        if (one.callType !== callType.supervisorMonitor || one.dialedNumber !== extension) continue;
        for (const party of one.parties.filter(isPresent)) this.#leave(one, party);
        this.#endIfOver(one);
      }
    }
  }

  #busy(extension: string): boolean {
    return this.callsAt(extension).some((call) => {
      if (call.callType === callType.supervisorMonitor && call.dialedNumber === extension) return false;
      const state = this.#state(call, extension);
      return state !== 'held' && state !== 'left' && state !== 'working';
    });
  }

  #otherActive(call: CallRecord, extension: string): boolean {
    return this.callsAt(extension).some(
      (one) =>
        one !== call &&
        one.callType !== callType.supervisorMonitor &&
        this.#state(one, extension) === 'active',
    );
  }

  #heldBy(extension: string): boolean {
    return this.callsAt(extension).some((call) => this.#state(call, extension) === 'held');
  }

  #call(callId: number): CallRecord {
    const call = this.#calls.get(callId);
    if (call === undefined) throw new Refusal(failure.badCallId);
    return call;
  }

  #state(call: CallRecord, extension: string): PartyStateName | undefined {
    return call.parties.find((party) => party.extension === extension)?.state;
  }

  #party(extension: string, state: PartyStateName): CallParty {
    return { extension, state, startedAt: this.#at, changedAt: this.#at };
  }

  #move(call: CallRecord, extension: string, state: PartyStateName): void {
    const party = call.parties.find((one) => one.extension === extension);
    if (party !== undefined) this.#set(party, state);
  }

  #set(party: CallParty, state: PartyStateName): void {
    party.state = state;
    party.changedAt = this.#at;
  }

  #tell(kind: CallEvent['kind'], call: CallRecord, extension?: string, secondaryCallId?: number): void {
    this.#events.push({ kind, call: frozen(call), at: this.#at, extension, secondaryCallId });
  }
}

/** A text that is the same for the same calls, whatever the order of their fields. */
function canonical(calls: readonly CallRecord[]): string {
  const byId = calls.toSorted((a, b) => a.callId - b.callId);
  return JSON.stringify(byId.map((call) => callSchema.parse(call)));
}

function frozen(call: CallRecord): CallRecord {
  return structuredClone(call);
}
