import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { NS } from '@finesse-ha/protocol';

const messageEnd = Buffer.from('</message>');
const presenceStart = Buffer.from('<presence');
const iqStart = Buffer.from('<iq ');
const iqEnd = Buffer.from('</iq>');

/** An agent, or `finesse`, at one member: logs in by PLAIN over TCP, then counts messages and presences without parsing them. */
export class Subscriber {
  onMessage: () => void = () => undefined;
  onPresence: () => void = () => undefined;
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    // Whoever waits for something that does not come is told by the deadline of the measurement.
    socket.on('error', () => undefined);
  }

  /** Connects, logs in and is available. @throws {Error} when the server refuses or the connection ends */
  static async open(
    at: { host: string; port: number },
    domain: string,
    user: string,
    password: string,
  ): Promise<Subscriber> {
    const socket = connect(at);
    const subscriber = new Subscriber(socket);
    await once(socket, 'connect');
    const header = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='${NS.stream}' to='${domain}' version='1.0'>`;
    const plain = Buffer.from(`\0${user}\0${password}`).toString('base64');
    await subscriber.#ask(header, '</stream:features>');
    await subscriber.#ask(`<auth xmlns='${NS.sasl}' mechanism='PLAIN'>${plain}</auth>`, '<success');
    await subscriber.#ask(header, '</stream:features>');
    await subscriber.#ask(`<iq type='set' id='b'><bind xmlns='${NS.bind}'/></iq>`, '</iq>');
    await subscriber.#ask(
      `<presence/><iq type='get' id='in-now' to='${domain}'><ping xmlns='${NS.ping}'/></iq>`,
      'in-now',
    );
    socket.on('data', (data: Buffer) => subscriber.#count(data));
    return subscriber;
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #ask(text: string, awaited: string): Promise<void> {
    return new Promise((resolve, reject) => {
      let heard = '';
      const done = (error?: Error) => {
        this.#socket.off('data', onData);
        this.#socket.off('close', onClose);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onData = (data: Buffer) => {
        heard += data.toString();
        if (heard.includes(awaited)) done();
        else if (/<(failure|stream:error)/.test(heard)) done(new Error(`the server refuses: ${heard}`));
      };
      const onClose = () => done(new Error(`the connection ended before ${awaited}: ${heard}`));
      this.#socket.on('data', onData);
      this.#socket.on('close', onClose);
      this.#socket.write(text);
    });
  }

  #count(data: Buffer): void {
    const all = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    let last = 0;
    const each = (needle: Buffer, tell: () => void) => {
      for (let at = all.indexOf(needle); at >= 0; at = all.indexOf(needle, at + needle.length)) {
        last = Math.max(last, at + needle.length);
        tell();
      }
    };
    each(messageEnd, () => this.onMessage());
    each(presenceStart, () => this.onPresence());
    const unfinished = this.#answerPings(all);
    this.#rest = all.subarray(Math.min(unfinished, Math.max(last, all.length - messageEnd.length + 1)));
  }

  /** A server ends whom it asks in vain. Gives where a request begins whose end has not come. */
  #answerPings(all: Buffer): number {
    let at = all.indexOf(iqStart);
    while (at >= 0) {
      const end = all.indexOf(iqEnd, at);
      if (end < 0) return at;
      const text = all.toString('latin1', at, end);
      if (text.includes(NS.ping)) this.#answerPing(text);
      at = all.indexOf(iqStart, end);
    }
    return all.length;
  }

  #answerPing(text: string): void {
    const iq = /<iq[^>]*>(?=<ping)/.exec(text)?.[0] ?? '';
    const id = / id=['"]([^'"]*)/.exec(iq)?.[1];
    const from = / from=['"]([^'"]*)/.exec(iq)?.[1] ?? '';
    if (id !== undefined) this.send(`<iq type='result' id='${id}' to='${from}'/>`);
  }
}
