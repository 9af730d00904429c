import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { NS } from '@finesse-ha/protocol';

export interface Target {
  port: number;
  domain: string;
  /** PEM: direct TLS. Absent: plain TCP. */
  ca?: string | undefined;
  /** The bare server knows no XMPP: its clients connect and are in. */
  bare: boolean;
}

const messageEnd = Buffer.from('</message>');
const ping = Buffer.from('urn:xmpp:ping');

/**
 * One subscriber, or the publisher: a socket that logs in by PLAIN and then counts what comes by searching for the end of
 * a message. It parses nothing, so that the servers are measured and not it.
 */
export class RawClient {
  /** Told once for each message. */
  onMessage: () => void = () => undefined;
  readonly socket: Socket;
  /** What may be the beginning of an end tag. */
  #rest: Buffer = Buffer.alloc(0);
  #ready = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    // Whoever waits for something that does not come is told by the deadline of the measurement.
    socket.on('error', () => undefined);
  }

  /** Connects, logs in and is available. Rejects when the connection ends before. */
  static async open(target: Target, user: string, password: string): Promise<RawClient> {
    const { port, ca } = target;
    const host = '127.0.0.1';
    const socket = ca === undefined ? connect({ port, host }) : connectTls({ port, host, ca });
    const client = new RawClient(socket);
    await once(socket, ca === undefined ? 'connect' : 'secureConnect');
    if (!target.bare) await client.#login(target.domain, user, password);
    client.#ready = true;
    socket.on('data', (data: Buffer) => client.#onData(data));
    return client;
  }

  async #login(domain: string, user: string, password: string): Promise<void> {
    const header = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='${NS.stream}' to='${domain}' version='1.0'>`;
    const plain = Buffer.from(`\0${user}\0${password}`).toString('base64');
    await this.#ask(header, '</stream:features>');
    await this.#ask(`<auth xmlns='${NS.sasl}' mechanism='PLAIN'>${plain}</auth>`, '<success');
    await this.#ask(header, '</stream:features>');
    await this.#ask(`<iq type='set' id='b'><bind xmlns='${NS.bind}'/></iq>`, '</iq>');
    // The answer to what follows the presence tells that the presence has been taken.
    const asked = `<presence/><iq type='get' id='in-now' to='${domain}'><ping xmlns='urn:xmpp:ping'/></iq>`;
    await this.#ask(asked, 'in-now');
  }

  #ask(text: string, awaited: string): Promise<void> {
    return new Promise((resolve, reject) => {
      let heard = '';
      const done = (error?: Error) => {
        this.socket.off('data', onData);
        this.socket.off('close', onClose);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onData = (data: Buffer) => {
        heard += data.toString();
        if (heard.includes(awaited)) done();
        else if (/<(failure|stream:error)/.test(heard)) done(new Error(`a login is refused: ${heard}`));
      };
      const onClose = () => done(new Error(`a connection ended before ${awaited}: ${heard}`));
      this.socket.on('data', onData);
      this.socket.on('close', onClose);
      this.socket.write(text);
    });
  }

  #onData(data: Buffer): void {
    const all = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    let after = 0;
    for (let at = all.indexOf(messageEnd); at >= 0; at = all.indexOf(messageEnd, after)) {
      after = at + messageEnd.length;
      this.onMessage();
    }
    // A server ends whom it asks in vain.
    if (this.#ready && all.includes(ping, after)) this.#answerPing(all.toString('latin1', after));
    this.#rest = all.subarray(Math.max(after, all.length - messageEnd.length + 1));
  }

  #answerPing(text: string): void {
    const iq = /<iq[^>]*>(?=<ping)/.exec(text)?.[0];
    const id = / id=['"]([^'"]*)/.exec(iq ?? '')?.[1];
    const from = / from=['"]([^'"]*)/.exec(iq ?? '')?.[1];
    if (id !== undefined) this.socket.write(`<iq type='result' id='${id}' to='${from ?? ''}'/>`);
  }
}
