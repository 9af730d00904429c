import { createFraming } from '#framings';
import type { Element } from '../ltx.js';
import { type XmlLimits, xml } from '../xml.js';
import type { Framing } from './framing.js';
import { NS } from './namespaces.js';
import { chooseSasl, type SaslClient } from './sasl.js';
import { readBindError, readSaslFailure, readStreamError, type StreamFailure } from './stream-failure.js';

/** Whose stream it is, and over what it runs. */
export interface ClientStreamOptions {
  /** `tcp`: RFC 6120 streams (not in browsers); `websocket`: RFC 7395 frames, one per `receive`. */
  framing: 'tcp' | 'websocket';
  domain: string;
  username: string;
  password: string;
  resource: string;
  /** The channel has TLS already. */
  secure: boolean;
  startTls: 'required' | 'optional' | 'never';
  /** PLAIN may be used on a channel without TLS. */
  allowPlainWithoutTls: boolean;
  /** How much a stanza of the server may hold; `defaultXmlLimits` unless given. */
  limits?: Partial<XmlLimits> | undefined;
}

/** What the stream wants done, or has to tell. */
export type StreamOutput =
  | { type: 'send'; data: string }
  /** Put TLS on the connection, then call `secured()`. */
  | { type: 'start-tls' }
  /** Bound to this full JID. Presence is the caller's to send. */
  | { type: 'online'; jid: string }
  | { type: 'stanza'; stanza: Element }
  /** The stream is of no more use; at most once, and nothing after it. */
  | { type: 'failed'; failure: StreamFailure }
  /** The server ended the stream in an orderly way; nothing after it. */
  | { type: 'ended' };

type Phase = 'new' | 'header' | 'features' | 'tls' | 'auth' | 'bind' | 'session' | 'online' | 'over';

/**
 * The client half of one XMPP stream from the first byte to the last (RFC 6120, RFC 7395), without sockets and timers:
 * text goes in, outputs come out, always in order. The order holds across SCRAM too, which takes a moment: whatever is
 * received meanwhile waits for it.
 */
export class XmppClientStream {
  readonly #options: ClientStreamOptions;
  readonly #emit: (output: StreamOutput) => void;
  readonly #framing: Framing;
  #phase: Phase = 'new';
  #secure: boolean;
  #authenticated = false;
  #sasl: SaslClient | null = null;
  #demandsSession = false;
  #jid = '';
  /** What was received and not dealt with yet, in order. */
  readonly #received: (() => void)[] = [];
  /** SASL is being worked out: what is received waits. */
  #held = false;
  #draining = false;
  /** Stanzas that came before the stream was online. */
  #early: Element[] = [];

  constructor(options: ClientStreamOptions, emit: (output: StreamOutput) => void) {
    this.#options = options;
    this.#emit = emit;
    this.#secure = options.secure;
    const handlers = {
      onHeader: (attrs: Readonly<Record<string, string | undefined>>) =>
        this.#take(() => this.#onHeader(attrs)),
      onElement: (element: Element) => this.#take(() => this.#onElement(element)),
      onEnd: () => this.#take(() => this.#onEnd()),
      onError: (error: Error) =>
        this.#take(() => this.#fail({ kind: 'not-well-formed', text: error.message })),
    };
    this.#framing = createFraming(options.framing, handlers, options.limits ?? {});
  }

  /** Says the first word. */
  start(): void {
    if (this.#phase === 'new') this.#open();
  }

  /**
   * Takes in text as it came: any piece of it over TCP, one whole frame over WebSocket. Throws nothing but what `emit`
   * throws, whatever the text.
   */
  receive(text: string): void {
    this.#framing.receive(text);
  }

  /** TLS is in place after `start-tls`. */
  secured(): void {
    if (this.#phase !== 'tls') return;
    this.#secure = true;
    this.#open();
  }

  /** Sends a stanza as it is. Once the stream is over it goes nowhere. */
  send(stanza: Element): void {
    if (this.#phase !== 'over') this.#write(this.#framing.stanza(stanza));
  }

  /** Ends the stream politely; whatever the server still says is not told any more. */
  close(): void {
    const opened = this.#phase !== 'new';
    if (this.#finish() && opened) this.#write(this.#framing.close());
  }

  #write(data: string): void {
    this.#emit({ type: 'send', data });
  }

  #open(): void {
    this.#phase = 'header';
    // Nobody can have answered yet: what is left over belongs to the last stream.
    this.#received.length = 0;
    this.#write(this.#framing.open(this.#options.domain));
  }

  /** Deals with what is received one by one, and not before SASL is done with what was received before. */
  #take(event: () => void): void {
    this.#received.push(event);
    this.#drain();
  }

  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      while (!this.#held && this.#phase !== 'over') {
        const event = this.#received.shift();
        if (event === undefined) break;
        event();
      }
    } finally {
      this.#draining = false;
    }
  }

  /** True for the one call that ends the stream. */
  #finish(): boolean {
    if (this.#phase === 'over') return false;
    this.#phase = 'over';
    this.#framing.stop();
    this.#received.length = 0;
    this.#early = [];
    return true;
  }

  #fail(failure: StreamFailure): void {
    if (this.#finish()) this.#emit({ type: 'failed', failure });
  }

  #onHeader(attrs: Readonly<Record<string, string | undefined>>): void {
    if (this.#phase !== 'header') return;
    if ((attrs.version ?? '').startsWith('1.')) {
      this.#phase = 'features';
      return;
    }
    const text = 'the server speaks no XMPP 1.0';
    this.#fail({ kind: 'stream-error', condition: 'unsupported-version', text });
  }

  /** The end is answered in kind (RFC 6120 4.4, RFC 7395 3.6). */
  #onEnd(): void {
    if (!this.#finish()) return;
    this.#write(this.#framing.close());
    this.#emit({ type: 'ended' });
  }

  #onElement(element: Element): void {
    if (element.name === 'stream:error' || element.is('error', NS.stream)) {
      this.#fail(readStreamError(element));
      return;
    }
    switch (this.#phase) {
      case 'online':
        this.#emit({ type: 'stanza', stanza: element });
        break;
      case 'features':
        if (element.getName() === 'features') this.#onFeatures(element);
        break;
      case 'tls':
        if (element.is('proceed', NS.tls)) {
          // What follows in the clear may be anybody's (RFC 6120 5.4.3.3).
          this.#framing.stop();
          this.#emit({ type: 'start-tls' });
        } else this.#fail({ kind: 'tls-required', text: 'the server refused STARTTLS' });
        break;
      case 'auth':
        this.#onAuth(element);
        break;
      case 'bind':
        if (element.name === 'iq' && element.attrs.id === 'bind') this.#onBound(element);
        else this.#early.push(element);
        break;
      case 'session':
        if (element.name !== 'iq' || element.attrs.id !== 'session') this.#early.push(element);
        else if (element.attrs.type === 'result') this.#goOnline();
        else this.#fail(readBindError(element));
        break;
    }
  }

  #onFeatures(features: Element): void {
    if (this.#authenticated) this.#bind(features);
    else if (!this.#secure && this.#options.startTls !== 'never' && features.getChild('starttls', NS.tls)) {
      this.#phase = 'tls';
      this.#write(xml('starttls', { xmlns: NS.tls }).toString());
    } else if (!this.#secure && this.#options.startTls === 'required') {
      this.#fail({ kind: 'tls-required', text: 'the server offers no STARTTLS' });
    } else this.#authenticate(features);
  }

  #authenticate(features: Element): void {
    const offered = (features.getChild('mechanisms', NS.sasl)?.getChildren('mechanism') ?? []).map((one) =>
      one.getText().trim(),
    );
    const allowPlain = this.#secure || this.#options.allowPlainWithoutTls;
    this.#sasl = chooseSasl(offered, this.#options, allowPlain);
    if (this.#sasl === null) {
      const text = `none of the offered SASL mechanisms fits: ${offered.join(', ') || 'none is offered'}`;
      this.#fail({ kind: 'no-mechanism', text });
      return;
    }
    const { mechanism } = this.#sasl;
    this.#phase = 'auth';
    this.#write(xml('auth', { xmlns: NS.sasl, mechanism }, this.#sasl.initial()).toString());
  }

  #onAuth(element: Element): void {
    const sasl = this.#sasl;
    if (sasl === null || element.getNS() !== NS.sasl) return;
    switch (element.name) {
      case 'challenge':
        this.#held = true;
        sasl.respond(element.getText()).then(
          (response) => this.#resume(() => this.#respond(response)),
          (error: unknown) => this.#resume(() => this.#onSaslBroken(error)),
        );
        break;
      case 'success':
        try {
          sasl.succeed(element.getText());
        } catch (error) {
          this.#onSaslBroken(error);
          return;
        }
        this.#authenticated = true;
        this.#open();
        break;
      case 'failure':
        this.#fail(readSaslFailure(element));
    }
  }

  #respond(response: string): void {
    this.#write(xml('response', { xmlns: NS.sasl }, response).toString());
  }

  /** The server broke the mechanism, or does not know the password itself: this says nothing of our password. */
  #onSaslBroken(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#fail({ kind: 'stream-error', condition: 'sasl', text });
  }

  /** SASL is worked out: first its outcome, then what came meanwhile. */
  #resume(outcome: () => void): void {
    this.#held = false;
    if (this.#phase === 'over') return;
    this.#received.unshift(outcome);
    this.#drain();
  }

  #bind(features: Element): void {
    if (features.getChild('bind', NS.bind) === undefined) {
      this.#fail({ kind: 'bind-failed', text: 'the server offers no resource binding' });
      return;
    }
    // RFC 3921 sessions are a no-op where they still exist; only a server that demands one gets the round trip.
    const session = features.getChild('session', NS.session);
    this.#demandsSession = session !== undefined && session.getChild('optional') === undefined;
    this.#phase = 'bind';
    const bind = xml('bind', { xmlns: NS.bind }, xml('resource', {}, this.#options.resource));
    this.send(xml('iq', { type: 'set', id: 'bind' }, bind));
  }

  #onBound(iq: Element): void {
    const jid = iq.getChild('bind', NS.bind)?.getChildText('jid')?.trim() ?? '';
    if (iq.attrs.type !== 'result' || jid === '') {
      this.#fail(readBindError(iq));
      return;
    }
    this.#jid = jid;
    if (!this.#demandsSession) {
      this.#goOnline();
      return;
    }
    this.#phase = 'session';
    this.send(xml('iq', { type: 'set', id: 'session' }, xml('session', { xmlns: NS.session })));
  }

  #goOnline(): void {
    this.#phase = 'online';
    const early = this.#early;
    this.#early = [];
    this.#received.unshift(...early.map((stanza) => () => this.#onElement(stanza)));
    this.#emit({ type: 'online', jid: this.#jid });
  }
}
