import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { NotificationService, parseNotificationConfig } from '@finesse-ha/notification';
import { type Element, NS, parseXml, XmlError } from '@finesse-ha/protocol';
import { generate } from 'selfsigned';
import { httpBind, xbosh } from '../../../notification/dist/bosh/bosh-connection.js';
import { BoshEndpoint } from '../../../notification/dist/bosh/bosh-endpoint.js';
import { Session } from '../../../notification/dist/session.js';
import { pieces } from '../random.js';
import { type Target, Violation } from '../target.js';

/** Between two requests of an input. */
const separator = '\n\n';
/** At the end of a request: the client goes before its body is whole. */
const gone = '$GONE';
/** So many turns of the event loop after a request everything that it causes has happened: a login takes most. */
const turns = 6;
const conditions = [
  'bad-request',
  'item-not-found',
  'policy-violation',
  'remote-connection-failed',
  'remote-stream-error',
  'system-shutdown',
];
const namespaces: readonly string[] = [NS.client, NS.stream, NS.sasl, NS.tls];

const plain = Buffer.from('\0u\0p').toString('base64');
const words = [
  separator,
  `<body xmlns="${httpBind}" rid="1" to="fin-a" wait="1" hold="1" ver="1.6"/>`,
  `<body xmlns="${httpBind}" sid="$SID" rid="2">`,
  '</body>',
  ' sid="$SID"',
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((rid) => ` rid="${rid}"`),
  ' type="terminate"',
  ' wait="0"',
  ' hold="0"',
  ` xmlns:xmpp="${xbosh}" xmpp:restart="true"`,
  ' key="aa"',
  ' newkey="bb"',
  ' pause="5"',
  `<auth xmlns="${NS.sasl}" mechanism="PLAIN">${plain}</auth>`,
  `<abort xmlns="${NS.sasl}"/>`,
  `<response xmlns="${NS.sasl}">=</response>`,
  `<iq xmlns="${NS.client}" type="set" id="b"><bind xmlns="${NS.bind}"><resource>r</resource></bind></iq>`,
  `<iq xmlns="${NS.client}" type="get" id="p"><ping xmlns="${NS.ping}"/></iq>`,
  `<presence xmlns="${NS.client}"/>`,
  `<message xmlns="${NS.client}" to="u@fin-a"><body>x</body></message>`,
  `<iq xmlns="${NS.client}" type="set" id="s" to="pubsub.fin-a"><pubsub xmlns="${NS.pubsub}"><subscribe node="/finesse/api/Team/1/Users"/></pubsub></iq>`,
  `<open xmlns="${NS.framing}"/>`,
  `<close xmlns="${NS.framing}"/>`,
  gone,
].map((text) => Buffer.from(text));

/** What came back for each request; null for one whose client went. */
type Answers = (string[] | null)[];

class Conversation {
  readonly #endpoint: BoshEndpoint;
  readonly #sids: string[] = [];
  readonly #answers: Answers = [];

  constructor(service: NotificationService) {
    this.#endpoint = new BoshEndpoint({
      secure: false,
      maxBytes: 1_200,
      maxDepth: 9,
      inactivityMs: 30_000,
      accept: (connection) => new Session(connection, service),
    });
  }

  /** @param cut the bodies arrive in pieces */
  async hold(input: Buffer, cut: boolean): Promise<Answers> {
    for (const part of input.toString('latin1').split(separator).slice(0, 12)) {
      const isGone = part.endsWith(gone);
      const text = (isGone ? part.slice(0, -gone.length) : part).replaceAll('$SID', this.#sids.at(-1) ?? '');
      const bytes = Buffer.from(text, 'latin1');
      this.#request(cut ? pieces(bytes) : [bytes], isGone);
      for (let turn = 0; turn < turns; turn += 1) await nextTurn();
    }
    this.#endpoint.close();
    await nextTurn();
    return this.#answers.map((texts) => texts?.map((text) => this.#without(text)) ?? null);
  }

  #request(chunks: readonly Buffer[], isGone: boolean): void {
    const request = new IncomingMessage(new Socket());
    request.method = 'POST';
    const response = new ServerResponse(request);
    const texts: string[] = [];
    this.#answers.push(isGone ? null : texts);
    const end = response.end.bind(response);
    response.end = ((text: string) => {
      texts.push(text);
      const sid = /^<body [^>]* sid="([^"]+)"/.exec(text)?.[1];
      if (sid !== undefined) this.#sids.push(sid);
      return end(text);
    }) as typeof response.end;
    this.#endpoint.handle(request, response);
    for (const chunk of chunks) request.push(chunk);
    if (isGone) request.destroy();
    else request.push(null);
  }

  /** Without what is another in every conversation. */
  #without(text: string): string {
    return this.#sids.reduce((rest, sid, index) => rest.replaceAll(sid, `SID${index}`), text);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function checkAnswer(text: string): Element {
  let body: Element;
  try {
    body = parseXml(text, { maxBytes: 100_000, maxDepth: 20 });
  } catch (error) {
    if (error instanceof XmlError) throw new Violation('an answer is XML', text);
    throw error;
  }
  const { type, condition } = body.attrs;
  if (body.name !== 'body' || body.getNS() !== httpBind) throw new Violation('an answer is a body', text);
  if (condition !== undefined && (type !== 'terminate' || !conditions.includes(condition)))
    throw new Violation('a condition is one of the XEP', text);
  for (const child of body.getChildElements()) {
    if (!namespaces.includes(child.getNS() ?? '')) throw new Violation('what a body holds is XMPP', text);
  }
  return body;
}

/** BOSH from HTTP bodies to bound sessions, at a service that does not listen. */
export async function boshTarget(): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'finesse-ha-fuzz-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'fuzz' }], { keyType: 'ec' });
  const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  writeFileSync(tls.certFile, cert);
  writeFileSync(tls.keyFile, key);
  const config = parseNotificationConfig({
    node: 'primary',
    domain: 'fin-a',
    host: '127.0.0.1',
    ports: { xmpp: 0, xmppTls: 0, webSocket: 0 },
    tls,
    users: [{ id: 'u', password: 'p' }],
    finessePassword: 'f',
    mechanisms: ['PLAIN'],
    limits: { stanzaBytes: 400, stanzaDepth: 8, stanzasPerSecond: 1_000_000 },
  });
  let service = new NotificationService(config, () => undefined);
  const converse = (input: Buffer, cut: boolean) => {
    // A service costs more than a conversation: it is used again when it has nothing to remember.
    const { subscriptions, sessions } = service.counts;
    const failedLogins = [...service.totals.logins.keys()].some((how) => how !== 'success');
    if (subscriptions + sessions > 0 || failedLogins)
      service = new NotificationService(config, () => undefined);
    let ids = 0;
    service.newId = () => `id${ids++}`;
    return new Conversation(service).hold(input, cut);
  };
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  return {
    name: 'bosh',
    words,
    maxBytes: 3_000,
    covers: (url) => url.includes('/notification/dist/'),
    async run(input) {
      const before = timers();
      const answers = await converse(input, false);
      if (timers() > before) throw new Violation('no timer is left', `${timers() - before}`);
      let outcome = '';
      for (const texts of answers) {
        if (texts === null) continue;
        const [text] = texts;
        if (text === undefined || texts.length > 1)
          throw new Violation('one answer for a request', JSON.stringify(texts));
        const body = checkAnswer(text);
        const said = body.getChildElements().map(({ name, attrs, children }) => {
          const [first] = children;
          return `${name} ${attrs.type ?? ''} ${typeof first === 'object' ? first.name : ''}`;
        });
        outcome = `${outcome !== ''} ${body.attrs.condition ?? body.attrs.type ?? ''} ${said[0] ?? ''}`;
      }
      const cut = await converse(input, true);
      if (!isDeepStrictEqual(answers, cut))
        throw new Violation('the same in any pieces', `${JSON.stringify(answers)} or ${JSON.stringify(cut)}`);
      return outcome;
    },
  };
}
