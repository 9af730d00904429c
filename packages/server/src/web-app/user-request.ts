/** The body of PUT /User/{id}: what it may hold, and what is wrong with it when it is refused (dev guide 12.5 p.29-32). */
import { type Element, parseXml, XmlError } from '@finesse-ha/protocol';
import { badRequest, invalidInput, parameterMissing } from './errors.js';

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
  const root = parseBody(body);
  const state = requestedState(root);
  if (root.getChild('mobileAgent') !== undefined) {
    throw invalidInput('mobileAgent', 'Mobile agents are not supported by this server');
  }
  if (state === 'LOGIN') {
    const extension = text(root, 'extension');
    if (extension === undefined) throw parameterMissing('extension');
    if (!EXTENSION.test(extension)) {
      throw invalidInput('extension', 'An extension has 1 to 15 characters of digits, letters, * # + _ -');
    }
    return { state, extension };
  }
  const reasonCodeId = text(root, 'reasonCodeId');
  if (reasonCodeId !== undefined && !/^-?[0-9]{1,10}$/.test(reasonCodeId)) {
    throw invalidInput('reasonCodeId', 'A reason code id is a number');
  }
  if (state === 'READY' && reasonCodeId !== undefined && reasonCodeId !== '-1') {
    throw invalidInput('reasonCodeId', 'READY takes no reason code');
  }
  // -1 is what a User shows for "no reason": a client that sends it back means none.
  return { state, reasonCodeId: reasonCodeId === '-1' ? undefined : reasonCodeId };
}

function parseBody(body: string): Element {
  if (body.trim() === '') throw badRequest('The body is empty; a <User> is expected');
  let root: Element;
  try {
    root = parseXml(body);
  } catch (error) {
    if (error instanceof XmlError) throw badRequest(`The body is not acceptable XML: ${error.message}`);
    throw error;
  }
  if (root.name !== 'User')
    throw badRequest(`The root element is <${shorten(root.name)}>; <User> is expected`);
  return root;
}

function requestedState(root: Element): RequestedState {
  const value = text(root, 'state');
  if (value === undefined) throw parameterMissing('state');
  const state = STATES.find((one) => one === value);
  if (state === undefined) {
    throw invalidInput('state', `${shorten(value)} is none of ${STATES.join(', ')}`);
  }
  return state;
}

/** The text of a child, absent when there is none or it is blank. */
function text(root: Element, name: string): string | undefined {
  const value = root.getChildText(name)?.trim();
  return value === undefined || value === '' ? undefined : value;
}

function shorten(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}
