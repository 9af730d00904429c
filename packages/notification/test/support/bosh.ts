import { type Element, NS, parseXml } from '@finesse-ha/protocol';
import { expect } from 'vitest';

export const httpBind = 'http://jabber.org/protocol/httpbind';
export const xbosh = 'urn:xmpp:xbosh';

/** The ids of the stanzas in a body. */
export const ids = (body: Element) => body.getChildElements().map(({ attrs }) => attrs.id);

/** A BOSH session by raw HTTP requests, which are counted. */
export class BoshSession {
  readonly url: string;
  sid = '';
  rid = 1_000;
  /** Of the last answer. */
  contentType = '';

  constructor(webSocketPort: number) {
    this.url = `http://127.0.0.1:${webSocketPort}/http-bind`;
  }

  /** One request as it is. */
  async post(text: string): Promise<Element> {
    const headers = { 'content-type': 'text/xml' };
    const response = await fetch(this.url, { method: 'POST', body: text, headers });
    expect(response.status).toBe(200);
    this.contentType = response.headers.get('content-type') ?? '';
    return parseXml(await response.text());
  }

  send(content = '', attrs = ''): Promise<Element> {
    return this.sendAs(this.rid++, content, attrs);
  }

  sendAs(rid: number, content = '', attrs = ''): Promise<Element> {
    return this.post(`<body xmlns="${httpBind}" sid="${this.sid}" rid="${rid}" ${attrs}>${content}</body>`);
  }

  /** @param attrs what the first request says beside the domain */
  async open(attrs = 'wait="2" hold="1" ver="1.6"'): Promise<Element> {
    const version = `xmlns:xmpp="${xbosh}" xmpp:version="1.0"`;
    const body = await this.post(
      `<body xmlns="${httpBind}" rid="${this.rid++}" to="fin-a" ${version} ${attrs}/>`,
    );
    this.sid = body.attrs.sid ?? '';
    return body;
  }

  /** Opens, logs in and binds; gives the answer to the last. */
  async login(user = '1001', resource = 'bosh', attrs?: string): Promise<Element> {
    await this.open(attrs);
    const plain = Buffer.from(`\0${user}\0pw-${user}`).toString('base64');
    const auth = await this.send(`<auth xmlns="${NS.sasl}" mechanism="PLAIN">${plain}</auth>`);
    expect(auth.getChild('success', NS.sasl)).toBeDefined();
    const restarted = await this.send('', `xmlns:xmpp="${xbosh}" xmpp:restart="true" to="fin-a"`);
    expect(restarted.getChildElements()[0]?.getChild('bind', NS.bind)).toBeDefined();
    return this.send(
      `<iq xmlns="jabber:client" type="set" id="b1"><bind xmlns="${NS.bind}"><resource>${resource}</resource></bind></iq>`,
    );
  }
}
