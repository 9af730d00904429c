import type { Session } from './session.js';

/** Who is connected, by full JID and by user. */
export class Directory {
  readonly #byJid = new Map<string, Session>();
  readonly #byUser = new Map<string, Set<Session>>();

  get(jid: string): Session | undefined {
    return this.#byJid.get(jid);
  }

  /** Adds a session; gives the one that had its JID before. */
  add(session: Session): Session | undefined {
    const before = this.#byJid.get(session.jid);
    if (before !== undefined) this.remove(before);
    this.#byJid.set(session.jid, session);
    const own = this.#byUser.get(session.user);
    if (own === undefined) this.#byUser.set(session.user, new Set([session]));
    else own.add(session);
    return before;
  }

  remove(session: Session): void {
    if (this.#byJid.get(session.jid) === session) this.#byJid.delete(session.jid);
    const own = this.#byUser.get(session.user);
    own?.delete(session);
    if (own?.size === 0) this.#byUser.delete(session.user);
  }

  /** A user's sessions that are available. */
  *available(user: string): Iterable<Session> {
    for (const session of this.#byUser.get(user) ?? []) if (session.presence !== null) yield session;
  }

  all(): Iterable<Session> {
    return this.#byJid.values();
  }

  get size(): number {
    return this.#byJid.size;
  }
}
