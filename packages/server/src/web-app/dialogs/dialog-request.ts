/** The bodies of POST /User/{id}/Dialogs and PUT /Dialog/{id}, and what is wrong with them (dev guide 12.5 p.80-104). */
import type { Element } from '@finesse-ha/protocol';
import {
  type ApiError,
  invalidDestination,
  invalidInput,
  notImplemented,
  parameterMissing,
} from '../errors.js';
import { parseBody, shorten, textOf } from '../request-body.js';
import { type CallData, parseCallData } from './call-data.js';

/** What makes a new call (p.80, p.97, p.100). Addresses are extensions or what can be dialed. */
export type NewDialogRequest =
  | { readonly action: 'MAKE_CALL'; readonly from: string; readonly to: string; readonly data: CallData }
  | { readonly action: 'SILENT_MONITOR'; readonly from: string; readonly to: string }
  | { readonly action: 'BARGE_CALL'; readonly from: string; readonly to: string; readonly callId: number };

/** What is done to a call (p.84-104). `target` is the extension on whose behalf. */
export type DialogRequest =
  | {
      readonly action: 'ANSWER' | 'HOLD' | 'RETRIEVE' | 'DROP' | 'TRANSFER' | 'CONFERENCE';
      readonly target: string;
    }
  | { readonly action: 'CONSULT_CALL' | 'TRANSFER_SST'; readonly target: string; readonly to: string }
  | { readonly action: 'PARTICIPANT_DROP'; readonly target: string }
  | { readonly action: 'SEND_DTMF'; readonly target: string; readonly digits: string }
  | { readonly action: 'UPDATE_CALL_DATA'; readonly target: string | undefined; readonly data: CallData };

type DeploymentType = 'UCCE' | 'UCCX';

/** Of outbound campaigns and of recording, which this server has not. */
const NOT_HERE = new Set([
  'ACCEPT',
  'REJECT',
  'CLOSE',
  'RECLASSIFY',
  'UPDATE_SCHEDULED_CALLBACK',
  'CANCEL_SCHEDULED_CALLBACK',
  'START_RECORDING',
]);
/** A tag of GED-188 holds at most 40 bytes of a dialed number. */
const ADDRESS = /^[\x21-\x7e]{1,40}$/;
const CALL_ID = /^[0-9]{1,10}$/;
const DIALOG_URI = /^\/finesse\/api\/Dialog\/([0-9]{1,10})$/;

/** The id of a call in a path; undefined when it cannot be one. */
export function parseCallId(text: string): number | undefined {
  return CALL_ID.test(text) ? Number(text) : undefined;
}

/**
 * Reads the body of a POST.
 * @throws ApiError 400 naming the problem and the place, 501 for what this server has not
 */
export function parseNewDialog(body: string, deploymentType: DeploymentType): NewDialogRequest {
  const root = parseBody(body, 'Dialog');
  const action = required(root, 'requestedAction');
  switch (action) {
    case 'MAKE_CALL': {
      const media = root.getChild('mediaProperties');
      if (media !== undefined && deploymentType === 'UCCX') {
        throw invalidInput('mediaProperties', 'Unified CCX takes no call data with MAKE_CALL');
      }
      const data = parseCallData(media);
      if (data.wrapUpReason !== undefined) {
        throw invalidInput('wrapUpReason', 'A call is not made with a wrap-up reason');
      }
      return { action, ...endsOf(root), data };
    }
    case 'SILENT_MONITOR':
      return { action, ...endsOf(root) };
    case 'BARGE_CALL': {
      const uri = required(root, 'associatedDialogUri');
      const id = DIALOG_URI.exec(uri)?.[1];
      if (id === undefined) {
        throw invalidInput('associatedDialogUri', `${shorten(uri)} is not the URI of a dialog`);
      }
      return { action, ...endsOf(root), callId: Number(id) };
    }
    default:
      throw unknownAction(action);
  }
}

/**
 * Reads the body of a PUT.
 * @throws ApiError 400 naming the problem and the place, 501 for what this server has not
 */
export function parseDialogRequest(body: string, deploymentType: DeploymentType): DialogRequest {
  const root = parseBody(body, 'Dialog');
  const action = required(root, 'requestedAction');
  switch (action) {
    case 'ANSWER':
    case 'HOLD':
    case 'RETRIEVE':
    case 'DROP':
    case 'TRANSFER':
    case 'CONFERENCE':
      return { action, target: address(root, 'targetMediaAddress') };
    case 'PARTICIPANT_DROP':
      if (deploymentType === 'UCCX') throw notImplemented(action);
      return { action, target: address(root, 'targetMediaAddress') };
    case 'TRANSFER_SST':
      if (deploymentType === 'UCCX') throw notImplemented(action);
      return redirection(action, root);
    case 'CONSULT_CALL':
      return redirection(action, root);
    case 'SEND_DTMF':
      return {
        action,
        target: address(root, 'targetMediaAddress'),
        digits: dtmf(root, deploymentType),
      };
    case 'UPDATE_CALL_DATA': {
      const media = root.getChild('mediaProperties');
      if (media === undefined) throw parameterMissing('mediaProperties');
      const target = textOf(root, 'targetMediaAddress');
      return { action, target, data: parseCallData(media) };
    }
    default:
      throw unknownAction(action);
  }
}

function redirection(action: 'CONSULT_CALL' | 'TRANSFER_SST', root: Element): DialogRequest {
  const target = address(root, 'targetMediaAddress');
  const to = address(root, 'toAddress');
  if (to === target) throw ownExtension(to);
  return { action, target, to };
}

function endsOf(root: Element): { from: string; to: string } {
  const from = address(root, 'fromAddress');
  const to = address(root, 'toAddress');
  if (from === to) throw ownExtension(to);
  return { from, to };
}

function ownExtension(to: string): ApiError {
  return invalidDestination(to, 'Nobody calls the own extension');
}

/** The digits stand in an ActionParam named dtmfString (p.91-92). */
function dtmf(root: Element, deploymentType: DeploymentType): string {
  const params = root.getChild('actionParams')?.getChildren('ActionParam') ?? [];
  const param = params.find((one) => textOf(one, 'name') === 'dtmfString');
  const digits = param === undefined ? undefined : textOf(param, 'value');
  if (digits === undefined) throw parameterMissing('dtmfString');
  const allowed = deploymentType === 'UCCE' ? /^[0-9*#A-D]{1,32}$/ : /^[0-9*#]{1,32}$/;
  if (!allowed.test(digits)) {
    const letters = deploymentType === 'UCCE' ? ', A to D' : '';
    throw invalidInput('dtmfString', `A DTMF string has 1 to 32 of 0 to 9, *, #${letters}`);
  }
  return digits;
}

function required(root: Element, name: string): string {
  const value = textOf(root, name);
  if (value === undefined) throw parameterMissing(name);
  return value;
}

function address(root: Element, name: string): string {
  const value = required(root, name);
  if (!ADDRESS.test(value)) {
    throw invalidInput(name, 'An address has 1 to 40 ASCII characters without blanks');
  }
  return value;
}

function unknownAction(action: string): ApiError {
  if (NOT_HERE.has(action)) return notImplemented(action);
  return invalidInput('requestedAction', `${shorten(action)} is not an action on this resource`);
}
