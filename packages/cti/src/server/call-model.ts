import { callType } from '../values.js';
import { CallProgress, isAddress } from './call-progress.js';
import type { CallCommand, CallParty, CallRecord } from './call-records.js';
import { failure, isPresent, Refusal } from './call-state.js';

/** All ECC variables of a call have at most 2000 bytes (Finesse dev guide 12.5 p.118), ten call variables 40 each. */
const maxDataBytes = 2_500;

/** A ControlFailureCode, or the call that a request made or left. */
export type CallResult = { ok: false; failureCode: number } | { ok: true; callId: number };

/**
 * The calls of the lab and the rules of call control, without sockets and clock. Deterministic: two sides that apply the same
 * commands in the same order with the same times hold the same. Any number that is no agent's and no queue's is somebody
 * outside, who answers at once.
 */
export class CallModel extends CallProgress {
  /** Carries a command out at an instant in epoch ms. What happened is in `takeEvents`. */
  apply(command: CallCommand, at: number): CallResult {
    this.at = at;
    try {
      return { ok: true, callId: this.#perform(command) };
    } catch (error) {
      if (error instanceof Refusal) return { ok: false, failureCode: error.failureCode };
      throw error;
    }
  }

  /** Gives waiting calls to ready agents, longest waiting call and longest ready agent first. Returns true when it gave one. */
  route(at: number): boolean {
    this.at = at;
    const waiting = [...this.records.values()].filter(({ queuedAt }) => queuedAt !== undefined);
    waiting.sort((a, b) => a.queuedAt! - b.queuedAt! || a.callId - b.callId);
    for (const call of waiting) {
      const queue = this.queues.get(String(call.queueId));
      const [agentId] = queue === undefined ? [] : this.agents.readyFor(queue);
      if (agentId === undefined) continue;
      call.queuedAt = undefined;
      this.ring(call, this.agents.extensionOf(agentId));
      return true;
    }
    return false;
  }

  /** The after-call work at an extension is over: the calls that waited for it end. */
  endWork(extension: string, at: number): void {
    this.at = at;
    for (const call of this.callsAt(extension)) {
      const party = call.parties.find((one) => one.extension === extension);
      if (party?.state !== 'working') continue;
      this.set(party, 'left');
      this.endIfOver(call);
    }
  }

  #perform(command: CallCommand): number {
    switch (command.action) {
      case 'make':
        return this.make(command.extension, command.dialedNumber, {});
      case 'answer':
        return this.answer(this.call(command.callId), command.extension);
      case 'hold':
        return this.hold(this.call(command.callId), command.extension);
      case 'retrieve':
        return this.retrieve(this.call(command.callId), command.extension);
      case 'release':
        return this.release(this.call(command.callId), command.extension);
      case 'clear': {
        const call = this.call(command.callId);
        for (const party of call.parties.filter(isPresent)) this.leave(call, party);
        return this.endIfOver(call);
      }
      case 'alternate':
      case 'reconnect': {
        const { active, held } = this.#pair(command.activeCallId, command.heldCallId, command.extension);
        if (command.action === 'alternate') this.hold(active, command.extension);
        else this.release(active, command.extension);
        return this.retrieve(held, command.extension);
      }
      case 'consult':
        return this.#consult(this.call(command.callId), command.extension, command.dialedNumber);
      case 'transfer':
        return this.#transfer(command.activeCallId, command.heldCallId, command.extension);
      case 'conference':
        return this.#conference(command.activeCallId, command.heldCallId, command.extension);
      case 'redirect':
        return this.#redirect(this.call(command.callId), command.extension, command.dialedNumber);
      case 'data':
        return this.#data(this.call(command.callId), command);
      case 'monitor':
        return this.#monitor(command.agentId, command.extension);
      case 'barge':
        return this.#barge(command.agentId, command.extension);
    }
  }

  #consult(call: CallRecord, extension: string, dialedNumber: string): number {
    if (this.state(call, extension) !== 'active') throw new Refusal(failure.noActiveCall);
    if (this.heldBy(extension)) throw new Refusal(failure.badObjectState);
    // Nothing is refused once the call is held: a refusal leaves everything as it was.
    if (!isAddress(dialedNumber) || dialedNumber === extension) throw new Refusal(failure.badDestination);
    if (this.callsAt(extension).some((one) => one !== call && this.state(one, extension) === 'alerting'))
      throw new Refusal(failure.badObjectState);
    this.hold(call, extension);
    const { callId, variables, ecc } = call;
    return this.make(extension, dialedNumber, {
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
    this.move(held, extension, 'left');
    this.tell('transferred', held, { extension, secondaryCallId: activeCallId });
    return this.#absorb(active, held);
  }

  #conference(activeCallId: number, heldCallId: number, extension: string): number {
    const { active, held } = this.#pair(activeCallId, heldCallId, extension);
    for (const one of active.parties.filter((party) => isPresent(party) && party.extension !== extension)) {
      this.#takeOver(held, one);
    }
    this.move(held, extension, 'active');
    held.callType = callType.conference;
    this.tell('conferenced', held, { extension, secondaryCallId: activeCallId });
    return this.#absorb(active, held);
  }

  #pair(activeCallId: number, heldCallId: number, extension: string) {
    const active = this.call(activeCallId);
    const held = this.call(heldCallId);
    if (this.state(active, extension) !== 'active') throw new Refusal(failure.noActiveCall);
    if (this.state(held, extension) !== 'held') throw new Refusal(failure.noHeldCall);
    return { active, held };
  }

  #takeOver(call: CallRecord, party: CallParty): void {
    const known = call.parties.findIndex(({ extension }) => extension === party.extension);
    const taken = { ...party, startedAt: this.at, changedAt: this.at };
    if (known === -1) call.parties.push(taken);
    else call.parties[known] = taken;
  }

  /** The merged call ends without further ado: its parties go on in the other. */
  #absorb(merged: CallRecord, surviving: CallRecord): number {
    for (const party of merged.parties) this.set(party, 'left');
    this.records.delete(merged.callId);
    this.tell('end', merged);
    this.endIfOver(surviving);
    return surviving.callId;
  }

  #redirect(call: CallRecord, extension: string, dialedNumber: string): number {
    if (this.state(call, extension) !== 'active') throw new Refusal(failure.noActiveCall);
    if (!isAddress(dialedNumber) || dialedNumber === extension) throw new Refusal(failure.badDestination);
    const isAgent = this.agents.isAgentExtension(dialedNumber);
    const nobody = isAgent && this.agents.atExtension(dialedNumber) === undefined;
    if (nobody || this.busy(dialedNumber)) throw new Refusal(failure.badDestination);
    this.move(call, extension, 'left');
    this.tell('transferred', call, { extension, secondaryCallId: call.callId });
    this.reach(call, dialedNumber);
    return call.callId;
  }

  #data(call: CallRecord, { variables, ecc, wrapUp }: CallCommand & { readonly action: 'data' }): number {
    const nothing = Object.keys(variables).length + Object.keys(ecc).length === 0 && wrapUp === undefined;
    if (nothing) return call.callId;
    const texts = [
      ...Object.entries({ ...call.ecc, ...ecc }).flat(),
      ...Object.values(variables),
      wrapUp ?? '',
    ];
    if (texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) > maxDataBytes)
      throw new Refusal(failure.badParameter);
    Object.assign(call.variables, variables);
    Object.assign(call.ecc, ecc);
    if (wrapUp !== undefined) call.wrapUp = wrapUp;
    this.tell('data', call);
    return call.callId;
  }

  /** A call from the supervisor to the agent in which nobody hears the supervisor. */
  #monitor(agentId: string, extension: string): number {
    const agentExtension = this.agents.extensionOf(agentId);
    const talking = this.callsAt(agentExtension).some(
      (call) => this.state(call, agentExtension) === 'active',
    );
    if (agentExtension === '' || !talking) throw new Refusal(failure.badObjectState);
    if (this.busy(extension)) throw new Refusal(failure.resourceBusy);
    const listening = { callType: callType.supervisorMonitor, ani: extension, dialedNumber: agentExtension };
    const call = this.begin({ ...listening, variables: {}, ecc: {} }, extension);
    this.ring(call, agentExtension);
    this.connect(call, agentExtension);
    this.move(call, extension, 'active');
    return call.callId;
  }

  /** The listener becomes a party of the call that was listened to. */
  #barge(agentId: string, extension: string): number {
    const agentExtension = this.agents.extensionOf(agentId);
    const calls = this.callsAt(agentExtension);
    const listening = calls.find(
      ({ callType: type, ani }) => type === callType.supervisorMonitor && ani === extension,
    );
    const call = calls.find(
      (one) => one.callType !== callType.supervisorMonitor && this.state(one, agentExtension) === 'active',
    );
    if (listening === undefined || call === undefined) throw new Refusal(failure.badObjectState);
    this.#takeOver(call, this.party(extension, 'active'));
    call.callType = callType.conference;
    this.tell('conferenced', call, { extension: agentExtension, secondaryCallId: listening.callId });
    return this.#absorb(listening, call);
  }
}
