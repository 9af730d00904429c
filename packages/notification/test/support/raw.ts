/** Clients that know nothing of XMPP: what they send is what the test says, what they hear is kept as it came. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { NS } from '@finesse-ha/protocol';
import WebSocket from 'ws';
import { ca } from './service.js';

/** A stream header as clients send it. */
export const header = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='${NS.stream}' to='fin-a' version='1.0'>`;
/** The frame in its place. */
export const open = `<open xmlns="${NS.framing}" to="fin-a" version="1.0"/>`;

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** An `<auth/>` with data as they are. */
export function auth(data: string, mechanism = 'PLAIN'): string {
  return `<auth xmlns="${NS.sasl}" mechanism="${mechanism}">${data}</auth>`;
}

/** The right password of a user. */
export function plain(user = '1001', authzid = ''): string {
  return auth(base64(`${authzid}\0${user}\0pw-${user}`));
}

export function bind(resource = 'raw'): string {
  return `<iq xmlns="jabber:client" type="set" id="bind"><bind xmlns="${NS.bind}"><resource>${resource}</resource></bind></iq>`;
}

export const ping = `<iq xmlns="jabber:client" type="get" id="ping"><ping xmlns="${NS.ping}"/></iq>`;

/** What has been heard on a connection, and when it ends. */
abstract class Raw {
  heard = '';
  ended = false;
  #watchers: (() => void)[] = [];

  abstract send(text: string | Buffer): void;
  abstract drop(): void;

  /** All that was heard once it holds the text. @throws {Error} with what was heard, when the connection ends before */
  async until(text: string | RegExp): Promise<string> {
    const holds = () => (typeof text === 'string' ? this.heard.includes(text) : text.test(this.heard));
    await this.#wait(() => holds() || this.ended);
    if (!holds()) throw new Error(`"${text}" was not heard, but: ${this.heard}`);
    return this.heard;
  }

  /** What is heard after `text` was sent, once it holds `answer`. */
  async ask(text: string | Buffer, answer: string | RegExp): Promise<string> {
    this.heard = '';
    this.send(text);
    return this.until(answer);
  }

  /** All that was heard until the connection ended. */
  async end(): Promise<string> {
    await this.#wait(() => this.ended);
    return this.heard;
  }

  protected hear(text: string): void {
    this.heard += text;
    this.#wake();
  }

  protected over(): void {
    this.ended = true;
    this.#wake();
  }

  #wait(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#watchers = this.#watchers.filter((one) => one !== look);
        resolve();
      };
      this.#watchers.push(look);
      look();
    });
  }

  #wake(): void {
    for (const look of [...this.#watchers]) look();
  }
}

/** Over TCP. */
export class RawTcp extends Raw {
  socket: Socket;

  constructor(port: number) {
    super();
    this.socket = connectTcp({ host: '127.0.0.1', port });
    this.#attach();
  }

  /** Logged in and bound, not yet available. */
  static async bound(port: number, user = '1001', resource = 'raw'): Promise<RawTcp> {
    const client = await RawTcp.authenticated(port, user);
    await client.ask(bind(resource), '</jid>');
    return client;
  }

  /** With a new stream after the login. */
  static async authenticated(port: number, user = '1001'): Promise<RawTcp> {
    const client = await RawTcp.opened(port);
    await client.ask(plain(user), '<success');
    await client.ask(header, '</stream:features>');
    return client;
  }

  static async opened(port: number): Promise<RawTcp> {
    const client = new RawTcp(port);
    await client.ask(header, '</stream:features>');
    return client;
  }

  send(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** Puts TLS on the connection. */
  secure(): Promise<void> {
    this.socket.removeAllListeners();
    this.heard = '';
    return new Promise((resolve, reject) => {
      const secure = connectTls({ socket: this.socket, host: '127.0.0.1', ca }, resolve);
      secure.once('error', reject);
      this.socket = secure;
      this.#attach();
    });
  }

  drop(): void {
    this.socket.destroy();
  }

  #attach(): void {
    this.socket.setEncoding('utf8');
    this.socket.on('data', (text: string) => this.hear(text));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => this.over());
  }
}

/** Over WebSocket: `heard` has a line for each frame. */
export class RawWebSocket extends Raw {
  readonly socket: WebSocket;
  /** The code of the close frame. */
  code = 0;

  constructor(port: number, protocol = 'xmpp') {
    super();
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, protocol);
    this.socket.on('message', (data) => this.hear(`${data.toString()}\n`));
    this.socket.on('error', () => undefined);
    this.socket.on('close', (code) => {
      this.code = code;
      this.over();
    });
  }

  static async connected(port: number): Promise<RawWebSocket> {
    const client = new RawWebSocket(port);
    await new Promise((resolve) => client.socket.once('open', resolve));
    return client;
  }

  static async bound(port: number, user = '1001', resource = 'raw'): Promise<RawWebSocket> {
    const client = await RawWebSocket.connected(port);
    await client.ask(open, '</stream:features>');
    await client.ask(plain(user), '<success');
    await client.ask(open, '</stream:features>');
    await client.ask(bind(resource), '</jid>');
    return client;
  }

  send(text: string | Buffer): void {
    this.socket.send(text);
  }

  drop(): void {
    this.socket.terminate();
  }
}
