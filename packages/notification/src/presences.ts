import { type Element, parseJid, xml } from '@finesse-ha/protocol';
import type { Directory } from './directory.js';
import type { Session } from './session.js';

/**
 * Presence as Finesse needs it, like one roster that everybody shares: each agent sees `finesse`, `finesse` sees each
 * agent, agents do not see one another. Asking to subscribe to `finesse` is granted; it changes nothing.
 */
export class Presences {
  readonly #directory: Directory;
  readonly #domain: string;
  readonly #finesse: string;

  constructor(directory: Directory, domain: string, finesse: string) {
    this.#directory = directory;
    this.#domain = domain;
    this.#finesse = finesse;
  }

  handle(session: Session, stanza: Element): void {
    const { type, to } = stanza.attrs;
    if (to !== undefined) {
      this.#directed(session, stanza, to);
      return;
    }
    if (type === 'unavailable') this.unavailable(session);
    else if (type === undefined) this.#available(session, stanza);
  }

  /** The session is not available any more, by its own word or because it is over. */
  unavailable(session: Session): void {
    if (session.presence === null) return;
    session.presence = null;
    for (const watcher of this.#watchersOf(session)) {
      watcher.send(xml('presence', { type: 'unavailable', from: session.jid, to: watcher.jid }));
    }
  }

  #available(session: Session, stanza: Element): void {
    const first = session.presence === null;
    session.presence = stanza;
    for (const watcher of this.#watchersOf(session)) watcher.send(copyTo(stanza, session, watcher));
    if (!first) return;
    if (session.user === this.#finesse) {
      for (const agent of [...this.#directory.all()]) {
        if (agent.user !== this.#finesse && agent.presence !== null)
          session.send(copyTo(agent.presence, agent, session));
      }
    } else this.#tellFinesse(session);
  }

  #directed(session: Session, stanza: Element, to: string): void {
    const jid = parseJid(to);
    // Nobody else's presence is to be had here.
    if (jid?.local !== this.#finesse || jid.domain !== this.#domain || session.user === this.#finesse) return;
    const bare = `${this.#finesse}@${this.#domain}`;
    if (stanza.attrs.type === 'subscribe') {
      session.send(xml('presence', { type: 'subscribed', from: bare, to: session.bareJid }));
      this.#tellFinesse(session);
    } else if (stanza.attrs.type === 'probe') this.#tellFinesse(session);
  }

  /** What `finesse` is now, to one agent; said explicitly also when it is not there, so that nobody waits for it. */
  #tellFinesse(session: Session): void {
    let available = false;
    for (const finesse of this.#directory.available(this.#finesse)) {
      available = true;
      if (finesse.presence !== null) session.send(copyTo(finesse.presence, finesse, session));
    }
    if (available) return;
    session.send(
      xml('presence', { type: 'unavailable', from: `${this.#finesse}@${this.#domain}`, to: session.jid }),
    );
  }

  *#watchersOf(session: Session): Iterable<Session> {
    if (session.user !== this.#finesse) {
      yield* [...this.#directory.available(this.#finesse)];
      return;
    }
    for (const agent of [...this.#directory.all()]) {
      if (agent.user !== this.#finesse && agent.presence !== null) yield agent;
    }
  }
}

function copyTo(presence: Element, from: Session, to: Session): Element {
  const priority = presence.getChildText('priority');
  const show = presence.getChildText('show');
  return xml(
    'presence',
    { from: from.jid, to: to.jid },
    show === null ? undefined : xml('show', {}, show),
    priority === null ? undefined : xml('priority', {}, priority),
  );
}
