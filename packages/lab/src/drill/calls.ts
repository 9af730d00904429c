import type { FinesseClient } from '@finesse-ha/client';
import { CallTracker, type CtiMessage, type CtiSession, type TrackedCall } from '@finesse-ha/cti';
import { type Dialog, formatDialog } from '@finesse-ha/protocol';

/** Callers' numbers are none of an agent's. */
const callerPrefix = '7';

/** The calls of a drill: one for every agent, made, answered and held by the drill itself, so that it knows how each is. */
export class DrillCalls {
  readonly #cti: CtiSession;
  readonly #tracker = new CallTracker();
  readonly #calls = new Map<string, number>();

  constructor(cti: CtiSession) {
    this.#cti = cti;
    cti.on('message', (message: CtiMessage) => this.#tracker.apply(message));
  }

  /** Somebody outside calls the agent, who answers. @throws {CtiRequestError} */
  async begin(agentId: string, extension: string): Promise<void> {
    const { callId } = await this.#cti.makeCall({
      extension: `${callerPrefix}${extension}`,
      dialedNumber: extension,
    });
    await this.#cti.answerCall({ callId, extension });
    await this.#cti.setCallData({ callId, extension, callVariables: { callVariable1: `for ${agentId}` } });
    this.#calls.set(agentId, callId);
  }

  /** Puts the agent's call on hold, or takes it from there: the agent's own state changes with it. @throws {CtiRequestError} */
  async change(agentId: string, extension: string): Promise<void> {
    const callId = this.#calls.get(agentId) ?? 0;
    const own = this.truth(agentId)?.parties.find((party) => party.extension === extension);
    const end = { callId, extension };
    await (own?.state === 'HELD' ? this.#cti.retrieveCall(end) : this.#cti.holdCall(end));
  }

  /** The agent's call as CTI has it; undefined when the drill's own call has ended, which nothing should do. */
  truth(agentId: string): TrackedCall | undefined {
    return this.#tracker.calls.get(this.#calls.get(agentId) ?? 0);
  }
}

/** An agent's call in the application's picture: how it was before the failure, and whether it ever was gone since. */
export class WatchedCall {
  readonly #before: Dialog;
  #vanished = false;

  /** @throws {Error} when the picture is not of one call */
  constructor(client: FinesseClient) {
    const [dialog, ...others] = client.dialogs;
    if (dialog === undefined || others.length > 0) {
      throw new Error(`the application has ${client.dialogs.length} calls instead of one`);
    }
    this.#before = dialog;
    client.on('update', (update) => {
      if (update.kind !== 'dialogs') return;
      if (!update.current.some(({ id }) => id === dialog.id)) this.#vanished = true;
    });
  }

  /** True when the application was told, even for a moment, that the call is over. */
  get vanished(): boolean {
    return this.#vanished;
  }

  /** What is wrong with a picture of the agent's dialogs, where only what the drill did may have changed; null: nothing. */
  fault(picture: readonly Dialog[], truth: TrackedCall | undefined): string | null {
    const now = picture.find(({ id }) => id === this.#before.id);
    if (truth === undefined || now === undefined) return 'is gone';
    if (picture.length > 1) return `is one of ${picture.length}`;
    if (lasting(now) !== lasting(this.#before)) return `is not what it was: ${lasting(now)}`;
    const expected = truth.parties.map(partyText).toSorted().join(', ');
    const actual = now.participants.map(participantText).toSorted().join(', ');
    return actual === expected ? null : `has the parties ${actual} instead of ${expected}`;
  }
}

/** What holding and retrieving leave as it is. */
function lasting(dialog: Dialog): string {
  return formatDialog({ ...dialog, participants: [] });
}

function partyText({ extension, state, startedAt, stateChangedAt }: TrackedCall['parties'][number]): string {
  return `${extension} ${state} ${new Date(startedAt).toISOString()} ${new Date(stateChangedAt).toISOString()}`;
}

function participantText(participant: Dialog['participants'][number]): string {
  const { mediaAddress, state, startTime, stateChangeTime } = participant;
  return `${mediaAddress} ${state} ${startTime} ${stateChangeTime}`;
}
