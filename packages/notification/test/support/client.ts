import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Element, NS, parseXml, type StreamFailure, XmppClientStream, xml } from '@finesse-ha/protocol';
import WebSocket from 'ws';
import { ca } from './service.js';

export interface ClientOptions {
  transport?: 'tcp' | 'starttls' | 'tls' | 'websocket';
  port: number;
  user?: string;
  password?: string;
  resource?: string;
}

/** A bare XMPP client: what it is told it keeps, and it does nothing by itself but answer pings. */
export class TestClient {
  jid = '';
  failure: StreamFailure | null = null;
  closed = false;
  readonly stanzas: Element[] = [];
  socket: Socket | WebSocket;
  answersPings = true;
  readonly #stream: XmppClientStream;
  #watchers: (() => void)[] = [];
  #nextId = 1;

  constructor({
    transport = 'tcp',
    port,
    user = '1001',
    password = `pw-${user}`,
    resource = 'test',
  }: ClientOptions) {
    const secure = transport === 'tls';
    const stream = new XmppClientStream(
      {
        framing: transport === 'websocket' ? 'websocket' : 'tcp',
        domain: 'fin-a',
        username: user,
        password,
        resource,
        secure,
        startTls: transport === 'starttls' ? 'required' : 'never',
        allowPlainWithoutTls: transport === 'tcp' || transport === 'websocket',
      },
      (output) => {
        if (output.type === 'send') this.write(output.data);
        else if (output.type === 'online') this.jid = output.jid;
        else if (output.type === 'failed') this.failure = output.failure;
        else if (output.type === 'start-tls') this.#secure();
        else if (output.type === 'stanza') this.#onStanza(output.stanza);
        this.#wake();
      },
    );
    this.#stream = stream;
    if (transport === 'websocket') {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, 'xmpp');
      this.socket = socket;
      socket.on('open', () => stream.start());
      socket.on('message', (data) => stream.receive(data.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => this.#close());
    } else {
      const socket = secure
        ? connectTls({ host: '127.0.0.1', port, ca }, () => stream.start())
        : connect({ host: '127.0.0.1', port }, () => stream.start());
      this.socket = socket;
      this.#attach(socket);
    }
  }

  /** Logged in, and available unless told otherwise. */
  static async login(options: ClientOptions, available = true): Promise<TestClient> {
    const client = new TestClient(options);
    await client.until(() => client.jid !== '' || client.failure !== null || client.closed);
    if (client.jid === '') throw new Error(`no login: ${client.failure?.kind} ${client.failure?.condition}`);
    if (available) client.send(xml('presence', {}, xml('priority', {}, '0')));
    return client;
  }

  send(stanza: Element): void {
    this.#stream.send(stanza);
  }

  /** Raw text, whatever it is. */
  write(text: string): void {
    if (this.socket instanceof WebSocket) this.socket.send(text);
    else this.socket.write(text);
  }

  async iq(type: 'get' | 'set', to: string | undefined, payload: Element): Promise<Element> {
    const id = `t${this.#nextId++}`;
    this.send(xml('iq', { type, to, id }, payload));
    return this.stanza((one) => one.name === 'iq' && one.attrs.id === id);
  }

  pubsub(type: 'get' | 'set', ...children: Element[]): Promise<Element> {
    return this.iq(type, 'pubsub.fin-a', xml('pubsub', { xmlns: NS.pubsub }, ...children));
  }

  /** The first stanza, already here or still to come, that matches. */
  async stanza(matches: (stanza: Element) => boolean): Promise<Element> {
    await this.until(() => this.stanzas.some(matches));
    return this.stanzas.find(matches) as Element;
  }

  /** A message from a pubsub node. */
  event(node: string): Promise<Element> {
    return this.stanza(
      (one) => one.getChild('event', NS.pubsubEvent)?.getChild('items')?.attrs.node === node,
    );
  }

  presence(type: string | undefined): Promise<Element> {
    return this.stanza(
      (one) =>
        one.name === 'presence' && String(one.attrs.from).startsWith('finesse@') && one.attrs.type === type,
    );
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return false;
        this.#watchers = this.#watchers.filter((one) => one !== look);
        resolve();
        return true;
      };
      if (!look()) this.#watchers.push(look);
    });
  }

  drop(): void {
    if (this.socket instanceof WebSocket) this.socket.terminate();
    else this.socket.destroy();
  }

  #attach(socket: Socket): void {
    socket.on('data', (data: Buffer) => this.#stream.receive(data.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#close());
  }

  #secure(): void {
    const plain = this.socket as Socket;
    plain.removeAllListeners();
    const secure = connectTls({ socket: plain, host: '127.0.0.1', ca }, () => this.#stream.secured());
    this.socket = secure;
    this.#attach(secure);
  }

  #onStanza(stanza: Element): void {
    this.stanzas.push(stanza);
    if (this.answersPings && stanza.getChild('ping', NS.ping) !== undefined && stanza.attrs.type === 'get') {
      this.send(xml('iq', { type: 'result', id: stanza.attrs.id, to: stanza.attrs.from }));
    }
  }

  #close(): void {
    this.closed = true;
    this.#wake();
  }

  #wake(): void {
    for (const look of [...this.#watchers]) look();
  }
}

/** Says something to the service on a bare socket, and gives everything that comes back until it closes. */
export async function say(port: number, ...texts: string[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  let heard = '';
  socket.on('error', () => undefined);
  socket.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  // Each text after something was heard of the one before: SASL is a conversation.
  for (const text of texts) {
    const before = heard.length;
    socket.write(text);
    if (texts.length > 2 && heard.length === before) await once(socket, 'data');
  }
  await new Promise((resolve) => socket.once('close', resolve));
  return heard;
}

/** The condition of an error stanza. */
export function conditionOf(stanza: Element): string | undefined {
  return stanza.getChild('error')?.getChildElements()[0]?.name;
}

export { parseXml };
