import { type Element, NS, parseXml, XmlError, xml } from '@finesse-ha/protocol';
import { TransportError } from './transport-error.js';
import type { Connection, ConnectionHandlers, ConnectTarget, Platform } from './types.js';

const httpBind = 'http://jabber.org/protocol/httpbind';
const xbosh = 'urn:xmpp:xbosh';

/** How long the server may hold a request; what is longer, proxies between cut. */
const waitSeconds = 30;
/** From the end of that to the last byte of the answer. */
const graceMs = 15_000;
/** XEP-0124 11: one request is held, a second one carries what there is to say. */
const requestsAtOnce = 2;

/** What waits to be sent: stanzas, the opening of a stream, the end of the session. */
type Waiting = { kind: 'stanza'; text: string } | { kind: 'open'; to: string } | { kind: 'end' };

/**
 * XMPP by HTTP requests (XEP-0124, XEP-0206), where a WebSocket cannot be had. To the stream above it looks like a WebSocket:
 * each piece of text is one whole element, `<open/>` and `<close/>` begin and end it (RFC 7395 3.3). One request that fails is
 * the loss of the connection, as with any other transport: a new one is the failover core's business.
 */
export class BoshConnection implements Connection {
  readonly #platform: Platform;
  readonly #target: Extract<ConnectTarget, { kind: 'bosh' }>;
  readonly #controller = new AbortController();
  #handlers: ConnectionHandlers | null;
  #sid: string | undefined;
  #rid: number;
  /** The rid whose answer is next: answers count in the order of the requests, whatever order they come in. */
  #nextAnswer: number;
  readonly #answers = new Map<number, Element>();
  #unanswered = 0;
  #waiting: Waiting[] = [];
  /** A stream was opened, and its header has not been told. */
  #opening = false;
  #ending = false;

  constructor(
    platform: Platform,
    target: Extract<ConnectTarget, { kind: 'bosh' }>,
    handlers: ConnectionHandlers,
  ) {
    this.#platform = platform;
    this.#target = target;
    this.#handlers = handlers;
    // XEP-0124 14.1: not to be guessed, with room to grow.
    this.#rid = 1 + Math.floor(platform.random() * 2 ** 48);
    this.#nextAnswer = this.#rid;
    platform.setTimer(0, () => this.#handlers?.onOpen());
  }

  startTls(): void {
    throw new TypeError('BOSH is secured by its URL (https), not by STARTTLS');
  }

  send(text: string): void {
    if (text.startsWith('<open ')) this.#waiting.push({ kind: 'open', to: parseXml(text).attrs.to ?? '' });
    else if (text.startsWith('<close ')) this.#waiting.push({ kind: 'end' });
    else this.#waiting.push({ kind: 'stanza', text });
    this.#pump();
  }

  end(): void {
    if (this.#ending || this.#handlers === null) return;
    if (this.#sid === undefined) this.#finish((told) => told.onClose('closed before the session began'));
    else if (!this.#waiting.some(({ kind }) => kind === 'end')) {
      this.#waiting.push({ kind: 'end' });
      this.#pump();
    }
  }

  destroy(): void {
    this.#handlers = null;
    this.#controller.abort();
  }

  #pump(): void {
    // Before the session has its id there is nothing to send but what begins it.
    const beginning = this.#sid === undefined;
    while (this.#handlers !== null && !this.#ending) {
      if (this.#unanswered >= (beginning ? 1 : requestsAtOnce)) return;
      const [first] = this.#waiting;
      if (first === undefined) {
        // Somewhere for the server to answer to.
        if (this.#unanswered === 0 && !beginning) this.#post({}, '');
        return;
      }
      if (first.kind === 'open') {
        this.#waiting.shift();
        this.#open(first.to, beginning);
      } else {
        const texts: string[] = [];
        let next = this.#waiting[0];
        for (; next?.kind === 'stanza'; next = this.#waiting[0]) {
          texts.push(next.text);
          this.#waiting.shift();
        }
        this.#ending = next?.kind === 'end';
        this.#post(this.#ending ? { type: 'terminate' } : {}, texts.join(''));
      }
      if (beginning) return;
    }
  }

  #open(to: string, beginning: boolean): void {
    this.#opening = true;
    const stream = { to, 'xml:lang': 'en', 'xmlns:xmpp': xbosh };
    if (beginning) {
      const session = { wait: String(waitSeconds), hold: '1', ver: '1.6', 'xmpp:version': '1.0' };
      this.#post({ ...session, ...stream }, '');
    } else this.#post({ 'xmpp:restart': 'true', ...stream }, '');
  }

  #post(attrs: Record<string, string>, content: string): void {
    const rid = this.#rid++;
    const sid = this.#sid === undefined ? {} : { sid: this.#sid };
    const head = xml('body', { xmlns: httpBind, rid: String(rid), ...sid, ...attrs }).toString();
    this.#unanswered += 1;
    const request = {
      method: 'POST',
      url: this.#target.url,
      headers: { 'content-type': 'text/xml; charset=utf-8' },
      body: `${head.slice(0, -2)}>${content}</body>`,
      timeoutMs: waitSeconds * 1_000 + graceMs,
      signal: this.#controller.signal,
      ca: this.#target.ca,
    } as const;
    this.#platform.request(request).then(
      ({ status, body }) => {
        if (this.#handlers === null) return;
        if (status === 200) this.#onAnswer(rid, body);
        else this.#fail(new TransportError('protocol', `BOSH: HTTP ${status} (${this.#where})`));
      },
      (error: unknown) => {
        this.#fail(
          error instanceof TransportError ? error : new TransportError('protocol', `BOSH: ${String(error)}`),
        );
      },
    );
  }

  get #where(): string {
    return new URL(this.#target.url).host;
  }

  #onAnswer(rid: number, text: string): void {
    try {
      this.#answers.set(rid, parseXml(text));
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      this.#fail(new TransportError('protocol', `BOSH: ${error.message} (${this.#where})`));
      return;
    }
    for (;;) {
      const body = this.#answers.get(this.#nextAnswer);
      if (body === undefined || this.#handlers === null) break;
      this.#answers.delete(this.#nextAnswer);
      this.#nextAnswer += 1;
      this.#unanswered -= 1;
      this.#take(body);
    }
    this.#pump();
  }

  #take(body: Element): void {
    this.#sid ??= body.attrs.sid;
    const children = body.getChildElements();
    if (this.#opening && children.length > 0) {
      this.#opening = false;
      const { from, authid: id } = body.attrs;
      this.#handlers?.onText(xml('open', { xmlns: NS.framing, from, id, version: '1.0' }).toString());
    }
    for (const child of children) {
      // Standing alone it names what the body named for it.
      if (child.name.startsWith('stream:')) child.attrs['xmlns:stream'] ??= NS.stream;
      this.#handlers?.onText(child.toString());
    }
    // Told even when there is nothing in it: the server is there.
    if (children.length === 0) this.#handlers?.onText('');
    const { type, condition } = body.attrs;
    if (type === 'terminate') {
      const ended = condition === undefined || this.#ending;
      this.#finish((told) => {
        if (ended) told.onClose('the server ended the BOSH session');
        else told.onError(new TransportError('closed', `BOSH: ${condition} (${this.#where})`));
      });
    } else if (this.#sid === undefined) {
      this.#fail(new TransportError('protocol', `BOSH: an answer without a session (${this.#where})`));
    }
  }

  #fail(error: TransportError): void {
    this.#finish((told) => told.onError(error));
  }

  #finish(tell: (handlers: ConnectionHandlers) => void): void {
    const handlers = this.#handlers;
    if (handlers === null) return;
    this.destroy();
    tell(handlers);
  }
}
