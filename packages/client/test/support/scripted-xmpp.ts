import { randomUUID } from 'node:crypto';
import {
  type Element,
  formatNotificationItem,
  NS,
  parseXml,
  StreamParser,
  type Update,
  xml,
} from '@finesse-ha/protocol';

/** The wire under a session: TCP or WebSocket, both with text going both ways. */
export interface Wire {
  framing: 'tcp' | 'websocket';
  send(text: string): void;
  end(): void;
  /** Ends without a word: RST over TCP. */
  reset(): void;
  startTls?(): void;
}

/** What a test wants of the XMPP half of a scripted node. */
export interface XmppScript {
  domain: string;
  password: string;
  finesseAvailable: boolean;
  offersTls: boolean;
  /** SASL failure condition instead of success. */
  saslFailure: string | null;
  /** Nothing is answered any more: the process is frozen, or the network swallows packets. */
  silent: boolean;
  /** So many binds are refused because the resource is taken. */
  bindConflicts: number;
  /** Pubsub nodes that may not be subscribed to. */
  forbidden: Set<string>;
  /** By full JID: pubsub nodes subscribed to explicitly, kept across connections as Finesse does. */
  subscriptions: Map<string, string[]>;
  onSession(session: ScriptedSession): void;
  /** Takes down what the server got, for tests that count. */
  note(line: string): void;
}

/** The server half of one XMPP session, as far as a client needs one. Written against RFC 6120, not against our client. */
export class ScriptedSession {
  readonly #wire: Wire;
  readonly #script: XmppScript;
  #parser: StreamParser | null = null;
  #authenticated = false;
  secure = false;
  user = '';
  jid = '';
  present = false;

  constructor(wire: Wire, script: XmppScript, secure: boolean) {
    this.#wire = wire;
    this.#script = script;
    this.secure = secure;
    this.#restart();
  }

  receive(text: string): void {
    if (this.#script.silent) return;
    if (this.#wire.framing === 'tcp') {
      this.#parser?.write(text);
      return;
    }
    const frame = parseXml(text);
    if (frame.name === 'open') this.#onStart();
    else if (frame.name === 'close') this.#onEnd();
    else this.#onStanza(frame);
  }

  secured(): void {
    this.secure = true;
    this.#restart();
  }

  send(element: Element): void {
    if (this.#script.silent) return;
    if (this.#wire.framing === 'websocket' && element.attrs.xmlns === undefined)
      element.attrs.xmlns = NS.client;
    this.#wire.send(element.toString());
  }

  presence(available: boolean, resource = 'web-app'): void {
    const from = `finesse@${this.#script.domain}/${resource}`;
    this.send(xml('presence', { from, to: this.jid, type: available ? undefined : 'unavailable' }));
  }

  notify(node: string, update: Update, from = `pubsub.${this.#script.domain}`): void {
    const items = xml('items', { node }, xml('item', { id: randomUUID() }, formatNotificationItem(update)));
    this.send(xml('message', { from, to: this.jid }, xml('event', { xmlns: NS.pubsubEvent }, items)));
  }

  streamError(condition: string, ...more: Element[]): void {
    const error = xml(
      'stream:error',
      { 'xmlns:stream': NS.stream },
      xml(condition, { xmlns: NS.streams }),
      ...more,
    );
    this.#wire.send(error.toString());
    this.end();
  }

  end(): void {
    this.#wire.send(
      this.#wire.framing === 'tcp' ? '</stream:stream>' : xml('close', { xmlns: NS.framing }).toString(),
    );
    this.#wire.end();
  }

  reset(): void {
    this.#wire.reset();
  }

  #restart(): void {
    if (this.#wire.framing !== 'tcp') return;
    this.#parser = new StreamParser({
      onStart: () => this.#onStart(),
      onStanza: (stanza) => this.#onStanza(stanza),
      onEnd: () => this.#onEnd(),
      onError: () => this.reset(),
    });
  }

  #onStart(): void {
    const { domain } = this.#script;
    if (this.#wire.framing === 'tcp') {
      this.#wire.send(
        `<?xml version='1.0'?><stream:stream xmlns='${NS.client}' xmlns:stream='${NS.stream}' from='${domain}' id='${randomUUID()}' version='1.0'>`,
      );
    } else this.#wire.send(xml('open', { xmlns: NS.framing, from: domain, version: '1.0' }).toString());
    const offers: Element[] = [];
    if (this.#authenticated) offers.push(xml('bind', { xmlns: NS.bind }));
    else {
      if (this.#script.offersTls && !this.secure) offers.push(xml('starttls', { xmlns: NS.tls }));
      offers.push(xml('mechanisms', { xmlns: NS.sasl }, xml('mechanism', {}, 'PLAIN')));
    }
    this.#wire.send(xml('stream:features', { 'xmlns:stream': NS.stream }, ...offers).toString());
  }

  #onEnd(): void {
    this.#script.note('end');
    this.end();
  }

  #onStanza(stanza: Element): void {
    switch (stanza.name) {
      case 'starttls':
        this.#wire.send(xml('proceed', { xmlns: NS.tls }).toString());
        this.#wire.startTls?.();
        break;
      case 'auth':
        this.#onAuth(stanza);
        break;
      case 'iq':
        this.#onIq(stanza);
        break;
      case 'presence':
        this.#onPresence(stanza);
        break;
    }
  }

  #onAuth(stanza: Element): void {
    const [, user = '', password] = Buffer.from(stanza.text(), 'base64').toString().split('\0');
    const failure =
      this.#script.saslFailure ?? (password === this.#script.password ? null : 'not-authorized');
    if (failure !== null) {
      this.#wire.send(xml('failure', { xmlns: NS.sasl }, xml(failure)).toString());
      return;
    }
    this.user = user;
    this.#authenticated = true;
    this.#wire.send(xml('success', { xmlns: NS.sasl }).toString());
    this.#restart();
  }

  #onPresence(stanza: Element): void {
    const { type, to } = stanza.attrs as Record<string, string | undefined>;
    this.#script.note(`presence ${type ?? 'available'}${to === undefined ? '' : ` ${to}`}`);
    if (to === undefined) this.present = type === undefined;
    if (type === 'subscribe' && this.#script.finesseAvailable) this.presence(true);
  }

  #onIq(stanza: Element): void {
    const { id, type } = stanza.attrs as Record<string, string | undefined>;
    const reply = (...children: Element[]) => this.send(xml('iq', { type: 'result', id }, ...children));
    const bind = stanza.getChild('bind', NS.bind);
    if (bind !== undefined && this.#script.bindConflicts-- > 0) {
      const error = xml('error', { type: 'cancel' }, xml('conflict', { xmlns: NS.stanzas }));
      this.send(xml('iq', { type: 'error', id }, error));
      return;
    }
    if (bind !== undefined) {
      this.jid = `${this.user}@${this.#script.domain}/${bind.getChildText('resource') ?? randomUUID()}`;
      reply(xml('bind', { xmlns: NS.bind }, xml('jid', {}, this.jid)));
      this.#script.onSession(this);
      return;
    }
    const pubsub = stanza.getChild('pubsub', NS.pubsub);
    if (pubsub !== undefined) this.#onPubsub(pubsub, reply, id);
    else if (stanza.getChild('ping', NS.ping) !== undefined) {
      this.#script.note('ping');
      reply();
    } else if (type === 'result' || type === 'error') this.#script.note(`iq ${type} ${id}`);
  }

  #onPubsub(pubsub: Element, reply: (...children: Element[]) => void, id: string | undefined): void {
    const mine = this.#script.subscriptions.get(this.jid) ?? [];
    this.#script.subscriptions.set(this.jid, mine);
    const [verb] = pubsub.getChildElements();
    const node: string = verb?.attrs.node ?? '';
    this.#script.note(`${verb?.name} ${node}`.trim());
    if (verb?.name === 'subscriptions') {
      const automatic = { node: `/finesse/api/User/${this.user}`, jid: this.jid, subscription: 'subscribed' };
      const entries = mine.map((one) =>
        xml('subscription', { node: one, jid: this.jid, subscription: 'subscribed' }),
      );
      const list = xml('subscriptions', {}, xml('subscription', automatic), ...entries);
      reply(xml('pubsub', { xmlns: NS.pubsub }, list));
      return;
    }
    if (this.#script.forbidden.has(node)) {
      const error = xml('error', { type: 'auth' }, xml('forbidden', { xmlns: NS.stanzas }));
      this.send(xml('iq', { type: 'error', id }, error));
      return;
    }
    if (verb?.name === 'subscribe') mine.push(node);
    else if (mine.includes(node)) mine.splice(mine.indexOf(node), 1);
    reply();
  }
}
