import {
  type Element,
  escapeAttribute,
  NS,
  parseXml,
  StreamParser,
  XmlError,
  type XmlLimits,
  xml,
} from '@finesse-ha/protocol';
import { httpBind } from './bosh/bosh-connection.js';
import type { NotificationLimits } from './config.js';
import type { ServerConnection } from './connection.js';
import { Login } from './login.js';
import type { SessionHost } from './session-host.js';

type Phase = 'header' | 'login' | 'authenticated' | 'bound' | 'over';

/** Stream error conditions in use (RFC 6120 4.9.3). */
export type StreamCondition =
  | 'conflict'
  | 'connection-timeout'
  | 'host-unknown'
  | 'invalid-from'
  | 'invalid-namespace'
  | 'not-authorized'
  | 'not-well-formed'
  | 'policy-violation'
  | 'resource-constraint'
  | 'restricted-xml'
  | 'system-shutdown'
  | 'unsupported-encoding'
  | 'unsupported-stanza-type';

/** Of stanzas. One that names none stands in the stream's; over BOSH in that of the body (XEP-0206 2). */
const stanzaNamespaces: readonly (string | undefined)[] = [undefined, NS.client, httpBind];

/** The server half of one client's stream, from the first byte to the last (RFC 6120, RFC 7395). */
export class Session {
  /** The user's id once authenticated. */
  user = '';
  /** Bare and full JID once bound. */
  bareJid = '';
  jid = '';
  /** The last available presence as it came; null while unavailable. */
  presence: Element | null = null;
  lastReceivedAt: number;
  /** When the ping was sent that nothing has been received since. */
  pingedAt: number | null = null;
  /** Since when more is unread than a slow reader may leave. */
  slowSinceAt: number | null = null;
  readonly openedAt: number;
  readonly #connection: ServerConnection;
  readonly #host: SessionHost;
  readonly #limits: NotificationLimits;
  readonly #xmlLimits: XmlLimits;
  #phase: Phase = 'header';
  #parser: StreamParser | null = null;
  readonly #login: Login;
  #credit: number;
  #creditAt: number;
  #eventPrefix = '';

  constructor(connection: ServerConnection, host: SessionHost) {
    this.#connection = connection;
    this.#host = host;
    this.#limits = host.config.limits;
    const { stanzaBytes, stanzaDepth } = this.#limits;
    this.#xmlLimits = { maxBytes: stanzaBytes, maxDepth: stanzaDepth, comments: false };
    this.openedAt = this.lastReceivedAt = this.#creditAt = performance.now();
    this.#credit = this.#limits.stanzasPerSecond * 10;
    this.#login = new Login(this, host, {
      send: (element) => connection.send(element.toString()),
      succeeded: (user) => this.#onAuthenticated(user),
    });
    connection.listen({
      onText: (text) => this.#onText(text),
      onUndecodable: () => this.fail('unsupported-encoding', 'not UTF-8'),
      onElement: (element) => this.#onFrame(element),
      onClose: (cause) => this.#onClosed(cause),
    });
    if (connection.framing === 'tcp') this.#newParser();
  }

  get bound(): boolean {
    return this.#phase === 'bound';
  }

  get over(): boolean {
    return this.#phase === 'over';
  }

  /** Between its stream header and the end of its login. */
  get loggingIn(): boolean {
    return this.#phase === 'login';
  }

  /** Whether TLS protects it. */
  get secure(): boolean {
    return this.#connection.secure;
  }

  get remote(): string {
    return this.#connection.remote;
  }

  get unread(): number {
    return this.#connection.unread;
  }

  send(stanza: Element): void {
    if (this.#phase === 'over') return;
    if (this.#connection.framing === 'websocket' && stanza.attrs.xmlns === undefined)
      stanza.attrs.xmlns = NS.client;
    this.#connection.send(stanza.toString());
  }

  /** The result of an IQ, with a payload that is written already: a tree for each answer to a publish costs as much as the rest of it. */
  sendResult({ attrs }: Element, payload: string): void {
    if (this.#phase === 'over') return;
    const xmlns = this.#connection.framing === 'websocket' ? ` xmlns="${NS.client}"` : '';
    const id = attrs.id === undefined ? '' : ` id="${escapeAttribute(attrs.id)}"`;
    const from = attrs.to === undefined ? '' : ` from="${escapeAttribute(attrs.to)}"`;
    this.#connection.send(`<iq${xmlns} type="result"${id}${from}>${payload}</iq>`);
  }

  /** A pubsub event whose text after the opening tag is the same for every recipient: only `to` is spliced in. */
  sendEvent(fromAndId: string, rest: string): void {
    if (this.#phase === 'over') return;
    if (this.#connection.unread > this.#limits.unreadBytesAtOnce) {
      this.#host.log('a reader fell too far behind', { jid: this.jid });
      this.drop('resource-constraint', 'too much is unread');
      return;
    }
    this.#connection.send(this.#eventPrefix + fromAndId + rest);
  }

  /** Ends the stream with an error. */
  fail(condition: StreamCondition, text?: string, more?: Element): void {
    if (this.#phase === 'over') return;
    const error = xml(
      'stream:error',
      { 'xmlns:stream': NS.stream },
      xml(condition, { xmlns: NS.streams }),
      text === undefined ? undefined : xml('text', { xmlns: NS.streams }, text),
      more,
    );
    // RFC 6120 4.9.1.2, RFC 7395 3.5: an error belongs to a stream, so that one begins for it.
    if (this.#phase === 'header') this.#sendHeader();
    this.#connection.send(error.toString());
    this.#finish(`stream error ${condition}`);
  }

  /** Ends the stream with a time to come back. */
  sendAway(text: string, retryAfterMs: number): void {
    const seconds = (retryAfterMs / 1_000).toFixed(1);
    this.fail('resource-constraint', text, xml('retry-after', { xmlns: NS.overload, seconds }));
  }

  /** Ends it with an error that a client which does not read will never see: nothing of its queue is kept. */
  drop(condition: StreamCondition, text: string): void {
    this.fail(condition, text);
    this.#connection.destroy();
  }

  #finish(cause: string): void {
    const tcp = this.#connection.framing === 'tcp';
    this.#connection.send(tcp ? '</stream:stream>' : `<close xmlns="${NS.framing}"/>`);
    this.#onClosed(cause);
    this.#connection.end();
  }

  #onClosed(cause: string): void {
    if (this.#phase === 'over') return;
    const wasBound = this.#phase === 'bound';
    this.#phase = 'over';
    this.#parser?.stop();
    this.#host.closed(this, wasBound, cause);
  }

  #newParser(): void {
    this.#parser?.stop();
    this.#parser = new StreamParser(
      {
        onStart: (attrs) =>
          this.#onHeader(attrs, attrs.xmlns === NS.client && attrs['xmlns:stream'] === NS.stream),
        onStanza: (stanza) => this.#onElement(stanza),
        onEnd: () => this.#onEnd(),
        onError: (error) => this.#onXmlError(error),
      },
      this.#xmlLimits,
    );
  }

  #onText(text: string): void {
    if (this.#phase === 'over') return;
    if (this.#connection.framing === 'tcp') {
      this.#heard();
      this.#parser?.write(text);
      return;
    }
    let element: Element;
    try {
      element = parseXml(text, this.#xmlLimits);
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      this.#onXmlError(error);
      return;
    }
    this.#onFrame(element);
  }

  #heard(): void {
    this.lastReceivedAt = performance.now();
    this.pingedAt = null;
  }

  /** RFC 7395 3.3: a stanza, or what opens and closes the stream. */
  #onFrame(element: Element): void {
    if (this.#phase === 'over') return;
    this.#heard();
    if (element.getNS() !== NS.framing) this.#onElement(element);
    else if (element.name === 'open') this.#onHeader(element.attrs, true);
    else if (element.name === 'close') this.#onEnd();
  }

  #onXmlError(error: XmlError): void {
    this.fail(conditionOf(error), error.message);
  }

  #onEnd(): void {
    if (this.#phase !== 'over') this.#finish('the client ended the stream');
  }

  /** @param client the JID that the client names as its own, which it is told again (RFC 6120 4.7.2) */
  #sendHeader(client?: string): void {
    const to = client?.split('/')[0];
    const attrs = {
      from: this.#host.config.domain,
      to,
      id: this.#host.newId(),
      version: '1.0',
      'xml:lang': 'en',
    };
    if (this.#connection.framing === 'websocket') {
      this.#connection.send(xml('open', { xmlns: NS.framing, ...attrs }).toString());
      return;
    }
    const header = xml('stream:stream', { xmlns: NS.client, 'xmlns:stream': NS.stream, ...attrs });
    this.#connection.send(`<?xml version='1.0'?>${header.toString().replace(/\/>$/, '>')}`);
  }

  #onHeader(attrs: Record<string, string>, namespaces: boolean): void {
    if (this.#phase !== 'header') return this.fail('not-authorized', 'the stream is open already');
    if (!namespaces) {
      return this.fail(
        'invalid-namespace',
        `the namespaces are ${NS.client}, and ${NS.stream} by the prefix stream`,
      );
    }
    const { domain } = this.#host.config;
    if (attrs.to !== undefined && attrs.to.toLowerCase() !== domain.toLowerCase()) {
      return this.fail('host-unknown', `this is ${domain}`);
    }
    this.#sendHeader(attrs.from);
    const authenticated = this.user !== '';
    this.#phase = authenticated ? 'authenticated' : 'login';
    const features = xml('stream:features', { 'xmlns:stream': NS.stream });
    if (authenticated) {
      features.cnode(xml('bind', { xmlns: NS.bind }));
      features.cnode(xml('session', { xmlns: NS.session }, xml('optional')));
    } else {
      const { requireTls } = this.#host.config;
      if (this.#mayStartTls()) {
        features.cnode(xml('starttls', { xmlns: NS.tls }, requireTls ? xml('required') : undefined));
      }
      if (this.secure || !requireTls) features.cnode(this.#login.mechanisms());
    }
    this.#connection.send(features.toString());
  }

  #mayStartTls(): boolean {
    return this.#connection.startTls !== undefined && !this.secure;
  }

  #onElement(element: Element): void {
    if (this.#phase === 'over') return;
    if (!this.#spend()) return this.fail('policy-violation', 'too many stanzas');
    switch (this.#phase) {
      case 'login':
        return this.#onLogin(element);
      case 'authenticated':
        return this.#onBind(element);
      case 'bound':
        return this.#onStanza(element);
      case 'header':
        return this.fail('not-authorized', 'no stream header');
    }
  }

  /** A token bucket of ten seconds' stanzas. The web app publishes for everybody and is not limited. */
  #spend(): boolean {
    if (this.user === this.#host.finesseUser) return true;
    const now = performance.now();
    const { stanzasPerSecond } = this.#limits;
    this.#credit =
      Math.min(stanzasPerSecond * 10, this.#credit + ((now - this.#creditAt) / 1_000) * stanzasPerSecond) - 1;
    this.#creditAt = now;
    return this.#credit >= 0;
  }

  #onLogin(element: Element): void {
    const namespace = element.getNS();
    if (element.name === 'starttls' && namespace === NS.tls && this.#mayStartTls()) {
      this.#connection.send(xml('proceed', { xmlns: NS.tls }).toString());
      this.#phase = 'header';
      this.#connection.startTls?.(this.#host.secureContext());
      this.#newParser();
      return;
    }
    if (namespace !== NS.sasl || !this.#login.take(element)) this.fail('not-authorized', 'log in first');
  }

  /** Another stream begins on the same connection (RFC 6120 6.4.6). */
  #onAuthenticated(user: string): void {
    this.user = user;
    this.#phase = 'header';
    if (this.#connection.framing === 'tcp') this.#newParser();
    this.#host.authenticated(this);
  }

  #onBind(element: Element): void {
    const bind = element.getChild('bind', NS.bind);
    if (element.name !== 'iq' || element.attrs.type !== 'set' || bind === undefined) {
      return this.fail('not-authorized', 'bind a resource first');
    }
    const wanted = bind.getChildText('resource') ?? '';
    const resource =
      wanted === '' || wanted.length > 1_023 || /[<>"'&\0]/.test(wanted) ? this.#host.newId() : wanted;
    this.bareJid = `${this.user}@${this.#host.config.domain}`;
    this.jid = `${this.bareJid}/${resource}`;
    const xmlns = this.#connection.framing === 'websocket' ? ` xmlns="${NS.client}"` : '';
    this.#eventPrefix = `<message${xmlns} to="${escapeAttribute(this.jid)}"`;
    this.#phase = 'bound';
    this.#host.bound(this);
    const result = xml('bind', { xmlns: NS.bind }, xml('jid', {}, this.jid));
    this.send(xml('iq', { type: 'result', id: element.attrs.id }, result));
  }

  #onStanza(stanza: Element): void {
    const { from } = stanza.attrs;
    if (from !== undefined && from !== this.jid && from !== this.bareJid) {
      return this.fail('invalid-from', `this stream is ${this.jid}`);
    }
    if (!['iq', 'presence', 'message'].includes(stanza.name) || !stanzaNamespaces.includes(stanza.getNS())) {
      return this.fail('unsupported-stanza-type');
    }
    this.#host.stanza(this, stanza);
  }
}

function conditionOf(error: XmlError): StreamCondition {
  switch (error.kind) {
    case 'not-well-formed':
      return 'not-well-formed';
    case 'too-large':
    case 'too-deep':
      return 'policy-violation';
    case 'encoding':
      return 'unsupported-encoding';
    default:
      return 'restricted-xml';
  }
}
