import { type Element, NS, xml } from '@finesse-ha/protocol';
import type { ConnectionHandlers, ServerConnection } from '../connection.js';

/** XEP-0124's namespace of `<body/>`. */
export const httpBind = 'http://jabber.org/protocol/httpbind';
/** XEP-0206's namespace of the attributes that concern XMPP. */
export const xbosh = 'urn:xmpp:xbosh';

/** Terminal binding conditions in use (XEP-0124 17.2). */
export type BoshCondition =
  | 'bad-request'
  | 'item-not-found'
  | 'policy-violation'
  | 'remote-connection-failed'
  | 'remote-stream-error'
  | 'system-shutdown';

/** One request of the client's, to be answered once. */
export interface BoshRequest {
  readonly rid: number;
  readonly body: Element;
  /** Sends the answer. Does nothing when the client has gone. */
  answer(text: string): void;
}

export interface BoshOptions {
  sid: string;
  remote: string;
  secure: boolean;
  /** The first request's rid. */
  rid: number;
  /** How long a request may be held, and how many at once (XEP-0124 7.1). */
  waitMs: number;
  hold: number;
  /** The version of BOSH that both sides have. */
  version: string;
  /** The Content-Type of every answer. */
  contentType: string;
  /** The session ends when no request has been there for so long (XEP-0124 10). */
  inactivityMs: number;
  /** The session is over; its sid means nothing any more. */
  onOver(): void;
}

interface Held {
  rid: number;
  answer(text: string): void;
  timer: NodeJS.Timeout;
}

/** A terminating body. */
export function terminated(condition?: BoshCondition, content = ''): string {
  const attrs = condition === undefined ? '' : ` condition="${condition}"`;
  const streams = content === '' ? '' : ` xmlns:stream="${NS.stream}"`;
  return `<body xmlns="${httpBind}" type="terminate"${attrs}${streams}>${content}</body>`;
}

/**
 * One client's BOSH session (XEP-0124, XEP-0206) as a connection like any other: what requests bring goes in order to the
 * stream, what the stream says goes into the answers. As over WebSocket, each piece of text is one whole element.
 */
export class BoshServerConnection implements ServerConnection {
  readonly framing = 'websocket';
  readonly secure: boolean;
  readonly remote: string;
  readonly #options: BoshOptions;
  #handlers: ConnectionHandlers | null = null;
  /** The highest rid that was taken in order. */
  #rid: number;
  /** Requests that came before their turn. */
  readonly #early = new Map<number, BoshRequest>();
  readonly #held: Held[] = [];
  /** Answers that may be asked for again, by rid. */
  readonly #answered = new Map<number, string>();
  #queue: string[] = [];
  #queued = 0;
  #flushing = false;
  #idle: NodeJS.Timeout | undefined;
  #closing = false;
  #over = false;
  /** The first answer carries what the session is (XEP-0124 7.1). */
  #first: string | null;

  constructor(options: BoshOptions) {
    this.#options = options;
    this.secure = options.secure;
    this.remote = options.remote;
    this.#rid = options.rid - 1;
    const { sid, waitMs, hold, version, inactivityMs } = options;
    this.#first = [
      ` sid="${sid}" wait="${waitMs / 1_000}" hold="${hold}" requests="${hold + 1}"`,
      ` inactivity="${inactivityMs / 1_000}" ver="${version}" authid="${sid}"`,
      ` xmlns:xmpp="${xbosh}" xmpp:version="1.0" xmpp:restartlogic="true"`,
    ].join('');
  }

  /** The Content-Type of its answers. */
  get contentType(): string {
    return this.#options.contentType;
  }

  get unread(): number {
    return this.#queued;
  }

  listen(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
  }

  send(text: string): void {
    // The frames that open and close a stream are WebSocket's; here `<body/>` does that.
    if (this.#over || text.startsWith('<open ') || text.startsWith('<close ')) return;
    this.#queue.push(text);
    this.#queued += text.length;
    this.#flushSoon();
  }

  end(): void {
    if (this.#over) return;
    this.#closing = true;
    this.#flushSoon();
    // Where no request waits, one may still come for the last words.
    if (this.#held.length === 0) this.#restartIdle(2_000);
  }

  destroy(): void {
    this.#finish('the session was dropped', terminated('policy-violation'));
  }

  /** The next request in whatever order they come. */
  receive(request: BoshRequest): void {
    const { rid } = request;
    const window = this.#options.hold + 1;
    // One that was turned away as it began is told so by the answer to its only request.
    if (this.#over) {
      return request.answer(terminated(rid === this.#options.rid ? 'policy-violation' : 'item-not-found'));
    }
    if (rid <= this.#rid) return this.#again(request);
    // XEP-0124 14.2: a rid outside the window ends the session.
    if (rid > this.#rid + window) {
      request.answer(terminated('item-not-found'));
      this.#finish('a rid outside the window', terminated('item-not-found'));
      return;
    }
    this.#early.get(rid)?.answer(terminated('item-not-found'));
    this.#early.set(rid, request);
    for (;;) {
      const next = this.#early.get(this.#rid + 1);
      if (next === undefined) break;
      this.#early.delete(next.rid);
      this.#rid = next.rid;
      this.#take(next);
      if (this.#over) return;
    }
    this.#flushSoon();
  }

  /** A request that was taken before: its answer is sent again, or it takes the place of the one that waits. */
  #again(request: BoshRequest): void {
    const answer = this.#answered.get(request.rid);
    const held = this.#held.find(({ rid }) => rid === request.rid);
    if (answer !== undefined) request.answer(answer);
    else if (held !== undefined) {
      held.answer(terminated('item-not-found'));
      held.answer = (text) => request.answer(text);
    } else request.answer(terminated('item-not-found'));
  }

  #take({ rid, body, answer }: BoshRequest): void {
    // Only now: a session whose next request never comes is idle, whatever came early.
    clearTimeout(this.#idle);
    const timer = setTimeout(() => this.#answerOldest(), this.#options.waitMs);
    this.#held.push({ rid, answer, timer });
    const { to } = body.attrs;
    if (rid === this.#options.rid || body.attrs['xmpp:restart'] === 'true') {
      this.#handlers?.onElement(
        xml('open', { xmlns: NS.framing, ...(to === undefined ? {} : { to }), version: '1.0' }),
      );
    }
    for (const child of body.getChildElements()) {
      if (this.#over) return;
      this.#handlers?.onElement(child);
    }
    if (body.attrs.type === 'terminate' && !this.#over) {
      this.#finish('the client ended the session', terminated());
      return;
    }
    // No more than `hold` wait: the oldest is answered, even with nothing.
    while (this.#held.length > this.#options.hold) this.#answerOldest();
  }

  /** What one turn of the event loop has for this client leaves in one answer. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      if (this.#over || this.#held.length === 0) return;
      if (this.#closing) this.#finish('the server ended the session', null);
      else if (this.#queue.length > 0 || this.#first !== null) this.#answerOldest();
    });
  }

  #answerOldest(): void {
    const held = this.#held.shift();
    if (held === undefined) return;
    clearTimeout(held.timer);
    const content = this.#queue.join('');
    const attrs = this.#first ?? '';
    this.#first = null;
    this.#queue = [];
    this.#queued = 0;
    const text = `<body xmlns="${httpBind}" xmlns:stream="${NS.stream}"${attrs}>${content}</body>`;
    this.#answered.set(held.rid, text);
    for (const rid of this.#answered.keys()) {
      if (rid <= held.rid - this.#options.hold - 1) this.#answered.delete(rid);
    }
    held.answer(text);
    if (this.#held.length === 0) this.#restartIdle(this.#options.inactivityMs);
  }

  #restartIdle(afterMs: number): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#finish('no request for too long', null), afterMs);
  }

  /** @param last what the waiting requests are told; null: what is queued, with the end of the stream */
  #finish(cause: string, last: string | null): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#idle);
    const content = this.#queue.join('');
    const failed = content.includes('<stream:error');
    const words = last ?? terminated(failed ? 'remote-stream-error' : undefined, content);
    for (const { timer, answer } of this.#held.splice(0)) {
      clearTimeout(timer);
      answer(words);
    }
    for (const { answer } of this.#early.values()) answer(words);
    this.#early.clear();
    this.#queue = [];
    this.#queued = 0;
    this.#answered.clear();
    this.#options.onOver();
    this.#handlers?.onClose(cause);
  }
}
