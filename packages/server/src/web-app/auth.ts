/** Who a request comes from: HTTP Basic credentials against the configuration, with the lockout of dev guide 12.5 p.29. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ConfiguredAdministrator, ConfiguredAgent } from './config.js';

/** Whom a request comes from: an agent, or an administrator, who belongs to no team. */
export interface Caller {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly teamId: string;
  readonly roles: readonly ('Agent' | 'Supervisor' | 'Administrator')[];
}

/** True for one of the deployment's administrators, who is no agent. */
export function isAdministrator(caller: Caller): boolean {
  return caller.roles.includes('Administrator');
}

/** The outcome of a check of credentials. `user` is what the request called itself, possibly empty. */
export type Identification =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly cause: 'missing' | 'malformed' | 'wrong'; readonly user: string }
  | { readonly ok: false; readonly cause: 'locked'; readonly user: string; readonly retryAfterMs: number };

/** When an account is locked: after `attempts` wrong passwords in a row, for `durationMs`. */
export interface LockoutRule {
  readonly attempts: number;
  readonly durationMs: number;
}

interface Account {
  readonly caller: Caller;
  readonly digest: Buffer;
  failures: number;
  lastFailureAt: number;
  lockedUntilAt: number;
}

/** How many names that are nobody's are counted. The oldest makes room, so that nobody can fill the memory. */
const STRANGERS = 4_096;

/**
 * The accounts of a node. Names that are nobody's are counted and locked as accounts are, or the lockout would tell who
 * exists.
 */
export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #key = randomBytes(32);
  readonly #nobody: Buffer;
  readonly #strangers = new Map<string, Account>();
  readonly #rule: LockoutRule;
  readonly #now: () => number;

  /** @param now the wall clock, epoch ms */
  constructor(
    agents: readonly ConfiguredAgent[],
    administrators: readonly ConfiguredAdministrator[],
    rule: LockoutRule,
    now: () => number = Date.now,
  ) {
    this.#rule = rule;
    this.#now = now;
    this.#nobody = this.#digest(randomBytes(16).toString('hex'));
    for (const agent of agents) this.#add(agent, agent.password);
    for (const { id, password } of administrators) {
      this.#add({ id, firstName: '', lastName: '', teamId: '', roles: ['Administrator'] }, password);
    }
  }

  /** Checks the value of an `Authorization` header. Takes as long for an unknown user as for a wrong password. */
  identify(authorization: string | undefined): Identification {
    if (authorization === undefined || authorization.trim() === '') {
      return { ok: false, cause: 'missing', user: '' };
    }
    const credentials = parseBasic(authorization);
    if (credentials === undefined) return { ok: false, cause: 'malformed', user: '' };
    const { user, password } = credentials;
    const account = this.#accounts.get(user) ?? this.#stranger(user);
    const right = timingSafeEqual(this.#digest(password), account.digest) && account.digest !== this.#nobody;
    const now = this.#now();
    if (now < account.lockedUntilAt) {
      return { ok: false, cause: 'locked', user, retryAfterMs: account.lockedUntilAt - now };
    }
    if (right) {
      account.failures = 0;
      return { ok: true, caller: account.caller };
    }
    // Failures long past say nothing about an attack that goes on now.
    if (now - account.lastFailureAt > this.#rule.durationMs) account.failures = 0;
    account.failures += 1;
    account.lastFailureAt = now;
    if (account.failures >= this.#rule.attempts) {
      account.failures = 0;
      account.lockedUntilAt = now + this.#rule.durationMs;
    }
    return { ok: false, cause: 'wrong', user };
  }

  #stranger(id: string): Account {
    const known = this.#strangers.get(id);
    if (known !== undefined) return known;
    const [oldest] = this.#strangers.keys();
    if (this.#strangers.size >= STRANGERS && oldest !== undefined) this.#strangers.delete(oldest);
    const caller: Caller = { id, firstName: '', lastName: '', teamId: '', roles: [] };
    const stranger = { caller, digest: this.#nobody, failures: 0, lastFailureAt: 0, lockedUntilAt: 0 };
    this.#strangers.set(id, stranger);
    return stranger;
  }

  #add(caller: Caller, password: string): void {
    const digest = this.#digest(password);
    this.#accounts.set(caller.id, { caller, digest, failures: 0, lastFailureAt: 0, lockedUntilAt: 0 });
  }

  /** Equal length whatever the password's, under a key that nobody knows: fit for a constant-time comparison. */
  #digest(password: string): Buffer {
    return createHmac('sha256', this.#key).update(password).digest();
  }
}

/** True when `given` is the secret; takes as long for any wrong value of any length. */
export function isSecret(given: string | undefined, secret: string): boolean {
  const key = randomBytes(32);
  const digest = (value: string) => createHmac('sha256', key).update(value).digest();
  return timingSafeEqual(digest(given ?? ''), digest(secret)) && given !== undefined;
}

/** RFC 7617: base64 of `user:password` in UTF-8; the user id has no colon. */
function parseBasic(authorization: string): { user: string; password: string } | undefined {
  const match = /^basic +([a-z0-9+/]+=*)$/i.exec(authorization.trim());
  if (match === null) return undefined;
  const text = Buffer.from(match[1]!, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
