/** A call as a Dialog of the REST API ("Dialog API Parameters", dev guide 12.5 p.115-120). */

import type { TrackedCall, TrackedParty } from '@finesse-ha/cti';
import type { Dialog, Participant } from '@finesse-ha/protocol';
import type { DialogAction } from './allowed-actions.js';

/** Voice (dev guide 12.5 p.116: always 1). */
const VOICE_MEDIA_ID = '1';

/** URI of a call's dialog. */
export function dialogUri(callId: number): string {
  return `/finesse/api/Dialog/${callId}`;
}

/** What the deployment knows of an address. */
export interface DialogViewPorts {
  /** True when an agent is signed in at the extension. */
  isAgentDevice(extension: string): boolean;
  /** The name of a queue, empty when it is none of the deployment's. */
  queueName(queueId: string): string;
  /** What the participant may do now. */
  actionsOf(call: TrackedCall, party: TrackedParty): readonly DialogAction[];
}

/** The Dialog of a call. */
export function dialogOf(call: TrackedCall, ports: DialogViewPorts): Dialog {
  const { associatedCallId, secondaryCallId } = call;
  return {
    uri: dialogUri(call.callId),
    id: String(call.callId),
    mediaType: 'Voice',
    state: dialogState(call),
    fromAddress: call.fromAddress,
    toAddress: call.toAddress,
    secondaryId: secondaryCallId === undefined ? '' : String(secondaryCallId),
    associatedDialogUri: associatedCallId === undefined ? '' : dialogUri(associatedCallId),
    mediaProperties: {
      fields: {
        mediaId: VOICE_MEDIA_ID,
        dialedNumber: call.toAddress,
        callType: call.callType,
        DNIS: call.dnis,
        queueNumber: call.queueId ?? '',
        queueName: call.queueId === undefined ? '' : ports.queueName(call.queueId),
        wrapUpReason: call.wrapUpReason ?? '',
      },
      callVariables: callVariablesOf(call),
      unknown: [],
    },
    participants: call.parties.map((party) => participantOf(call, party, ports)),
    unknown: [],
  };
}

/** The state of the whole, from those of its parts ("CTI Event Mappings for Dialog and Participant States", p.127-131). */
export function dialogState(call: TrackedCall): string {
  const has = (...states: TrackedParty['state'][]) => call.parties.some((one) => states.includes(one.state));
  if (has('ALERTING') && !has('ACTIVE', 'HELD')) return 'ALERTING';
  if (has('ACTIVE', 'HELD')) return 'ACTIVE';
  if (has('FAILED')) return 'FAILED';
  if (has('INITIATED')) return 'INITIATED';
  if (has('INITIATING')) return 'INITIATING';
  return 'DROPPED';
}

function participantOf(call: TrackedCall, party: TrackedParty, ports: DialogViewPorts): Participant {
  return {
    mediaAddress: party.extension,
    mediaAddressType: ports.isAgentDevice(party.extension) ? 'AGENT_DEVICE' : '',
    startTime: new Date(party.startedAt).toISOString(),
    state: party.state,
    stateCause: party.stateCause ?? '',
    stateChangeTime: new Date(party.stateChangedAt).toISOString(),
    actions: ports.actionsOf(call, party),
    unknown: [],
  };
}

/** callVariable1 to 10 in their order, then ECC variables by name. */
function callVariablesOf({ callVariables, ecc }: TrackedCall): { name: string; value: string }[] {
  const numberOf = (name: string) => Number(name.slice('callVariable'.length));
  const plain = Object.entries(callVariables).toSorted(([a], [b]) => numberOf(a) - numberOf(b));
  const extended = Object.entries(ecc).toSorted(([a], [b]) => a.localeCompare(b));
  return [...plain, ...extended].map(([name, value]) => ({ name, value }));
}
