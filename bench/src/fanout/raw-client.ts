import { NS, pubSubDomain } from '@finesse-ha/protocol';
import type { Wire } from './wire.js';

const messageEnd = Buffer.from('</message>');
const ping = Buffer.from('urn:xmpp:ping');
/** What is looked at again with what comes next: more than a ping, or the end tag of a message, has. */
const longestRest = 256;

/**
 * One subscriber, or the publisher: a connection that logs in by PLAIN and then counts what comes by searching for the end
 * of a message. It parses nothing, so that the servers are measured and not it.
 */
export class RawClient {
  /** Told once for each message. */
  onMessage: () => void = () => undefined;
  /** The server ended the connection. */
  ended = false;
  readonly wire: Wire;
  readonly #domain: string;
  /** What may be the beginning of an end tag, or of a ping. */
  #rest: Buffer = Buffer.alloc(0);
  #onData: (data: Buffer) => void = (data) => this.#count(data);
  #onClose: () => void = () => undefined;
  #nextId = 1;

  constructor(wire: Wire, domain: string) {
    this.wire = wire;
    this.#domain = domain;
    wire.onData = (data) => this.#onData(data);
    wire.onClose = () => {
      this.ended = true;
      this.#onClose();
    };
  }

  /** Logs in and becomes available. Rejects when it is refused or the connection ends before. */
  async login(user: string, password: string): Promise<void> {
    const domain = this.#domain;
    const header = this.wire.webSocket
      ? `<open xmlns='${NS.framing}' to='${domain}' version='1.0'/>`
      : `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='${NS.stream}' to='${domain}' version='1.0'>`;
    const plain = Buffer.from(`\0${user}\0${password}`).toString('base64');
    await this.#ask([header], '</stream:features>');
    await this.#ask([`<auth xmlns='${NS.sasl}' mechanism='PLAIN'>${plain}</auth>`], '<success');
    await this.#ask([header], '</stream:features>');
    await this.iq('set', `<bind xmlns='${NS.bind}'/>`);
    // The answer to what follows the presence tells that the presence has been taken.
    this.wire.write(`<presence xmlns='${NS.client}'/>`);
    await this.iq('get', "<ping xmlns='urn:xmpp:ping'/>", domain);
  }

  /** Subscribes to a node with the bare JID (XEP-0060 6.1). */
  async subscribe(user: string, node: string): Promise<void> {
    const subscribe = `<subscribe node='${node}' jid='${user}@${this.#domain}'/>`;
    await this.iq('set', `<pubsub xmlns='${NS.pubsub}'>${subscribe}</pubsub>`, pubSubDomain(this.#domain));
  }

  /** Makes a node that keeps no item (XEP-0060 8.1.3): with the default, ejabberd writes each to disk before it sends it. */
  async createNode(node: string): Promise<void> {
    const field = (name: string, value: string) => `<field var='${name}'><value>${value}</value></field>`;
    const fields = [
      field('FORM_TYPE', `${NS.pubsub}#node_config`),
      field('pubsub#persist_items', '0'),
      field('pubsub#send_last_published_item', 'never'),
    ];
    const form = `<x xmlns='jabber:x:data' type='submit'>${fields.join('')}</x>`;
    const create = `<create node='${node}'/><configure>${form}</configure>`;
    await this.iq('set', `<pubsub xmlns='${NS.pubsub}'>${create}</pubsub>`, pubSubDomain(this.#domain));
  }

  /** Resolves when the answer is there. Rejects for an error. */
  async iq(type: 'get' | 'set', payload: string, to?: string): Promise<void> {
    const id = `q${this.#nextId++}-`;
    const toward = to === undefined ? '' : ` to='${to}'`;
    await this.#ask([`<iq xmlns='${NS.client}' type='${type}' id='${id}'${toward}>${payload}</iq>`], id);
  }

  #ask(texts: readonly string[], awaited: string): Promise<void> {
    return new Promise((resolve, reject) => {
      let heard = '';
      const done = (error?: Error) => {
        this.#onData = (data) => this.#count(data);
        this.#onClose = () => undefined;
        if (error === undefined) resolve();
        else reject(error);
      };
      this.#onData = (data) => {
        heard += data.toString();
        if (/<(failure|stream:error)|type=['"]error/.test(heard))
          done(new Error(`the server refuses: ${heard}`));
        else if (heard.includes(awaited)) done();
      };
      this.#onClose = () => done(new Error(`a connection ended before ${awaited}: ${heard}`));
      for (const text of texts) this.wire.write(text);
    });
  }

  #count(data: Buffer): void {
    const all = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    let after = 0;
    for (let at = all.indexOf(messageEnd); at >= 0; at = all.indexOf(messageEnd, after)) {
      after = at + messageEnd.length;
      this.onMessage();
    }
    // A server ends whom it asks in vain. Its ping may stand before a message, and may have come in pieces.
    const asked = all.lastIndexOf(ping);
    if (asked >= 0) this.#answerPing(all.toString('latin1', Math.max(0, asked - longestRest), asked));
    this.#rest = all.subarray(Math.max(after, all.length - longestRest));
  }

  #answerPing(text: string): void {
    const iq = /<iq[^>]*>(?=<ping[^>]*$)/.exec(text)?.[0];
    const id = / id=['"]([^'"]*)/.exec(iq ?? '')?.[1];
    const from = / from=['"]([^'"]*)/.exec(iq ?? '')?.[1];
    if (id === undefined) return;
    this.wire.write(`<iq xmlns='${NS.client}' type='result' id='${id}' to='${from ?? ''}'/>`);
  }
}
