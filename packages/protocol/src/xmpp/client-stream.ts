import type { Element } from '../ltx.js';
import { parseXml, XmlError, xml } from '../xml.js';
import { NS } from './namespaces.js';
import { chooseSasl, type SaslClient } from './sasl.js';
import { readSaslFailure, readStreamError, type StreamFailure } from './stream-failure.js';
import { StreamParser } from './stream-parser.js';

export interface ClientStreamOptions {
  /** `tcp`: RFC 6120 streams; `websocket`: RFC 7395 frames, one per `receive`. */
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
}

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

type Phase = 'header' | 'features' | 'tls' | 'auth' | 'bind' | 'session' | 'online' | 'over';

/**
 * The client half of one XMPP stream from the first byte to the last (RFC 6120, RFC 7395), without sockets and timers:
 * text goes in, outputs come out, always in order. The order holds across SCRAM too, which takes a moment: what is
 * received meanwhile waits for it.
 */
export class XmppClientStream {
  readonly #options: ClientStreamOptions;
  readonly #emit: (output: StreamOutput) => void;
  #phase: Phase = 'header';
  #secure: boolean;
  #authenticated = false;
  #parser: StreamParser | null = null;
  #sasl: SaslClient | null = null;
  #demandsSession = false;
  #jid = '';
  /** Elements that came while SASL was being worked out; null when nothing is. */
  #waiting: Element[] | null = null;

  constructor(options: ClientStreamOptions, emit: (output: StreamOutput) => void) {
    this.#options = options;
    this.#emit = emit;
    this.#secure = options.secure;
  }

  start(): void {
    this.#open();
  }

  /** Takes in text as it came: any piece of it over TCP, one whole frame over WebSocket. Never throws. */
  receive(text: string): void {
    if (this.#phase === 'over') return;
    if (this.#options.framing === 'tcp') {
      this.#parser?.write(text);
      return;
    }
    let frame: Element;
    try {
      frame = parseXml(text);
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      this.#fail({ kind: 'not-well-formed', text: error.message });
      return;
    }
    if (frame.name === 'open' && frame.getNS() === NS.framing) this.#onHeader(frame.attrs);
    else if (frame.name === 'close' && frame.getNS() === NS.framing) this.#onEnd();
    else this.#onElement(frame);
  }

  /** TLS is in place after `start-tls`. */
  secured(): void {
    if (this.#phase !== 'tls') return;
    this.#secure = true;
    this.#open();
  }

  send(stanza: Element): void {
    if (this.#phase === 'over') return;
    // A frame stands alone and names its namespace itself (RFC 7395 3.3.3); over TCP the stream header did.
    if (this.#options.framing === 'websocket' && stanza.attrs.xmlns === undefined)
      stanza.attrs.xmlns = NS.client;
    this.#write(stanza.toString());
  }

  /** Ends the stream politely; whatever the server still says is not told any more. */
  close(): void {
    if (this.#phase === 'over') return;
    const opened = this.#phase !== 'header';
    this.#phase = 'over';
    this.#parser?.stop();
    if (!opened) return;
    this.#write(
      this.#options.framing === 'tcp' ? '</stream:stream>' : xml('close', { xmlns: NS.framing }).toString(),
    );
  }

  #write(data: string): void {
    this.#emit({ type: 'send', data });
  }

  #open(): void {
    this.#phase = 'header';
    const { domain, framing } = this.#options;
    if (framing === 'websocket') {
      this.#write(xml('open', { xmlns: NS.framing, to: domain, version: '1.0' }).toString());
      return;
    }
    this.#parser?.stop();
    this.#parser = new StreamParser({
      onStart: (attrs) => this.#onHeader(attrs),
      onStanza: (stanza) => this.#onElement(stanza),
      onEnd: () => this.#onEnd(),
      onError: (error) => this.#fail({ kind: 'not-well-formed', text: error.message }),
    });
    const header = xml('stream:stream', {
      xmlns: NS.client,
      'xmlns:stream': NS.stream,
      to: domain,
      version: '1.0',
    });
    this.#write(`<?xml version="1.0"?>${header.toString().replace(/\/>$/, '>')}`);
  }

  #onHeader(attrs: Record<string, string>): void {
    if (this.#phase !== 'header') return;
    if (!(attrs.version ?? '').startsWith('1.')) {
      this.#fail({
        kind: 'stream-error',
        condition: 'unsupported-version',
        text: 'the server speaks no XMPP 1.0',
      });
    } else this.#phase = 'features';
  }

  #onEnd(): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#emit({ type: 'ended' });
  }

  #fail(failure: StreamFailure): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#parser?.stop();
    this.#emit({ type: 'failed', failure });
  }

  #onElement(element: Element): void {
    if (this.#waiting !== null) {
      this.#waiting.push(element);
      return;
    }
    if (element.name === 'stream:error' || (element.getName() === 'error' && element.getNS() === NS.stream)) {
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
        if (element.name === 'proceed') {
          this.#parser?.stop();
          this.#emit({ type: 'start-tls' });
        } else this.#fail({ kind: 'tls-required', text: 'the server refused STARTTLS' });
        break;
      case 'auth':
        this.#onAuth(element);
        break;
      case 'bind':
        this.#onBind(element);
        break;
      case 'session':
        if (element.name !== 'iq' || element.attrs.id !== 'session') break;
        if (element.attrs.type === 'result') this.#goOnline();
        else this.#fail({ kind: 'bind-failed', text: 'the server refused the session' });
        break;
      case 'header':
      case 'over':
        break;
    }
  }

  #onFeatures(features: Element): void {
    if (this.#authenticated) {
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
      return;
    }
    const { startTls, allowPlainWithoutTls } = this.#options;
    const offersTls = features.getChild('starttls', NS.tls) !== undefined;
    if (!this.#secure && startTls !== 'never' && offersTls) {
      this.#phase = 'tls';
      this.#write(xml('starttls', { xmlns: NS.tls }).toString());
      return;
    }
    if (!this.#secure && startTls === 'required') {
      this.#fail({ kind: 'tls-required', text: 'the server offers no STARTTLS' });
      return;
    }
    const offered =
      features
        .getChild('mechanisms', NS.sasl)
        ?.getChildren('mechanism')
        .map((one) => one.text()) ?? [];
    this.#sasl = chooseSasl(offered, this.#options, this.#secure || allowPlainWithoutTls);
    if (this.#sasl === null) {
      this.#fail({
        kind: 'no-mechanism',
        text: `none of the offered SASL mechanisms fits: ${offered.join(', ')}`,
      });
      return;
    }
    this.#phase = 'auth';
    this.#write(
      xml('auth', { xmlns: NS.sasl, mechanism: this.#sasl.mechanism }, this.#sasl.initial()).toString(),
    );
  }

  #onAuth(element: Element): void {
    const sasl = this.#sasl;
    if (sasl === null) return;
    try {
      if (element.name === 'challenge') {
        this.#waiting = [];
        sasl.respond(element.text()).then(
          (response) =>
            this.#resume(() => this.#write(xml('response', { xmlns: NS.sasl }, response).toString())),
          (error: unknown) => this.#resume(() => this.#saslBroken(error)),
        );
      } else if (element.name === 'success') {
        sasl.succeed(element.text());
        this.#authenticated = true;
        this.#open();
      } else if (element.name === 'failure') this.#fail(readSaslFailure(element));
    } catch (error) {
      this.#saslBroken(error);
    }
  }

  #saslBroken(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#fail({ kind: 'stream-error', condition: 'sasl', text });
  }

  /** SASL is worked out: first its outcome, then what came meanwhile. */
  #resume(first: () => void): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    if (this.#phase === 'over') return;
    first();
    for (const element of waiting) this.#onElement(element);
  }

  #onBind(element: Element): void {
    if (element.name !== 'iq' || element.attrs.id !== 'bind') return;
    const jid = element.getChild('bind', NS.bind)?.getChildText('jid') ?? '';
    if (element.attrs.type !== 'result' || jid === '') {
      const condition = element.getChild('error')?.getChildElements()[0]?.name;
      this.#fail({ kind: condition === 'conflict' ? 'conflict' : 'bind-failed', condition });
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
    this.#emit({ type: 'online', jid: this.#jid });
  }
}
