/** Each thing that a user can do with a call: what CTI is asked for, and by which notification its outcome shows. */

import type { CtiSession, TrackedCall } from '@finesse-ha/cti';
import { NotPossibleError } from '../cti-failures.js';
import { callInState, isSilentMonitor, partyAt } from './allowed-actions.js';
import type { ToldDialog } from './dialog-book.js';
import type { DialogRequest, NewDialogRequest } from './dialog-request.js';

/** A request of a user. `extension` is where the user is signed in. */
export type CallTask = { readonly agentId: string; readonly extension: string } & (
  | NewDialogRequest
  | (DialogRequest & { readonly callId: number })
);

/** The part of a CTI session that call control needs, and the calls that go on. */
export interface CallControl {
  readonly session: CtiSession;
  /** The calls in which an extension takes part. */
  callsAt(extension: string): TrackedCall[];
  /** The agent who is signed in at an extension. */
  agentAt(extension: string): string | undefined;
}

/**
 * Asks CTI for it.
 * @throws CtiRequestError when CTI refuses or cannot be asked; NotPossibleError
 */
export async function performCallTask(control: CallControl, task: CallTask): Promise<void> {
  const { session } = control;
  const { extension } = task;
  switch (task.action) {
    case 'MAKE_CALL':
      await makeCall(control, task);
      return;
    case 'SILENT_MONITOR':
    case 'BARGE_CALL':
      await supervise(control, task, task.action === 'BARGE_CALL' ? 'barge' : 'silent-monitor');
      return;
    case 'ANSWER':
      return session.answerCall({ callId: task.callId, extension });
    case 'HOLD':
      return session.holdCall({ callId: task.callId, extension });
    case 'RETRIEVE':
      return retrieve(control, task.callId, extension);
    case 'DROP':
      return session.clearConnection({ callId: task.callId, extension });
    case 'PARTICIPANT_DROP':
      return session.clearConnection({ callId: task.callId, extension: task.target });
    case 'TRANSFER':
      return session.transferCall(joined(control, task.callId, extension));
    case 'CONFERENCE':
      return session.conferenceCall(joined(control, task.callId, extension));
    case 'CONSULT_CALL':
      await session.consultCall({ callId: task.callId, extension, dialedNumber: task.to });
      return;
    case 'TRANSFER_SST':
      return session.singleStepTransfer({ callId: task.callId, extension, dialedNumber: task.to });
    case 'SEND_DTMF':
      return session.sendDtmf({ callId: task.callId, extension, digits: task.digits });
    case 'UPDATE_CALL_DATA':
      return session.setCallData({ callId: task.callId, extension, ...task.data });
  }
}

/** True when a notification on the user's Dialogs node shows what came of the task. */
export function isOutcome(task: CallTask, told: ToldDialog): boolean {
  const { extension } = task;
  switch (task.action) {
    case 'MAKE_CALL':
    case 'SILENT_MONITOR':
    case 'CONSULT_CALL':
      return told.event === 'POST' && told.call?.fromAddress === extension;
    case 'BARGE_CALL': {
      const call = told.call;
      if (told.event === 'DELETE' || call === undefined || isSilentMonitor(call)) return false;
      return partyAt(call, task.to) !== undefined;
    }
    case 'CONFERENCE':
      // The call that survives is the one or the other; the other is gone.
      return told.event === 'DELETE' || told.callId === task.callId;
    default:
      return told.callId === task.callId && (told.event === 'DELETE' || changesAsAsked(task, told));
  }
}

function changesAsAsked(task: CallTask, { party }: ToldDialog): boolean {
  switch (task.action) {
    case 'ANSWER':
    case 'RETRIEVE':
      return party?.state === 'ACTIVE';
    case 'HOLD':
      return party?.state === 'HELD';
    case 'DROP':
      return party?.state === 'DROPPED' || party?.state === 'WRAP_UP';
    default:
      return true;
  }
}

async function makeCall(
  { session }: CallControl,
  task: CallTask & { readonly action: 'MAKE_CALL' },
): Promise<void> {
  const { agentId, extension, to, data } = task;
  const { callId } = await session.makeCall({ agentId, extension, dialedNumber: to });
  const { callVariables, ecc } = data;
  if (Object.keys(callVariables).length + Object.keys(ecc).length === 0) return;
  await session.setCallData({ callId, extension, callVariables, ecc });
}

async function supervise(
  { session, agentAt }: CallControl,
  task: CallTask & { readonly to: string },
  action: 'silent-monitor' | 'barge',
): Promise<void> {
  const supervised = agentAt(task.to);
  if (supervised === undefined) throw new NotPossibleError(`No agent is signed in at ${task.to}`);
  const { agentId: supervisorId, extension } = task;
  await session.superviseCall({ agentId: supervised, supervisorId, extension, action });
}

/** With another call active, the two change places: a phone has one active call. */
function retrieve({ session, callsAt }: CallControl, heldCallId: number, extension: string): Promise<void> {
  const active = callInState(callsAt(extension), extension, 'ACTIVE');
  if (active === undefined || active.callId === heldCallId)
    return session.retrieveCall({ callId: heldCallId, extension });
  return session.alternateCall({ activeCallId: active.callId, heldCallId, extension });
}

/** The held call of the request and the active one that it is joined with (dev guide 12.5 p.126, TRANSFER). */
function joined(
  { callsAt }: CallControl,
  heldCallId: number,
  extension: string,
): { activeCallId: number; heldCallId: number; extension: string } {
  const active = callInState(callsAt(extension), extension, 'ACTIVE');
  if (active === undefined || active.callId === heldCallId) {
    throw new NotPossibleError('There is no active call beside this one');
  }
  return { activeCallId: active.callId, heldCallId, extension };
}
