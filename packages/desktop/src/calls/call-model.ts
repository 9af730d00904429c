import type { Dialog, Participant } from '@finesse-ha/protocol';
import { instant } from '../strings/format.js';
import { strings } from '../strings/index.js';

/** What an agent may do with a call (`Participant/actions`, dev guide 12.5 p.125). */
export const callActions = [
  'ANSWER',
  'RETRIEVE',
  'HOLD',
  'CONSULT_CALL',
  'TRANSFER_SST',
  'TRANSFER',
  'CONFERENCE',
  'SEND_DTMF',
  'BARGE_CALL',
  'DROP',
] as const;
export type CallAction = (typeof callActions)[number];

export type CallDirection = keyof typeof strings.calls.direction;

/** A call as an agent looks at it. */
export interface Call {
  readonly id: string;
  readonly direction: CallDirection;
  /** Who is at the other end: a number, or several. */
  readonly other: string;
  /** The agent's own state in the call, such as `ACTIVE` or `HELD`. */
  readonly state: string;
  /** When the agent's part of it began, and when that state did; epoch ms. */
  readonly startedAt: number | null;
  readonly stateSinceAt: number | null;
  /** What may be done, in the order in which it is offered. */
  readonly actions: readonly CallAction[];
  readonly mayEditData: boolean;
  readonly mayDropParticipants: boolean;
  readonly queue: string;
  readonly dialedNumber: string;
  readonly wrapUpReason: string;
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  readonly others: readonly Participant[];
}

/** What a dialog is to the agent at an extension. */
export function callOf(dialog: Dialog, extension: string): Call {
  const own = dialog.participants.find(({ mediaAddress }) => mediaAddress === extension);
  const others = dialog.participants.filter(
    (participant) => participant !== own && participant.state !== 'DROPPED',
  );
  const fields = dialog.mediaProperties?.fields ?? {};
  const allowed = own?.actions ?? [];
  return {
    id: dialog.id === '' ? dialog.uri.slice(dialog.uri.lastIndexOf('/') + 1) : dialog.id,
    direction: directionOf(dialog, extension, others),
    other: otherEnd(dialog, extension, others),
    state: own?.state ?? dialog.state,
    startedAt: instant(own?.startTime),
    stateSinceAt: instant(own?.stateChangeTime) ?? instant(own?.startTime),
    actions: callActions.filter((action) => allowed.includes(action)),
    mayEditData: allowed.includes('UPDATE_CALL_DATA'),
    mayDropParticipants: allowed.includes('PARTICIPANT_DROP'),
    queue: fields.queueName ?? '',
    dialedNumber: fields.dialedNumber ?? fields.DNIS ?? '',
    wrapUpReason: fields.wrapUpReason ?? '',
    variables: dialog.mediaProperties?.callVariables ?? [],
    others,
  };
}

/** Who is at the other end, for one line. */
export function otherParty(dialog: Dialog, extension: string): string {
  return callOf(dialog, extension).other;
}

function directionOf(dialog: Dialog, extension: string, others: readonly Participant[]): CallDirection {
  const callType = dialog.mediaProperties?.fields.callType ?? '';
  if (callType === 'SUPERVISOR_MONITOR') return 'monitor';
  if (callType === 'CONSULT' || callType === 'CONSULT_OFFERED') return 'consult';
  if (callType === 'CONFERENCE' || others.length > 1) return 'conference';
  if (callType === 'AGENT_INSIDE') return dialog.fromAddress === extension ? 'outgoing' : 'internal';
  return dialog.fromAddress === extension ? 'outgoing' : 'incoming';
}

function otherEnd(dialog: Dialog, extension: string, others: readonly Participant[]): string {
  if (others.length > 1) return others.map(({ mediaAddress }) => mediaAddress).join(', ');
  const outgoing = dialog.fromAddress === extension;
  const address = (outgoing ? dialog.toAddress : dialog.fromAddress) ?? '';
  return [address, others[0]?.mediaAddress].find((text) => text) ?? strings.unknownNumber;
}

/** Ringing calls first, then the one that is spoken in, then the held ones; wrap-up last. */
export function byUrgency(one: Call, other: Call): number {
  return urgency(one) - urgency(other) || (other.startedAt ?? 0) - (one.startedAt ?? 0);
}

const order: Readonly<Record<string, number>> = {
  ALERTING: 0,
  ACTIVE: 1,
  INITIATED: 2,
  INITIATING: 2,
  HELD: 3,
};

function urgency({ state }: Call): number {
  return order[state] ?? 4;
}

/** A call in which the agent still has a part. */
export function isLive({ state }: Call): boolean {
  return state !== 'WRAP_UP' && state !== 'DROPPED' && state !== 'FAILED';
}
