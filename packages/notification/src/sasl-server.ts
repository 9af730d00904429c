import { timingSafeEqual } from 'node:crypto';
import {
  digest,
  fromBase64,
  fromUtf8,
  hmac,
  randomNonce,
  type ScramHash,
  scramAttributes,
  toBase64,
  utf8,
  xor,
} from '@finesse-ha/protocol';
import type { Credentials, ScramCredentials } from './credentials.js';

/** What to answer: a challenge, the user that is in now, or the SASL failure condition (RFC 6120 6.5). */
export type SaslStep =
  | { type: 'challenge'; data: string }
  | { type: 'success'; user: string; data: string }
  | { type: 'failure'; condition: SaslCondition };

export type SaslCondition =
  | 'not-authorized'
  | 'malformed-request'
  | 'invalid-authzid'
  | 'temporary-auth-failure'
  | 'invalid-mechanism'
  | 'incorrect-encoding';

/** The server half of one SASL authentication. Data are the base64 contents of the elements. */
export interface SaslServer {
  /** Whom the first message names, without a look at the password; empty for one that cannot be read. */
  userOf(data: string): string;
  step(data: string): Promise<SaslStep>;
}

const failure = (condition: SaslCondition): SaslStep => ({ type: 'failure', condition });

/** Null for a mechanism that does not exist here. */
export function createSasl(mechanism: string, credentials: Credentials, domain: string): SaslServer | null {
  switch (mechanism) {
    case 'PLAIN':
      return {
        userOf: (data) => decode(data)?.split('\0')[1]?.toLowerCase() ?? '',
        step: async (data) => plain(data, credentials, domain),
      };
    case 'SCRAM-SHA-1':
      return new ScramServer('SHA-1', credentials, domain);
    case 'SCRAM-SHA-256':
      return new ScramServer('SHA-256', credentials, domain);
    default:
      return null;
  }
}

function decode(data: string): string | null {
  try {
    return fromUtf8(fromBase64(data === '=' ? '' : data));
  } catch {
    return null;
  }
}

/** RFC 6120 6.3.8: nobody acts for anybody else. Some clients give the user's name for the bare JID. */
function mayActAs(authzid: string, user: string, domain: string): boolean {
  const wanted = authzid.toLowerCase();
  return wanted === '' || wanted === user || wanted === `${user}@${domain.toLowerCase()}`;
}

function unescapeName(name: string): string {
  return name.replace(/=2C/g, ',').replace(/=3D/g, '=');
}

/** RFC 4616: authzid NUL authcid NUL password. */
function plain(data: string, credentials: Credentials, domain: string): SaslStep {
  const parts = decode(data)?.split('\0');
  if (parts === undefined) return failure('incorrect-encoding');
  const [authzid, authcid, password, ...more] = parts;
  if (
    authzid === undefined ||
    authcid === undefined ||
    authcid === '' ||
    password === undefined ||
    more.length > 0
  ) {
    return failure('malformed-request');
  }
  const user = authcid.toLowerCase();
  if (!mayActAs(authzid, user, domain)) return failure('invalid-authzid');
  switch (credentials.verify(user, password)) {
    case 'ok':
      return { type: 'success', user, data: '' };
    case 'wrong':
      return failure('not-authorized');
    case 'locked':
      return failure('temporary-auth-failure');
  }
}

/** client-first-message (RFC 5802 7): header, authzid, the rest of which the name and the nonce. */
const firstMessage = /^([ny],(?:a=([^,]*))?,)(n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+).*)$/;

/** RFC 5802 5, without channel binding. */
class ScramServer implements SaslServer {
  readonly #hash: ScramHash;
  readonly #credentials: Credentials;
  readonly #domain: string;
  #user = '';
  /** What stands before `n=` in the first message: the channel binding of the last one is to be just this. */
  #header = '';
  #nonce = '';
  #firstBare = '';
  #serverFirst = '';
  #known: ScramCredentials | null = null;

  constructor(hash: ScramHash, credentials: Credentials, domain: string) {
    this.#hash = hash;
    this.#credentials = credentials;
    this.#domain = domain;
  }

  userOf(data: string): string {
    const name = firstMessage.exec(decode(data) ?? '')?.[4] ?? '';
    return unescapeName(name).toLowerCase();
  }

  async step(data: string): Promise<SaslStep> {
    const message = decode(data);
    if (message === null) return failure('incorrect-encoding');
    return this.#known === null ? this.#first(message) : this.#final(message, this.#known);
  }

  async #first(message: string): Promise<SaslStep> {
    const match = firstMessage.exec(message);
    if (match === null) return failure('malformed-request');
    const [, header = '', authzid = '', bare = '', name = '', nonce = ''] = match;
    this.#user = unescapeName(name).toLowerCase();
    if (!mayActAs(unescapeName(authzid), this.#user, this.#domain)) return failure('invalid-authzid');
    this.#header = header;
    if (this.#credentials.locked(this.#user)) return failure('temporary-auth-failure');
    this.#firstBare = bare;
    this.#nonce = nonce + randomNonce();
    const known = await this.#credentials.scram(this.#user, this.#hash);
    this.#serverFirst = `r=${this.#nonce},s=${toBase64(known.salt)},i=${known.iterations}`;
    this.#known = known;
    return { type: 'challenge', data: toBase64(utf8(this.#serverFirst)) };
  }

  async #final(message: string, known: ScramCredentials): Promise<SaslStep> {
    const attributes = scramAttributes(message);
    const proofText = attributes.get('p');
    if (attributes.get('r') !== this.#nonce || proofText === undefined) return failure('malformed-request');
    // RFC 5802 6: the server verifies that nobody changed the header on the way.
    if (decode(attributes.get('c') ?? '') !== this.#header) return failure('malformed-request');
    let proof: Uint8Array<ArrayBuffer>;
    try {
      proof = fromBase64(proofText);
    } catch {
      return failure('incorrect-encoding');
    }
    const withoutProof = message.slice(0, message.lastIndexOf(',p='));
    const authMessage = utf8(`${this.#firstBare},${this.#serverFirst},${withoutProof}`);
    const signature = await hmac(this.#hash, known.storedKey, authMessage);
    const ok =
      proof.length === signature.length &&
      timingSafeEqual(await digest(this.#hash, xor(proof, signature)), known.storedKey);
    this.#credentials.count(this.#user, ok);
    if (!ok) return failure('not-authorized');
    const verifier = toBase64(await hmac(this.#hash, known.serverKey, authMessage));
    return { type: 'success', user: this.#user, data: toBase64(utf8(`v=${verifier}`)) };
  }
}
