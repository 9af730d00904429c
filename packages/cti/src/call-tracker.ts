import type { CtiMessage, MessageOf } from './schema.js';
import type { CallChange, PartyState, TrackedCall, TrackedParty } from './tracked-call.js';
import { agentStateName, callTypes, connectionState, eventCause, none16, none32 } from './values.js';

type CallData = Pick<MessageOf<'BEGIN_CALL_EVENT'>, 'namedVariables' | 'namedArrays'> & {
  [name: string]: unknown;
};

const states: Readonly<Record<number, PartyState>> = {
  // A device that has left and still is listed has something to do with the call yet.
  [connectionState.null]: 'WRAP_UP',
  [connectionState.initiate]: 'INITIATED',
  [connectionState.alerting]: 'ALERTING',
  [connectionState.connect]: 'ACTIVE',
  [connectionState.hold]: 'HELD',
  [connectionState.queued]: 'ACTIVE',
  [connectionState.fail]: 'FAILED',
};
const failureCauses: Readonly<Record<number, string>> = {
  [eventCause.busy]: 'BUSY',
  [eventCause.destinationNotObtainable]: 'BAD_DESTINATION',
};

/**
 * Makes calls of a CTI server's events ("CTI Event Mappings for Dialog and Participant States", Finesse dev guide 12.5 p.127-133).
 * Events of calls that it does not know are passed over: `restore` brings those.
 */
export class CallTracker {
  readonly #calls = new Map<number, TrackedCall>();
  /** Extensions whose agents are in after-call work. */
  readonly #working = new Set<string>();
  /** Events of calls since the gap; null outside of one. */
  #revisions: Map<number, number> | null = null;
  /** Known from before a gap, and not heard of since. */
  readonly #unconfirmed = new Set<number>();

  /** All calls that have begun and not ended. */
  get calls(): ReadonlyMap<number, TrackedCall> {
    return this.#calls;
  }

  /**
   * Counts up with every event of a call from `gap` to `endUnconfirmed`: a snapshot that was asked for before the last one may
   * be older than it, and is asked for again.
   */
  revision(callId: number): number {
    return this.#revisions?.get(callId) ?? 0;
  }

  /** Events are missing from now on: what is known holds until it is confirmed or `endUnconfirmed` is called. */
  gap(): void {
    for (const callId of this.#calls.keys()) this.#unconfirmed.add(callId);
    this.#working.clear();
    this.#revisions = new Map();
  }

  /** Takes a call from a snapshot. */
  restore(callId: number, snapshot: MessageOf<'SNAPSHOT_CALL_CONF'>): CallChange[] {
    this.#unconfirmed.delete(callId);
    const known = this.#calls.get(callId);
    const now = Date.now();
    const startedAt = snapshot.happenedAt ?? known?.startedAt ?? now;
    const parties = (snapshot.callDevices ?? []).flatMap((device): TrackedParty[] => {
      const extension = device.deviceId ?? device.connectionDeviceId;
      if (extension === undefined) return [];
      const state = states[device.connectionState ?? connectionState.connect] ?? 'ACTIVE';
      const before = known?.parties.find((party) => party.extension === extension);
      const stateChangedAt =
        device.partyChangedAt ?? (before?.state === state ? before.stateChangedAt : startedAt);
      const partyStartedAt = device.partyStartedAt ?? before?.startedAt ?? startedAt;
      return [{ extension, state, startedAt: partyStartedAt, stateChangedAt }];
    });
    const call: TrackedCall = {
      callId,
      ...addressesIn(snapshot),
      callType: callTypeName(snapshot.callType),
      startedAt,
      callVariables: variablesIn(snapshot),
      ecc: eccIn(snapshot),
      wrapUpReason: snapshot.callWrapupData,
      queueId: queueIn(snapshot.skillGroupNumber),
      associatedCallId: snapshot.associatedCallId ?? known?.associatedCallId,
      secondaryCallId: known?.secondaryCallId,
      parties,
    };
    return this.#put(call);
  }

  /** Ends what nobody has confirmed since the gap. */
  endUnconfirmed(): CallChange[] {
    this.#revisions = null;
    return [...this.#unconfirmed].flatMap((callId) => this.#end(callId));
  }

  /** Takes in a message; most are none of calls. */
  apply(message: CtiMessage): CallChange[] {
    if (message.type === 'AGENT_STATE_EVENT') return this.#agentState(message);
    const callId = callIdIn(message);
    if (callId === undefined) return [];
    this.#revisions?.set(callId, this.revision(callId) + 1);
    if (message.type === 'BEGIN_CALL_EVENT') return this.#begin(callId, message);
    const call = this.#calls.get(callId);
    if (call === undefined) return [];
    this.#unconfirmed.delete(callId);
    const at = timeOf(message);
    switch (message.type) {
      case 'CALL_SERVICE_INITIATED_EVENT':
        return this.#party(call, message.callingDeviceId, 'INITIATING', at);
      case 'CALL_ORIGINATED_EVENT':
        return this.#party(call, message.callingDeviceId, 'INITIATED', at);
      case 'CALL_DELIVERED_EVENT':
        return this.#delivered(call, message, at);
      case 'CALL_ESTABLISHED_EVENT':
        return this.#established(call, message, at);
      case 'CALL_HELD_EVENT':
        return this.#party(call, message.holdingDeviceId, 'HELD', at);
      case 'CALL_RETRIEVED_EVENT':
        return this.#party(call, message.retrievingDeviceId, 'ACTIVE', at);
      case 'CALL_FAILED_EVENT': {
        const cause = failureCauses[message.eventCause] ?? 'OTHER';
        return this.#party(call, message.failingDeviceId, 'FAILED', at, cause);
      }
      case 'CALL_CONNECTION_CLEARED_EVENT':
        return this.#released(call, message.releasingDeviceId, at);
      case 'CALL_QUEUED_EVENT':
        return this.#put({ ...call, queueId: queueIn(message.skillGroups?.[0]?.skillGroupNumber) });
      case 'CALL_DATA_UPDATE_EVENT':
        return this.#data(call, message);
      case 'CALL_CONFERENCED_EVENT':
      case 'CALL_TRANSFERRED_EVENT':
        return this.#joined(call, message, at);
      case 'END_CALL_EVENT':
        return this.#end(callId);
      default:
        return [];
    }
  }

  #begin(callId: number, message: MessageOf<'BEGIN_CALL_EVENT'>): CallChange[] {
    this.#unconfirmed.delete(callId);
    if (this.#calls.has(callId)) return [];
    const startedAt = timeOf(message);
    const addresses = addressesIn(message);
    const extension = message.connectionDeviceId ?? addresses.fromAddress;
    const caller: TrackedParty = {
      extension,
      state: 'INITIATING',
      startedAt,
      stateChangedAt: startedAt,
    };
    return this.#put({
      callId,
      ...addresses,
      callType: callTypeName(message.callType),
      startedAt,
      callVariables: variablesIn(message),
      ecc: eccIn(message),
      wrapUpReason: message.callWrapupData,
      associatedCallId: message.associatedCallId,
      parties: extension === '' ? [] : [caller],
    });
  }

  #delivered(call: TrackedCall, message: MessageOf<'CALL_DELIVERED_EVENT'>, at: number): CallChange[] {
    const queueId = queueIn(message.skillGroupNumber) ?? call.queueId;
    const alerted = withParty(call, message.alertingDeviceId, 'ALERTING', at);
    const caller = call.parties.find(({ state }) => state === 'INITIATING');
    const dialing = caller === undefined ? alerted : withParty(alerted, caller.extension, 'INITIATED', at);
    return this.#put({ ...dialing, queueId });
  }

  /** Answered: the caller is through too. */
  #established(call: TrackedCall, message: MessageOf<'CALL_ESTABLISHED_EVENT'>, at: number): CallChange[] {
    let now = withParty(call, message.answeringDeviceId, 'ACTIVE', at);
    for (const { extension, state } of call.parties) {
      if (state === 'INITIATING' || state === 'INITIATED') now = withParty(now, extension, 'ACTIVE', at);
    }
    return this.#put(now);
  }

  #released(call: TrackedCall, extension: string | undefined, at: number): CallChange[] {
    const working = extension !== undefined && this.#working.has(extension);
    return this.#party(call, extension, working ? 'WRAP_UP' : 'DROPPED', at);
  }

  #data(call: TrackedCall, message: MessageOf<'CALL_DATA_UPDATE_EVENT'>): CallChange[] {
    return this.#put({
      ...call,
      callType: message.callType === none16 ? call.callType : callTypeName(message.callType),
      callVariables: { ...call.callVariables, ...variablesIn(message) },
      // Changed call variables only, but always all ECC variables (Application Level Interfaces, version 25).
      ecc: eccIn(message),
      wrapUpReason: message.callWrapupData ?? call.wrapUpReason,
    });
  }

  /** The call that survives has the parties of the list; who is not on it has left. */
  #joined(
    call: TrackedCall,
    message: MessageOf<'CALL_CONFERENCED_EVENT' | 'CALL_TRANSFERRED_EVENT'>,
    at: number,
  ): CallChange[] {
    // A single-step transfer names one call twice.
    const merged = message.secondaryCallId === call.callId ? undefined : message.secondaryCallId;
    const other = merged === undefined ? undefined : this.#calls.get(merged);
    let now: TrackedCall = { ...call, secondaryCallId: merged ?? call.secondaryCallId };
    const connected = new Set((message.connectedParties ?? []).flatMap(({ deviceId }) => deviceId ?? []));
    for (const extension of connected) {
      const before = [call, other].flatMap(
        (one) => one?.parties.find((p) => p.extension === extension) ?? [],
      );
      // Who controls a conference held one of the two calls and is through to all now.
      const held =
        before.some(({ state }) => state === 'HELD') && before.every(({ state }) => state !== 'ACTIVE');
      const ringing = before.some(({ state }) => state === 'ALERTING');
      now = withParty(now, extension, held ? 'HELD' : ringing ? 'ALERTING' : 'ACTIVE', at);
    }
    for (const { extension, state } of call.parties) {
      if (connected.has(extension) || state === 'DROPPED') continue;
      now = withParty(now, extension, this.#working.has(extension) ? 'WRAP_UP' : 'DROPPED', at);
    }
    if (message.type === 'CALL_CONFERENCED_EVENT') now = { ...now, callType: 'CONFERENCE' };
    return this.#put(now);
  }

  /** After-call work shows at the party that has left the call (State (Participant) Parameter Values, WRAP_UP). */
  #agentState(message: MessageOf<'AGENT_STATE_EVENT'>): CallChange[] {
    const extension = message.agentExtension ?? message.agentInstrument;
    const state = agentStateName(message.agentState);
    if (state === 'WORK_NOT_READY' || state === 'WORK_READY') {
      if (extension !== undefined) this.#working.add(extension);
      return [];
    }
    if (extension === undefined || !this.#working.delete(extension)) return [];
    return [...this.#calls.values()].flatMap((call) => {
      const party = call.parties.find((one) => one.extension === extension);
      if (party?.state !== 'WRAP_UP') return [];
      return this.#party(call, extension, 'DROPPED', message.stateChangedAt ?? Date.now());
    });
  }

  #party(
    call: TrackedCall,
    extension: string | undefined,
    state: PartyState,
    at: number,
    cause?: string,
  ): CallChange[] {
    return this.#put(withParty(call, extension, state, at, cause));
  }

  #put(call: TrackedCall): CallChange[] {
    const previous = this.#calls.get(call.callId);
    if (previous === call) return [];
    this.#calls.set(call.callId, call);
    return [{ type: previous === undefined ? 'begun' : 'changed', call, previous }];
  }

  #end(callId: number): CallChange[] {
    const previous = this.#calls.get(callId);
    this.#calls.delete(callId);
    this.#unconfirmed.delete(callId);
    if (previous === undefined) return [];
    const at = Date.now();
    let call = previous;
    for (const { extension } of previous.parties) call = withParty(call, extension, 'DROPPED', at);
    return [{ type: 'ended', call, previous }];
  }
}

/** The call with a party in a state; the same object when it is in it already. */
function withParty(
  call: TrackedCall,
  extension: string | undefined,
  state: PartyState,
  at: number,
  stateCause?: string,
): TrackedCall {
  if (extension === undefined || extension === '') return call;
  const index = call.parties.findIndex((party) => party.extension === extension);
  const before = call.parties[index];
  if (before?.state === state) return call;
  const startedAt = before === undefined || before.state === 'DROPPED' ? at : before.startedAt;
  const party: TrackedParty = { extension, state, startedAt, stateChangedAt: at, stateCause };
  const parties = index === -1 ? [...call.parties, party] : call.parties.with(index, party);
  return { ...call, parties };
}

function callIdIn(message: CtiMessage): number | undefined {
  if (!message.type.endsWith('_EVENT')) return undefined;
  if ('connectionCallId' in message) return message.connectionCallId;
  return 'primaryCallId' in message ? message.primaryCallId : undefined;
}

function timeOf(message: CtiMessage): number {
  return 'happenedAt' in message && message.happenedAt !== undefined ? message.happenedAt : Date.now();
}

function addressesIn(message: {
  ani?: string | undefined;
  dialedNumber?: string | undefined;
  dnis?: string | undefined;
}) {
  const { ani = '', dialedNumber = '', dnis = '' } = message;
  return { fromAddress: ani, toAddress: dialedNumber, dnis };
}

function callTypeName(value: number): string {
  return callTypes[value] ?? String(value);
}

function queueIn(skillGroupNumber: number | undefined): string | undefined {
  return skillGroupNumber === undefined || skillGroupNumber === none32 ? undefined : String(skillGroupNumber);
}

function variablesIn(message: object): Record<string, string> {
  const data = message as CallData;
  const found: Record<string, string> = {};
  for (let n = 1; n <= 10; n += 1) {
    const value = data[`callVariable${n}`];
    if (typeof value === 'string') found[`callVariable${n}`] = value;
  }
  return found;
}

function eccIn({ namedVariables, namedArrays }: Pick<CallData, 'namedVariables' | 'namedArrays'>) {
  const ecc: Record<string, string> = {};
  for (const { namedVariable } of namedVariables ?? []) {
    if (namedVariable !== undefined) ecc[namedVariable.name] = namedVariable.value;
  }
  for (const { namedArray } of namedArrays ?? []) {
    if (namedArray !== undefined) ecc[`${namedArray.name}[${namedArray.index}]`] = namedArray.value;
  }
  return ecc;
}
