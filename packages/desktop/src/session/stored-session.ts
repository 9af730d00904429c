/** What an agent signs in with. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
  readonly extension: string;
}

/** What the sign-in form offers next time on this computer. */
export interface Remembered {
  readonly user: string;
  readonly extension: string;
}

const sessionKey = 'finesse-ha.session';
const rememberedKey = 'finesse-ha.agent';

/**
 * The credentials of this tab's session. Finesse has no token that could stand for the password (every request carries
 * it), so surviving a reload in the middle of a call means keeping it; it goes with the tab, and at sign-out.
 */
export function storedSession(): Credentials | null {
  const { user, password, extension } = read(sessionStorage, sessionKey);
  return user !== undefined && password !== undefined && extension !== undefined
    ? { user, password, extension }
    : null;
}

export function storeSession({ user, password, extension }: Credentials): void {
  write(sessionStorage, sessionKey, { user, password, extension });
  write(localStorage, rememberedKey, { user, extension });
}

export function forgetSession(): void {
  try {
    sessionStorage.removeItem(sessionKey);
  } catch {
    // Storage may be forbidden; then there is nothing to forget.
  }
}

export function rememberedAgent(): Remembered {
  const { user = '', extension = '' } = read(localStorage, rememberedKey);
  return { user, extension };
}

function read(storage: Storage, key: string): Partial<Record<string, string>> {
  try {
    const value: unknown = JSON.parse(storage.getItem(key) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'));
  } catch {
    return {};
  }
}

function write(storage: Storage, key: string, value: object): void {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the session works, only a reload asks for the password again.
  }
}
