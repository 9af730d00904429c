/** The body of PUT /User/{id}: what it may hold, and what is wrong with it when it is refused (dev guide 12.5 p.29-32). */
import type { Element } from '@finesse-ha/protocol';
import { invalidInput, parameterMissing } from './errors.js';
import { parseBody, shorten, textOf } from './request-body.js';

/** A valid request. `reasonCodeId` is the id of a reason code resource, not the code on the wire of CTI. */
export type UserRequest =
  | { readonly state: 'LOGIN'; readonly extension: string }
  | { readonly state: 'READY' | 'NOT_READY' | 'LOGOUT'; readonly reasonCodeId: string | undefined };

const STATES = ['LOGIN', 'READY', 'NOT_READY', 'LOGOUT'] as const;
type RequestedState = (typeof STATES)[number];

/** What CTI takes for an extension: digits, and what dial strings may hold (AGENT_EXTENSION is at most 15 bytes + NUL). */
const EXTENSION = /^[0-9*#+A-Za-z_-]{1,15}$/;

/**
 * Reads the body of a PUT.
 * @throws ApiError 400 naming the problem and the place
 */
export function parseUserRequest(body: string): UserRequest {
  const root = parseBody(body, 'User');
  const state = requestedState(root);
  if (root.getChild('mobileAgent') !== undefined) {
    throw invalidInput('mobileAgent', 'Mobile agents are not supported by this server');
  }
  if (state === 'LOGIN') {
    const extension = textOf(root, 'extension');
    if (extension === undefined) throw parameterMissing('extension');
    if (!EXTENSION.test(extension)) {
      throw invalidInput('extension', 'An extension has 1 to 15 characters of digits, letters, * # + _ -');
    }
    return { state, extension };
  }
  const reasonCodeId = textOf(root, 'reasonCodeId');
  if (reasonCodeId !== undefined && !/^-?[0-9]{1,10}$/.test(reasonCodeId)) {
    throw invalidInput('reasonCodeId', 'A reason code id is a number');
  }
  if (state === 'READY' && reasonCodeId !== undefined && reasonCodeId !== '-1') {
    throw invalidInput('reasonCodeId', 'READY takes no reason code');
  }
  // -1 is what a User shows for "no reason": a client that sends it back means none.
  return { state, reasonCodeId: reasonCodeId === '-1' ? undefined : reasonCodeId };
}

function requestedState(root: Element): RequestedState {
  const value = textOf(root, 'state');
  if (value === undefined) throw parameterMissing('state');
  const state = STATES.find((one) => one === value);
  if (state === undefined) {
    throw invalidInput('state', `${shorten(value)} is none of ${STATES.join(', ')}`);
  }
  return state;
}
