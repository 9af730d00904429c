import { digest, hmac, pbkdf2 } from '#hashes';
import { fromBase64, toBase64, utf8 } from './bytes.js';
import type { Bytes, ScramHash } from './hashes.js';

/*
 * SCRAM (RFC 5802; SHA-256: RFC 7677) over what the platform has: the PBKDF2 of the stock pure-JavaScript mechanisms costs
 * 0.6 s of CPU per login (reference/baselines.md, section 3, note 3). Channel binding is not offered: Finesse has none.
 */
export { digest, hmac } from '#hashes';
export type { Bytes, ScramHash } from './hashes.js';

/**
 * `SaltedPassword := Hi(Normalize(password), salt, i)` (RFC 5802 3). Of SASLprep (RFC 4013) only the normalization is
 * done: its tables of forbidden and of vanishing characters weigh more than the passwords that have any.
 */
export function saltedPassword(
  hash: ScramHash,
  password: string,
  salt: Bytes,
  iterations: number,
): Promise<Bytes> {
  return pbkdf2(hash, utf8(password.normalize('NFKC')), salt, iterations);
}

/** `ClientKey` of RFC 5802 3. */
export const clientKey = (hash: ScramHash, salted: Bytes): Promise<Bytes> =>
  hmac(hash, salted, utf8('Client Key'));
/** `ServerKey` of RFC 5802 3: what a server signs with. */
export const serverKey = (hash: ScramHash, salted: Bytes): Promise<Bytes> =>
  hmac(hash, salted, utf8('Server Key'));
/** `StoredKey` of RFC 5802 3: what a server keeps of the client key, to check proofs by. */
export const storedKey = (hash: ScramHash, key: Bytes): Promise<Bytes> => digest(hash, key);

/** Bytewise exclusive or of two arrays of one length. */
export function xor(left: Bytes, right: Bytes): Bytes {
  return left.map((byte, index) => byte ^ (right[index] ?? 0)) as Bytes;
}

/** `a=1,b=2` as a map. Values may hold `=`. */
export function scramAttributes(message: string): Map<string, string> {
  return new Map(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}

/** Thrown when the other side breaks the mechanism. */
export class ScramError extends Error {
  readonly kind = 'scram';
  constructor(message: string) {
    super(message);
    this.name = 'ScramError';
  }
}

/** More would be an attack on our own processor: PBKDF2 does about a million a second. */
const maxIterations = 1_000_000;

/** The client half: one authentication. */
export class ScramClient {
  readonly #hash: ScramHash;
  readonly #password: string;
  readonly #nonce: string;
  readonly #firstBare: string;
  #serverSignature: string | null = null;

  /** @param nonce printable, unguessable; drawn unless given */
  constructor(hash: ScramHash, username: string, password: string, nonce = randomNonce()) {
    this.#hash = hash;
    this.#password = password;
    this.#nonce = nonce;
    const name = username.replace(/=/g, '=3D').replace(/,/g, '=2C');
    this.#firstBare = `n=${name},r=${nonce}`;
  }

  /** The client's first message. */
  first(): string {
    return `n,,${this.#firstBare}`;
  }

  /** Answers the server's challenge. @throws {ScramError} */
  async final(challenge: string): Promise<string> {
    const attributes = scramAttributes(challenge);
    const nonce = attributes.get('r') ?? '';
    const saltText = attributes.get('s') ?? '';
    const count = attributes.get('i') ?? '';
    if (attributes.has('m')) throw new ScramError('the server demands an extension that is not known');
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce)
      throw new ScramError('the nonce is not ours');
    if (saltText === '') throw new ScramError('the salt is missing');
    if (!/^[1-9]\d{0,9}$/.test(count) || Number(count) > maxIterations)
      throw new ScramError(`the iteration count "${count}" is not a number from 1 to ${maxIterations}`);
    const iterations = Number(count);
    const hash = this.#hash;
    const salted = await saltedPassword(hash, this.#password, fromBase64(saltText), iterations);
    const key = await clientKey(hash, salted);
    const withoutProof = `c=biws,r=${nonce}`;
    const authMessage = utf8(`${this.#firstBare},${challenge},${withoutProof}`);
    const proof = xor(key, await hmac(hash, await storedKey(hash, key), authMessage));
    this.#serverSignature = toBase64(await hmac(hash, await serverKey(hash, salted), authMessage));
    return `${withoutProof},p=${toBase64(proof)}`;
  }

  /** Checks that the server knows the password too. @throws {ScramError} */
  verify(final: string): void {
    const attributes = scramAttributes(final);
    const problem = attributes.get('e');
    if (problem !== undefined) throw new ScramError(`the server refuses: ${problem}`);
    if (this.#serverSignature === null || attributes.get('v') !== this.#serverSignature) {
      throw new ScramError("the server's signature is wrong: it does not know the password");
    }
  }
}

/** Unguessable, and without a comma, as a nonce must be. */
export function randomNonce(): string {
  return toBase64(crypto.getRandomValues(new Uint8Array(18)));
}
