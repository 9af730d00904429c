import { callType } from '../values.js';
import {
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

/** ControlFailureCodes that the rules give (constants, protocol version 25). */
export const failure = {
  badCallingDevice: 5,
  badCallId: 11,
  badDestination: 14,
  badObjectState: 22,
  noActiveCall: 24,
  noHeldCall: 25,
  noConnectionToClear: 27,
  noCallToAnswer: 28,
  resourceBusy: 33,
  badParameter: 1010,
} as const;

/** A command that cannot be carried out. */
export class Refusal {
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

/** The calls of the lab as they stand, and what happened to them: what the rules of call control work on. */
export abstract class CallState {
  protected readonly records = new Map<number, CallRecord>();
  protected readonly agents: AgentsView;
  /** The instant of the command that is being carried out. */
  protected at = 0;
  #nextCallId = 1;
  #events: CallEvent[] = [];

  constructor(agents: AgentsView) {
    this.agents = agents;
  }

  get calls(): ReadonlyMap<number, CallRecord> {
    return this.records;
  }

  /** The id that the next call gets, and all calls: what the other side takes over. */
  snapshot(): { nextCallId: number; calls: CallRecord[] } {
    return { nextCallId: this.#nextCallId, calls: [...this.records.values()] };
  }

  /** Returns true when anything is different now. */
  adopt(nextCallId: number, calls: readonly CallRecord[]): boolean {
    const before = [...this.records.values()];
    this.#nextCallId = nextCallId;
    this.records.clear();
    for (const call of calls) this.records.set(call.callId, structuredClone(call));
    return canonical(calls) !== canonical(before);
  }

  /** Calls in which an extension takes part, in after-call work too. */
  callsAt(extension: string): CallRecord[] {
    return [...this.records.values()].filter((call) =>
      call.parties.some((party) => party.extension === extension && party.state !== 'left'),
    );
  }

  /** What happened since it was asked last, in order. */
  takeEvents(): CallEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** A new call, told as begun by its one party. */
  protected begin(call: Omit<CallRecord, 'callId' | 'startedAt' | 'parties'>, extension: string): CallRecord {
    const parties = [this.party(extension, 'initiating')];
    const begun = { ...call, callId: this.#nextCallId, startedAt: this.at, parties };
    // UINT, and never NULL_CALL_ID.
    this.#nextCallId = (this.#nextCallId % 0x7fff_ffff) + 1;
    this.records.set(begun.callId, begun);
    this.tell('begin', begun, { extension });
    return begun;
  }

  /** The extension can take or make no call now. Who is listened to does not notice. */
  protected busy(extension: string): boolean {
    return this.callsAt(extension).some((call) => {
      if (call.callType === callType.supervisorMonitor && call.dialedNumber === extension) return false;
      const state = this.state(call, extension);
      return state !== 'held' && state !== 'left' && state !== 'working';
    });
  }

  /** The extension talks in another call: a phone has one active call. */
  protected otherActive(call: CallRecord, extension: string): boolean {
    return this.callsAt(extension).some(
      (one) =>
        one !== call &&
        one.callType !== callType.supervisorMonitor &&
        this.state(one, extension) === 'active',
    );
  }

  protected heldBy(extension: string): boolean {
    return this.callsAt(extension).some((call) => this.state(call, extension) === 'held');
  }

  /** @throws Refusal for a call that is not there */
  protected call(callId: number): CallRecord {
    const call = this.records.get(callId);
    if (call === undefined) throw new Refusal(failure.badCallId);
    return call;
  }

  /** What the extension does in the call. */
  protected state(call: CallRecord, extension: string): PartyStateName | undefined {
    return call.parties.find((party) => party.extension === extension)?.state;
  }

  protected party(extension: string, state: PartyStateName): CallParty {
    return { extension, state, startedAt: this.at, changedAt: this.at };
  }

  protected move(call: CallRecord, extension: string, state: PartyStateName): void {
    const party = call.parties.find((one) => one.extension === extension);
    if (party !== undefined) this.set(party, state);
  }

  protected set(party: CallParty, state: PartyStateName): void {
    party.state = state;
    party.changedAt = this.at;
  }

  /** Notes what happened, with the call as it is now. */
  protected tell(
    kind: CallEvent['kind'],
    call: CallRecord,
    about: Pick<CallEvent, 'extension' | 'cause' | 'secondaryCallId'> = {},
  ): void {
    this.#events.push({ kind, call: structuredClone(call), at: this.at, ...about });
  }
}

/** A text that is the same for the same calls, whatever the order of their fields. */
function canonical(calls: readonly CallRecord[]): string {
  const byId = calls.toSorted((a, b) => a.callId - b.callId);
  return JSON.stringify(byId.map((call) => callSchema.parse(call)));
}
