import {
  type Element,
  finesseUser,
  NS,
  parseEventMessage,
  parseJid,
  XmppClientStream,
  xml,
} from '@finesse-ha/protocol';
import type { NotificationItem } from './events.js';
import { IqError, PendingIqs } from './pending-iqs.js';
import type { Connection, ConnectTarget, Platform, TimerHandle } from './platform/types.js';
import { lossOfFailure, lossOfTransport, type XmppLoss } from './xmpp-loss.js';

/** How long a connection that is being closed may take to say goodbye. */
const lingerMs = 1_000;
/** Received bytes are reported at most this often: the core only wants to know the age of the last one. */
const receivedEveryMs = 250;

/** Where and as whom to connect. Everything here is the node's own: nothing is carried over from another node. */
export interface XmppEndpoint {
  target: ConnectTarget;
  /** STARTTLS on a plain TCP connection: demanded or not used. */
  startTls: 'required' | 'never';
  /** TLS from the first byte (`tls`, `wss`). */
  secure: boolean;
  domain: string;
  pubSubDomain: string;
}

/** Who connects where, and what may be in the way. */
export interface XmppConnectionOptions {
  platform: Platform;
  endpoint: XmppEndpoint;
  username: string;
  password: string;
  resource: string;
  /** From the first packet until bound: TCP, TLS, login and resource binding together. */
  openTimeoutMs: number;
  /** An earlier session of this client may still be known to the server, which then refuses its resource a while. */
  ownSessionMayLinger: boolean;
  /** Until then (`platform.now()`) an earlier attempt of this client may still get its session, and end this one. */
  ownLoginMayBeLateUntil: number;
}

/** What a connection tells. `onLost` comes once at most, and nothing after it or after `close()`. */
export interface XmppConnectionHandlers {
  /** Bound, and presence sent. */
  onUp(): void;
  /** The connection is over; nothing more is told of it. */
  onLost(loss: XmppLoss): void;
  /** Presence of the XMPP user `finesse`: available on any of its resources or on none. */
  onPresence(available: boolean): void;
  /** A notification came. */
  onItem(item: NotificationItem): void;
  /** Bytes came: the connection lives. */
  onReceived(): void;
  /** Something came that could not be understood; it was ignored. */
  onMalformed(detail: string): void;
}

/**
 * One XMPP connection to one node: one attempt, never used again. Every wait in it has a deadline, so that a server
 * that accepts and then says nothing is a loss like any other (reference/anchors.md, section 2).
 */
export class XmppConnection {
  /** Resolves when no socket and no timer of this connection is left. */
  readonly closed: Promise<void>;
  #resolveClosed: () => void = () => undefined;
  readonly #platform: Platform;
  readonly #endpoint: XmppEndpoint;
  readonly #connection: Connection;
  readonly #stream: XmppClientStream;
  #handlers: XmppConnectionHandlers | null;
  #phase: 'opening' | 'up' | 'closing' | 'closed' = 'opening';
  /** What is being waited for while opening, for the sentence that tells of a timeout. */
  #waitingFor = 'the connection to be accepted';
  #timer: TimerHandle | null;
  #jid = '';
  #availableResources = new Set<string>();
  readonly #iqs: PendingIqs;
  #receivedToldAt = Number.NEGATIVE_INFINITY;

  /** @throws what the platform throws for an address that cannot be one at all. */
  constructor(options: XmppConnectionOptions, handlers: XmppConnectionHandlers) {
    const { platform, endpoint } = options;
    this.#platform = platform;
    this.#endpoint = endpoint;
    this.#handlers = handlers;
    this.#iqs = new PendingIqs(platform);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    const { target } = endpoint;
    this.#stream = new XmppClientStream(
      {
        framing: target.kind === 'websocket' || target.kind === 'bosh' ? 'websocket' : 'tcp',
        domain: endpoint.domain,
        username: options.username,
        password: options.password,
        resource: options.resource,
        secure: endpoint.secure,
        startTls: endpoint.startTls,
        // Without TLS at all PLAIN is what the deployment asked for by naming a plain port.
        allowPlainWithoutTls: !endpoint.secure && endpoint.startTls === 'never',
      },
      (output) => {
        if (this.#phase === 'closed') return;
        switch (output.type) {
          case 'send':
            this.#connection.send(output.data);
            break;
          case 'start-tls':
            this.#waitingFor = 'TLS';
            this.#connection.startTls();
            break;
          case 'online':
            this.#onOnline(output.jid);
            break;
          case 'stanza':
            this.#onStanza(output.stanza);
            break;
          case 'failed':
            this.#lose(
              lossOfFailure(
                output.failure,
                this.#phase === 'opening'
                  ? options.ownSessionMayLinger
                  : options.platform.now() < options.ownLoginMayBeLateUntil,
              ),
              true,
            );
            break;
          case 'ended':
            this.#lose({ cause: 'closed', detail: 'the server ended the XMPP stream' }, true);
            break;
        }
      },
    );
    this.#connection = platform.connect(target, {
      onOpen: () => {
        this.#waitingFor = 'the XMPP login';
        this.#stream.start();
      },
      onSecured: () => {
        this.#waitingFor = 'the XMPP login';
        this.#stream.secured();
      },
      onText: (text) => this.#onText(text),
      onClose: (detail) => this.#lose({ cause: 'closed', detail }, false),
      onError: (error) => this.#lose(lossOfTransport(error), false),
    });
    this.#timer = platform.setTimer(options.openTimeoutMs, () => {
      const detail = `waited ${options.openTimeoutMs} ms in vain for ${this.#waitingFor}`;
      this.#lose({ cause: 'timeout', detail }, false);
    });
  }

  /** The full JID that the server bound; empty before `onUp`. */
  get jid(): string {
    return this.#jid;
  }

  get pubSubDomain(): string {
    return this.#endpoint.pubSubDomain;
  }

  /** XEP-0199 to the node's domain. Its answer is a received byte like any other, which is all that counts. */
  ping(): void {
    // Its answer must be told even if other bytes were a moment ago.
    this.#receivedToldAt = Number.NEGATIVE_INFINITY;
    this.#send(
      xml(
        'iq',
        { type: 'get', to: this.#endpoint.domain, id: this.#iqs.newId() },
        xml('ping', { xmlns: NS.ping }),
      ),
    );
  }

  /**
   * Sends an IQ and waits for its result.
   * @throws {IqError} for an error stanza, no answer within `timeoutMs`, or the loss of the connection.
   */
  iq(type: 'get' | 'set', to: string, payload: Element, timeoutMs: number): Promise<Element> {
    if (this.#phase !== 'up') return Promise.reject(new IqError('lost', 'the XMPP connection is not up'));
    const id = this.#iqs.newId();
    const answer = this.#iqs.wait(id, to, timeoutMs);
    this.#send(xml('iq', { type, to, id }, payload));
    return answer;
  }

  /**
   * Resolves when everything that the service had sent before it read this has arrived: a stream keeps its order
   * (RFC 6120 10.1), so the answer to a ping (XEP-0199), even one that refuses it, comes after that.
   * @throws {IqError} with kind `timeout` or `lost`
   */
  async caughtUp(timeoutMs: number): Promise<void> {
    try {
      await this.iq('get', this.#endpoint.domain, xml('ping', { xmlns: NS.ping }), timeoutMs);
    } catch (error) {
      if (!(error instanceof IqError) || error.kind !== 'error') throw error;
    }
  }

  /** Says goodbye if there is anybody to say it to, and lets go within a second. */
  close(): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') return;
    this.#handlers = null;
    if (this.#phase === 'up') {
      // Told explicitly: the server's 60 s timer before a forced logout should not wait for a timeout first.
      this.#send(xml('presence', { type: 'unavailable' }));
      this.#stream.close();
      this.#depart();
    } else this.#release();
  }

  #send(stanza: Element): void {
    if (this.#phase === 'up') this.#stream.send(stanza);
  }

  #onText(text: string): void {
    if (this.#phase === 'closed') return;
    const now = this.#platform.now();
    if (now - this.#receivedToldAt >= receivedEveryMs) {
      this.#receivedToldAt = now;
      this.#handlers?.onReceived();
    }
    this.#stream.receive(text);
  }

  #onOnline(jid: string): void {
    if (this.#phase !== 'opening') return;
    this.#phase = 'up';
    this.#stopTimer();
    this.#jid = jid;
    // A priority below zero would keep notifications away (dev guide 12.5 p.9).
    this.#send(xml('presence', {}, xml('priority', {}, '0')));
    this.#handlers?.onUp();
    // A server may push the presence of `finesse` by itself; one that does not wants to be asked.
    this.#send(xml('presence', { type: 'subscribe', to: `${finesseUser}@${this.#endpoint.domain}` }));
  }

  #onStanza(stanza: Element): void {
    switch (stanza.getName()) {
      case 'iq':
        this.#onIq(stanza);
        break;
      case 'presence':
        this.#onPresence(stanza);
        break;
      case 'message':
        this.#onMessage(stanza);
        break;
    }
  }

  #onIq(stanza: Element): void {
    const { type, id, from } = stanza.attrs as Record<string, string | undefined>;
    if (type === 'result' || type === 'error') {
      this.#iqs.answer(stanza);
      return;
    }
    const ping = type === 'get' && stanza.getChild('ping', NS.ping) !== undefined;
    const reply = ping
      ? xml('iq', { type: 'result', id, to: from })
      : xml(
          'iq',
          { type: 'error', id, to: from },
          xml('error', { type: 'cancel' }, xml('service-unavailable', { xmlns: NS.stanzas })),
        );
    this.#send(reply);
  }

  #onPresence(stanza: Element): void {
    const { type, from } = stanza.attrs as Record<string, string | undefined>;
    const jid = from === undefined ? null : parseJid(from);
    if (jid === null || jid.local !== finesseUser || jid.domain !== this.#endpoint.domain) return;
    if (type === 'subscribe') {
      this.#send(xml('presence', { type: 'subscribed', to: `${finesseUser}@${this.#endpoint.domain}` }));
      return;
    }
    // The web app may log in anew before its old session is given up: available is who is so on any resource.
    const resource = jid.resource ?? '';
    if (type === undefined) this.#availableResources.add(resource);
    else if (type !== 'unavailable') return;
    else if (resource === '') this.#availableResources.clear();
    else this.#availableResources.delete(resource);
    this.#handlers?.onPresence(this.#availableResources.size > 0);
  }

  #onMessage(stanza: Element): void {
    // Anybody on the server can send a message; only the pubsub service speaks for Finesse.
    if (stanza.attrs.from !== this.#endpoint.pubSubDomain) return;
    try {
      for (const item of parseEventMessage(stanza)) this.#handlers?.onItem(item);
    } catch (error) {
      this.#handlers?.onMalformed(
        `a notification: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  #lose(loss: XmppLoss, goodbye: boolean): void {
    if (this.#phase === 'closed') return;
    if (this.#phase === 'closing') {
      this.#release();
      return;
    }
    const handlers = this.#handlers;
    this.#handlers = null;
    if (goodbye) this.#depart();
    else this.#release();
    handlers?.onLost(loss);
  }

  /** Lets what was said last go out, and does not wait for long that the other side closes too. */
  #depart(): void {
    this.#stopTimer();
    this.#iqs.failAll();
    this.#phase = 'closing';
    this.#connection.end();
    this.#timer = this.#platform.setTimer(lingerMs, () => this.#release());
  }

  #release(): void {
    this.#phase = 'closed';
    this.#stopTimer();
    this.#iqs.failAll();
    this.#connection.destroy();
    this.#resolveClosed();
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#platform.clearTimer(this.#timer);
    this.#timer = null;
  }
}
