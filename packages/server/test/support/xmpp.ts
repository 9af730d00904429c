/** An agent's real XMPP session for tests, over TCP: what arrives is kept and can be waited for. */
import { connect, type Socket } from 'node:net';
import {
  type Element,
  type EventItem,
  NS,
  parseEventMessage,
  pubSubDomain,
  XmppClientStream,
  xml,
} from '@finesse-ha/protocol';

/** Where to log in. */
export interface XmppAddress {
  readonly host: string;
  readonly port: number;
  readonly domain: string;
}

export class AgentSession {
  readonly #socket: Socket;
  readonly #stream: XmppClientStream;
  readonly #stanzas: Element[] = [];
  readonly #listeners = new Set<() => void>();
  #ended: string | undefined;
  #jid = '';

  private constructor(address: XmppAddress, user: string, online: () => void) {
    this.#socket = connect(address.port, address.host);
    this.#stream = new XmppClientStream(
      {
        framing: 'tcp',
        domain: address.domain,
        username: user,
        password: `pw-${user}`,
        resource: 'test',
        secure: false,
        startTls: 'never',
        allowPlainWithoutTls: true,
      },
      (output) => {
        if (output.type === 'send') this.#socket.write(output.data);
        if (output.type === 'online') {
          this.#jid = output.jid;
          online();
        }
        if (output.type === 'stanza') this.#stanzas.push(output.stanza);
        if (output.type === 'failed') this.#ended = `${output.failure.kind} ${output.failure.text ?? ''}`;
        this.#tell();
      },
    );
    this.#socket.setEncoding('utf8');
    this.#socket.on('connect', () => this.#stream.start());
    this.#socket.on('data', (text: string) => this.#stream.receive(text));
    this.#socket.on('error', (error) => this.#end(error.message));
    this.#socket.on('close', () => this.#end('closed'));
  }

  /** Logs in and sends initial presence. */
  static async open(address: XmppAddress, user: string): Promise<AgentSession> {
    let online = () => {};
    const isOnline = new Promise<void>((resolve) => {
      online = resolve;
    });
    const session = new AgentSession(address, user, online);
    await Promise.race([isOnline, session.#untilEnded()]);
    session.#stream.send(xml('presence', {}, xml('priority', {}, '0')));
    return session;
  }

  /** The first stanza that fits, past or to come, from stanza number `from` on. */
  stanza(fits: (stanza: Element) => boolean, from = 0): Promise<Element> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.#stanzas.slice(from).find(fits);
        if (found === undefined && this.#ended === undefined) return;
        this.#listeners.delete(look);
        if (found !== undefined) resolve(found);
        else reject(new Error(`the session ended (${this.#ended}) before it came`));
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** How many stanzas came so far: a mark for `stanza`, `update` and `finesse`. */
  get mark(): number {
    return this.#stanzas.length;
  }

  /** All updates that came so far. */
  get updates(): EventItem[] {
    return this.#stanzas.flatMap((stanza) => (stanza.name === 'message' ? parseEventMessage(stanza) : []));
  }

  /** The first update that fits. */
  async update(fits: (item: EventItem) => boolean, from = 0): Promise<EventItem> {
    const items = (stanza: Element) => (stanza.name === 'message' ? parseEventMessage(stanza) : []);
    const stanza = await this.stanza((one) => items(one).some(fits), from);
    return items(stanza).find(fits)!;
  }

  /** Presence of user `finesse`. */
  async finesse(type: 'available' | 'unavailable', from = 0): Promise<void> {
    await this.stanza(
      (stanza) =>
        stanza.name === 'presence' &&
        (stanza.attrs.from ?? '').startsWith('finesse@') &&
        stanza.attrs.type === (type === 'available' ? undefined : 'unavailable'),
      from,
    );
  }

  /** Everything that was heard of user `finesse`, from stanza number `from` on. */
  finesseHeard(from = 0): string[] {
    const presences = this.#stanzas
      .slice(from)
      .filter((one) => one.name === 'presence' && (one.attrs.from ?? '').startsWith('finesse@'));
    return presences.map((one) => one.attrs.type ?? 'available');
  }

  /** Subscribes to a node explicitly, with the full JID. */
  async subscribe(node: string): Promise<void> {
    const subscribe = xml('subscribe', { node, jid: this.#jid });
    const pubsub = xml('pubsub', { xmlns: NS.pubsub }, subscribe);
    const id = `subscribe ${node}`;
    const to = pubSubDomain(this.#jid.slice(this.#jid.indexOf('@') + 1, this.#jid.indexOf('/')));
    this.#stream.send(xml('iq', { type: 'set', id, to }, pubsub));
    const answer = await this.stanza((one) => one.name === 'iq' && one.attrs.id === id);
    if (answer.attrs.type !== 'result') throw new Error(`not subscribed to ${node}: ${answer.toString()}`);
  }

  /** Breaks the connection as a crash would: no goodbye. */
  drop(): void {
    this.#socket.destroy();
  }

  /** Resolves when the connection has ended, from whichever side, with what ended it. */
  async ended(): Promise<string> {
    await this.#untilEnded().catch(() => undefined);
    return this.#ended ?? '';
  }

  #untilEnded(): Promise<never> {
    return this.stanza(() => false, Number.MAX_SAFE_INTEGER) as Promise<never>;
  }

  #end(cause: string): void {
    this.#ended ??= cause;
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
