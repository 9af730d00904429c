import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { clientKey, type ScramHash, saltedPassword, serverKey, storedKey } from '@finesse-ha/protocol';

/** What SCRAM needs to know of a password without being it (RFC 5802 3). */
export interface ScramCredentials {
  salt: Uint8Array<ArrayBuffer>;
  iterations: number;
  storedKey: Uint8Array<ArrayBuffer>;
  serverKey: Uint8Array<ArrayBuffer>;
}

export type Verdict = 'ok' | 'wrong' | 'locked';

const iterations = 4_096;
const saltBytes = 16;
/** How many names that are nobody's are counted. The oldest makes room, so that nobody can fill the memory. */
const strangers = 4_096;

/**
 * The users' passwords: the same ones that REST takes. Wrong ones are counted per user, and too many lock the user for a
 * while (Finesse: 5 in a row, 5 minutes).
 */
export class Credentials {
  readonly #passwords: ReadonlyMap<string, string>;
  /** Packed once they are worked out: three arrays for each user are 1.4 KiB, a string of their bytes 0.1 (measured). */
  readonly #scram = new Map<string, Promise<ScramCredentials> | string>();
  readonly #failures = new Map<string, { count: number; lockedUntil: number }>();
  /** As `#failures`, of names that are nobody's: a lockout must not tell who exists. */
  readonly #strangers = new Map<string, { count: number; lockedUntil: number }>();
  readonly #lockoutAttempts: number;
  readonly #lockoutMs: number;
  /** Makes salts for users that do not exist, the same ones every time: nobody learns who exists. */
  readonly #secret = randomBytes(32);

  constructor(
    users: readonly { id: string; password: string }[],
    lockout: { lockoutAttempts: number; lockoutMs: number },
  ) {
    this.#passwords = new Map(users.map(({ id, password }) => [id.toLowerCase(), password]));
    this.#lockoutAttempts = lockout.lockoutAttempts;
    this.#lockoutMs = lockout.lockoutMs;
  }

  locked(user: string): boolean {
    return (this.#failuresOf(user).get(user)?.lockedUntil ?? 0) > Date.now();
  }

  /** PLAIN. */
  verify(user: string, password: string): Verdict {
    if (this.locked(user)) return 'locked';
    const own = this.#passwords.get(user);
    const ok = sameText(password, own ?? '') && own !== undefined;
    this.count(user, ok);
    return ok ? 'ok' : 'wrong';
  }

  /** Books the outcome of an authentication. */
  count(user: string, ok: boolean): void {
    if (ok) {
      this.#failures.delete(user);
      return;
    }
    const failures = this.#failuresOf(user);
    const count = (failures.get(user)?.count ?? 0) + 1;
    const lock = count >= this.#lockoutAttempts;
    const [oldest] = this.#strangers.keys();
    if (failures === this.#strangers && failures.size >= strangers && oldest !== undefined)
      failures.delete(oldest);
    failures.set(user, {
      count: lock ? 0 : count,
      lockedUntil: lock ? Date.now() + this.#lockoutMs : 0,
    });
  }

  #failuresOf(user: string): Map<string, { count: number; lockedUntil: number }> {
    return this.#passwords.has(user) ? this.#failures : this.#strangers;
  }

  /** Who may log in. */
  get users(): Iterable<string> {
    return this.#passwords.keys();
  }

  /** SCRAM. For a user that does not exist: credentials that nothing matches. */
  async scram(user: string, hash: ScramHash): Promise<ScramCredentials> {
    const password = this.#passwords.get(user);
    if (password === undefined) {
      const salt = new Uint8Array(
        createHmac('sha256', this.#secret).update(`${hash}:${user}`).digest().subarray(0, saltBytes),
      );
      const unmatched = new Uint8Array(randomBytes(hash === 'SHA-1' ? 20 : 32));
      return { salt, iterations, storedKey: unmatched, serverKey: unmatched };
    }
    const key = `${hash}:${user}`;
    const known = this.#scram.get(key);
    if (known !== undefined) return typeof known === 'string' ? unpack(known) : known;
    const derived = derive(hash, password);
    this.#scram.set(key, derived);
    const credentials = await derived;
    this.#scram.set(key, pack(credentials));
    return credentials;
  }
}

function pack({ salt, storedKey, serverKey }: ScramCredentials): string {
  return Buffer.concat([salt, storedKey, serverKey]).toString('latin1');
}

function unpack(packed: string): ScramCredentials {
  const bytes = new Uint8Array(Buffer.from(packed, 'latin1'));
  // Both keys are of the hash's length.
  const second = saltBytes + (bytes.length - saltBytes) / 2;
  return {
    salt: bytes.slice(0, saltBytes),
    iterations,
    storedKey: bytes.slice(saltBytes, second),
    serverKey: bytes.slice(second),
  };
}

async function derive(hash: ScramHash, password: string): Promise<ScramCredentials> {
  const salt = new Uint8Array(randomBytes(saltBytes));
  const salted = await saltedPassword(hash, password, salt, iterations);
  return {
    salt,
    iterations,
    storedKey: await storedKey(hash, await clientKey(hash, salted)),
    serverKey: await serverKey(hash, salted),
  };
}

/** Compares in a time that does not tell where the difference is. */
function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
