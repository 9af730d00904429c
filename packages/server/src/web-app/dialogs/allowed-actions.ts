/**
 * What a participant of a call may do now ("Actions Parameter Values" and "State (Participant) Parameter Values", dev guide
 * 12.5 p.125-127). Pure: the call, the participant, and what else goes on at its extension.
 */
import type { TrackedCall, TrackedParty } from '@finesse-ha/cti';

/** What `PUT /Dialog/{id}` may ask of a call, and `Participant/actions` list. */
export const dialogActions = [
  'ANSWER',
  'HOLD',
  'RETRIEVE',
  'DROP',
  'UPDATE_CALL_DATA',
  'SEND_DTMF',
  'CONSULT_CALL',
  'TRANSFER',
  'CONFERENCE',
  'TRANSFER_SST',
  'PARTICIPANT_DROP',
  'BARGE_CALL',
] as const;
export type DialogAction = (typeof dialogActions)[number];

/** What matters beside the call itself. */
export interface ActionCircumstances {
  /** The other calls in which the extension takes part. */
  readonly otherCalls: readonly TrackedCall[];
  /** The participant is a signed-in user with the role Supervisor. */
  readonly supervisor: boolean;
  readonly deploymentType: 'UCCE' | 'UCCX';
}

/** Call type of a supervisor's silent listening (GED-188, CallType 21). */
const SILENT_MONITOR = 'SUPERVISOR_MONITOR';

/** True for a call in which a supervisor listens. */
export function isSilentMonitor(call: TrackedCall): boolean {
  return call.callType === SILENT_MONITOR;
}

/** The party of a call at an extension. */
export function partyAt(call: TrackedCall, extension: string): TrackedParty | undefined {
  return call.parties.find((party) => party.extension === extension);
}

/** What the participant may do now. */
export function allowedActions(
  call: TrackedCall,
  party: TrackedParty,
  circumstances: ActionCircumstances,
): DialogAction[] {
  if (isSilentMonitor(call)) return monitorActions(call, party);
  const { otherCalls } = circumstances;
  switch (party.state) {
    case 'INITIATING':
    case 'INITIATED':
      return ['DROP', 'UPDATE_CALL_DATA'];
    case 'ALERTING':
      return ['ANSWER'];
    case 'ACTIVE':
      return activeActions(call, party, circumstances);
    case 'HELD': {
      const joinable = callInState(otherCalls, party.extension, 'ACTIVE') !== undefined;
      return [
        'RETRIEVE',
        'DROP',
        'UPDATE_CALL_DATA',
        ...(joinable ? (['TRANSFER', 'CONFERENCE'] as const) : []),
      ];
    }
    case 'WRAP_UP':
      return ['UPDATE_CALL_DATA'];
    case 'FAILED':
      return ['DROP'];
    case 'DROPPED':
      return [];
  }
}

/** Which of the calls has the extension in a state; a silent monitor call does not count: it cannot be joined with another. */
export function callInState(
  calls: readonly TrackedCall[],
  extension: string,
  state: TrackedParty['state'],
): TrackedCall | undefined {
  return calls.find((call) => !isSilentMonitor(call) && partyAt(call, extension)?.state === state);
}

function activeActions(
  call: TrackedCall,
  party: TrackedParty,
  { otherCalls, supervisor, deploymentType }: ActionCircumstances,
): DialogAction[] {
  const actions: DialogAction[] = ['HOLD', 'DROP', 'UPDATE_CALL_DATA', 'SEND_DTMF'];
  // One consult at a time: CTI refuses another (dev guide 12.5 p.86, "agent already has a consult call").
  if (callInState(otherCalls, party.extension, 'HELD') === undefined) {
    actions.push('CONSULT_CALL');
    if (deploymentType === 'UCCE') actions.push('TRANSFER_SST');
  }
  const talking = call.parties.filter(({ state }) => state === 'ACTIVE' || state === 'HELD').length;
  if (supervisor && deploymentType === 'UCCE' && talking > 2) actions.push('PARTICIPANT_DROP');
  return actions;
}

/** The agent who is listened to takes no part in it ("passive" call, dev guide 12.5 p.131); the supervisor is who it is from. */
function monitorActions(call: TrackedCall, party: TrackedParty): DialogAction[] {
  if (party.extension !== call.fromAddress) return [];
  if (party.state === 'ACTIVE') return ['DROP', 'BARGE_CALL'];
  return party.state === 'DROPPED' || party.state === 'WRAP_UP' ? [] : ['DROP'];
}
