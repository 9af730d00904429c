import { callType, eventCause } from '../values.js';
import type { CallParty, CallRecord, LabQueue } from './call-records.js';
import { type AgentsView, CallState, failure, isPresent, Refusal } from './call-state.js';

/** AgentInstrument has at most 64 bytes with its NUL, DialedNumber 40 (tables of versions 9 and 15). */
const address = /^[\x21-\x7e]{1,63}$/;

/** True for what can call and be called. */
export function isAddress(text: string): boolean {
  return address.test(text);
}

/** One call from its beginning to its end: made, rung, answered, held, left. */
export abstract class CallProgress extends CallState {
  readonly #queues: ReadonlyMap<string, LabQueue>;

  constructor(queues: readonly LabQueue[], agents: AgentsView) {
    super(agents);
    this.#queues = new Map(queues.map((queue) => [queue.id, queue]));
  }

  /** By SkillGroupNumber in digits. */
  get queues(): ReadonlyMap<string, LabQueue> {
    return this.#queues;
  }

  protected make(extension: string, dialedNumber: string, change: Partial<CallRecord>): number {
    if (!isAddress(extension)) throw new Refusal(failure.badCallingDevice);
    if (!isAddress(dialedNumber) || extension === dialedNumber) throw new Refusal(failure.badDestination);
    // An agent's phone makes calls while its agent is signed in; who is no agent is somebody outside.
    const fromAgent = this.agents.isAgentExtension(extension);
    if (fromAgent && this.agents.atExtension(extension) === undefined)
      throw new Refusal(failure.badCallingDevice);
    // Outside there are as many lines as anybody wants.
    if (fromAgent && this.busy(extension)) throw new Refusal(failure.resourceBusy);
    const toAgent = this.agents.isAgentExtension(dialedNumber);
    const ordinary = !fromAgent ? callType.acdIn : toAgent ? callType.agentInside : callType.agentOut;
    const plain = { callType: ordinary, ani: extension, dialedNumber, variables: {}, ecc: {} };
    const call = this.begin({ ...plain, ...change }, extension);
    this.tell('initiated', call, { extension });
    this.move(call, extension, 'initiated');
    this.tell('originated', call, { extension });
    this.reach(call, dialedNumber);
    return call.callId;
  }

  /** Leads a call to what was dialed. */
  protected reach(call: CallRecord, dialedNumber: string): void {
    const queue = this.#queues.get(dialedNumber);
    if (queue !== undefined) {
      call.queueId = Number(queue.id);
      call.queuedAt = this.at;
      this.tell('queued', call, { extension: dialedNumber });
      return;
    }
    if (this.agents.isAgentExtension(dialedNumber)) {
      if (this.agents.atExtension(dialedNumber) === undefined)
        return this.fail(call, eventCause.destinationNotObtainable);
      if (this.busy(dialedNumber)) return this.fail(call, eventCause.busy);
      return this.ring(call, dialedNumber);
    }
    this.ring(call, dialedNumber);
    this.connect(call, dialedNumber);
  }

  protected fail(call: CallRecord, cause: number): void {
    const caller = call.parties.find(({ state }) => state === 'initiated');
    if (caller === undefined) return;
    this.set(caller, 'failed');
    this.tell('failed', call, { extension: caller.extension, cause });
  }

  protected ring(call: CallRecord, extension: string): void {
    const known = call.parties.find((party) => party.extension === extension);
    if (known === undefined) call.parties.push(this.party(extension, 'alerting'));
    else this.set(known, 'alerting');
    this.tell('delivered', call, { extension });
  }

  protected connect(call: CallRecord, extension: string): void {
    this.move(call, extension, 'active');
    for (const party of call.parties) if (party.state === 'initiated') this.set(party, 'active');
    this.tell('established', call, { extension });
  }

  protected answer(call: CallRecord, extension: string): number {
    if (this.state(call, extension) !== 'alerting') throw new Refusal(failure.noCallToAnswer);
    if (this.otherActive(call, extension)) throw new Refusal(failure.badObjectState);
    this.connect(call, extension);
    return call.callId;
  }

  protected hold(call: CallRecord, extension: string): number {
    if (this.state(call, extension) !== 'active') throw new Refusal(failure.noActiveCall);
    this.move(call, extension, 'held');
    this.tell('held', call, { extension });
    return call.callId;
  }

  protected retrieve(call: CallRecord, extension: string): number {
    if (this.state(call, extension) !== 'held') throw new Refusal(failure.noHeldCall);
    if (this.otherActive(call, extension)) throw new Refusal(failure.badObjectState);
    this.move(call, extension, 'active');
    this.tell('retrieved', call, { extension });
    return call.callId;
  }

  protected release(call: CallRecord, extension: string): number {
    const party = call.parties.find((one) => one.extension === extension);
    if (party === undefined || !(isPresent(party) || party.state === 'failed'))
      throw new Refusal(failure.noConnectionToClear);
    this.leave(call, party);
    return this.endIfOver(call);
  }

  protected leave(call: CallRecord, party: CallParty): void {
    // A queue's call leaves its agent with after-call work; what was never answered leaves none.
    const answered = party.state === 'active' || party.state === 'held';
    const agent = this.agents.atExtension(party.extension);
    const works =
      answered && agent !== undefined && call.queueId !== undefined && party.extension !== call.ani;
    this.set(party, works ? 'working' : 'left');
    this.tell('released', call, { extension: party.extension });
  }

  /** A call of one is none. Ends it for its last party, and altogether once nobody's work belongs to it. */
  protected endIfOver(call: CallRecord): number {
    const { callId } = call;
    if (!this.records.has(callId)) return callId;
    const there = call.parties.filter(isPresent);
    const waits = call.queuedAt !== undefined && there.length === 1;
    if (there.length < 2 && !waits) {
      for (const party of there) this.leave(call, party);
      call.queuedAt = undefined;
      this.endListening(call);
      const failed = call.parties.some(({ state }) => state === 'failed');
      if (there.length > 0) this.tell('cleared', call);
      if (!failed && call.parties.every(({ state }) => state === 'left')) {
        this.records.delete(callId);
        this.tell('end', call);
      }
    } else this.endListening(call);
    return callId;
  }

  /** Who listened to an agent that has left a call has nothing to listen to. */
  protected endListening(call: CallRecord): void {
    for (const { extension, state } of call.parties) {
      if ((state !== 'left' && state !== 'working') || this.#talks(extension)) continue;
      for (const one of this.callsAt(extension)) {
        if (one.callType !== callType.supervisorMonitor || one.dialedNumber !== extension) continue;
        for (const party of one.parties.filter(isPresent)) this.leave(one, party);
        this.endIfOver(one);
      }
    }
  }

  #talks(extension: string): boolean {
    return this.callsAt(extension).some((call) => {
      const state = call.callType === callType.supervisorMonitor ? undefined : this.state(call, extension);
      return state === 'active' || state === 'held';
    });
  }
}
