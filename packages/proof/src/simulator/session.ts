import { NS, parseXml } from '@finesse-ha/protocol';
import type { Happening } from './clock.js';
import type { SimProcess } from './process.js';

/** Of everybody. */
export const password = 'secret';

/** Something that a client is told and that counts for whether a node is available to it. */
export type Fact =
  | { kind: 'online' }
  /** The server ends the session with a stream error. */
  | { kind: 'ended' }
  | { kind: 'presence'; available: boolean }
  | { kind: 'system-info'; status: string };

/** The node's end of a client's XMPP connection. */
export interface SessionWire {
  readonly framing: 'tcp' | 'websocket';
  send(text: string, fact?: Fact): void;
  /** Closes after what was sent. */
  end(): void;
}

/** What a session asks of its notification service. */
export interface SessionHost {
  readonly domain: string;
  readonly process: SimProcess;
  readonly password: string;
  readonly finessePresent: boolean;
  /** Explicit subscriptions by full JID. They outlive connections (dev guide 12.5 p.346). */
  subscriptions(jid: string): Set<string>;
  onBound(session: SimSession): void;
  onPresence(session: SimSession): void;
  onGone(session: SimSession): void;
}

/** How long a client may be silent before it is pinged, and how long the answer may take. */
const pingAfterMs = 20_000;
const pingTimeoutMs = 10_000;

/**
 * The server half of one XMPP session in the simulation: what a Finesse client needs of RFC 6120, RFC 7395 and XEP-0060.
 * The texts are real; what the client sends is read as it was sent, one stanza at a time.
 */
export class SimSession {
  readonly #wire: SessionWire;
  readonly #host: SessionHost;
  #authenticated = false;
  #timer: Happening | null = null;
  #gone = false;
  agent = '';
  jid = '';
  present = false;

  constructor(wire: SessionWire, host: SessionHost) {
    this.#wire = wire;
    this.#host = host;
    this.#listen();
  }

  receive(text: string): void {
    if (this.#gone) return;
    this.#listen();
    if (text.startsWith('<open') || text.startsWith('<?xml') || text.startsWith('<stream:')) this.#onStart();
    else if (text.startsWith('<close') || text.startsWith('</stream')) this.close();
    else if (text.startsWith('<auth')) this.#onAuth(text);
    else if (text.startsWith('<presence')) this.#onPresence(text);
    else if (text.startsWith('<iq')) this.#onIq(text);
  }

  /** Presence of `finesse`. */
  tellPresence(available: boolean): void {
    const type = available ? '' : ' type="unavailable"';
    this.#stanza('presence', `from="finesse@${this.#host.domain}/web-app" to="${this.jid}"${type}`, '', {
      kind: 'presence',
      available,
    });
  }

  /** @param notification the payload as text */
  notify(node: string, item: number, notification: string, fact?: Fact): void {
    this.#stanza(
      'message',
      `from="pubsub.${this.#host.domain}" to="${this.jid}"`,
      `<event xmlns="${NS.pubsubEvent}"><items node="${node}"><item id="${item}">${notification}</item></items></event>`,
      fact,
    );
  }

  /** Ends the stream in an orderly way. */
  close(): void {
    if (this.#gone) return;
    this.#wire.send(this.#wire.framing === 'tcp' ? '</stream:stream>' : `<close xmlns="${NS.framing}"/>`);
    this.#wire.end();
    this.lost();
  }

  streamError(condition: string): void {
    if (this.#gone) return;
    this.#wire.send(
      `<stream:error xmlns:stream="${NS.stream}"><${condition} xmlns="${NS.streams}"/></stream:error>`,
      { kind: 'ended' },
    );
    this.close();
  }

  /** The connection is gone. */
  lost(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#host.process.cancel(this.#timer);
    this.present = false;
    this.#host.onGone(this);
  }

  #listen(): void {
    const { process } = this.#host;
    process.cancel(this.#timer);
    this.#timer = process.after(pingAfterMs, () => {
      this.#stanza('iq', `type="get" from="${this.#host.domain}" id="alive"`, `<ping xmlns="${NS.ping}"/>`);
      this.#timer = process.after(pingTimeoutMs, () => {
        this.#wire.end();
        this.lost();
      });
    });
  }

  #stanza(name: string, attributes: string, content: string, fact?: Fact): void {
    const namespace = this.#wire.framing === 'websocket' ? ` xmlns="${NS.client}"` : '';
    this.#wire.send(`<${name}${namespace} ${attributes}>${content}</${name}>`, fact);
  }

  #onStart(): void {
    const { domain } = this.#host;
    this.#wire.send(
      this.#wire.framing === 'tcp'
        ? `<?xml version='1.0'?><stream:stream xmlns='${NS.client}' xmlns:stream='${NS.stream}' from='${domain}' id='s' version='1.0'>`
        : `<open xmlns="${NS.framing}" from="${domain}" id="s" version="1.0"/>`,
    );
    const offer = this.#authenticated
      ? `<bind xmlns="${NS.bind}"/>`
      : `<mechanisms xmlns="${NS.sasl}"><mechanism>PLAIN</mechanism></mechanisms>`;
    this.#wire.send(`<stream:features xmlns:stream="${NS.stream}">${offer}</stream:features>`);
  }

  #onAuth(text: string): void {
    const [, agent = '', password = ''] = atob(parseXml(text).text()).split('\0');
    if (password !== this.#host.password) {
      this.#wire.send(`<failure xmlns="${NS.sasl}"><not-authorized/></failure>`);
      return;
    }
    this.agent = agent;
    this.#authenticated = true;
    this.#wire.send(`<success xmlns="${NS.sasl}"/>`);
  }

  #onPresence(text: string): void {
    if (this.jid === '') return;
    const { type, to } = parseXml(text).attrs as Record<string, string | undefined>;
    if (type === 'subscribe') {
      if (this.#host.finessePresent) this.tellPresence(true);
    } else if (to === undefined) {
      const first = type === undefined && !this.present;
      this.present = type === undefined;
      this.#host.onPresence(this);
      if (first && this.#host.finessePresent) this.tellPresence(true);
    }
  }

  #onIq(text: string): void {
    const iq = parseXml(text);
    const { id, type } = iq.attrs as Record<string, string | undefined>;
    if (type === 'result' || type === 'error') return;
    const result = (content: string, fact?: Fact) =>
      this.#stanza(
        'iq',
        `type="result" id="${id}" from="${iq.attrs.to ?? this.#host.domain}"`,
        content,
        fact,
      );
    const bind = iq.getChild('bind', NS.bind);
    const pubsub = iq.getChild('pubsub', NS.pubsub);
    if (bind !== undefined && this.#authenticated) {
      this.jid = `${this.agent}@${this.#host.domain}/${bind.getChildText('resource') ?? 'none'}`;
      this.#host.onBound(this);
      result(`<bind xmlns="${NS.bind}"><jid>${this.jid}</jid></bind>`, { kind: 'online' });
    } else if (pubsub !== undefined && this.jid !== '') {
      const [verb] = pubsub.getChildElements();
      const node: string = verb?.attrs.node ?? '';
      const mine = this.#host.subscriptions(this.jid);
      if (verb?.name === 'subscribe') mine.add(node);
      else if (verb?.name === 'unsubscribe') mine.delete(node);
      const listed = [`/finesse/api/User/${this.agent}`, ...mine].map(
        (one) => `<subscription node="${one}" jid="${this.jid}" subscription="subscribed"/>`,
      );
      const answer = verb?.name === 'subscriptions' ? listed.join('') : '';
      result(`<pubsub xmlns="${NS.pubsub}"><subscriptions>${answer}</subscriptions></pubsub>`);
    } else result('');
  }
}
