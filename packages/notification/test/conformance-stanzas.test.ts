/** RFC 6120 8 and 10, RFC 6121, XEP-0030, XEP-0199: what a bound session may ask and is told. The table is docs/conformance.md. */
import { NS, xml } from '@finesse-ha/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conditionOf, TestClient } from './support/client.js';
import { type RunningService, startService } from './support/service.js';

let running: RunningService;
let agent: TestClient;
let finesse: TestClient;

beforeAll(async () => {
  running = await startService();
  const port = running.ports.xmpp;
  finesse = await TestClient.login({ port, user: 'finesse', password: 'finesse-pw', resource: 'core' });
  agent = await TestClient.login({ port });
});
afterAll(() => {
  agent.drop();
  finesse.drop();
  return running.service.stop();
});

const query = (xmlns: string, attrs = {}) => xml('query', { xmlns, ...attrs });
/** Raw text, and the stanza of this id that answers it. */
const ask = (text: string, id: string) => {
  agent.write(text);
  return agent.stanza((one) => one.attrs.id === id && one.attrs.type !== 'get');
};
/** What was asked before has been answered, or never will be. */
const settled = () => agent.iq('get', 'fin-a', xml('ping', { xmlns: NS.ping }));

describe('an IQ', () => {
  it('is answered once, under its id, by whom it was sent to', async () => {
    const answer = await agent.iq('get', 'fin-a', xml('ping', { xmlns: NS.ping }));
    expect(answer.attrs).toMatchObject({ type: 'result', from: 'fin-a' });
    expect(answer.children).toEqual([]);
    await settled();
    expect(agent.stanzas.filter(({ attrs }) => attrs.id === answer.attrs.id)).toHaveLength(1);
  });

  it.each([
    ['no id', '<iq type="get"><ping xmlns="urn:xmpp:ping"/></iq>', undefined],
    ['no type', '<iq id="i1"><ping xmlns="urn:xmpp:ping"/></iq>', 'i1'],
    ['a type that does not exist', '<iq id="i2" type="put"><ping xmlns="urn:xmpp:ping"/></iq>', 'i2'],
    ['no child', '<iq id="i3" type="get"/>', 'i3'],
    ['two children', '<iq id="i4" type="get"><ping xmlns="urn:xmpp:ping"/><a xmlns="b"/></iq>', 'i4'],
  ])('with %s is a bad request', async (_name, text, id) => {
    agent.write(text);
    const answer = await agent.stanza(
      (one) => one.attrs.type === 'error' && one.attrs.id === id && one.name === 'iq',
    );
    expect(answer.getChild('error')?.attrs.type).toBe('modify');
    expect(conditionOf(answer)).toBe('bad-request');
  });

  it('that nobody understands gets an error of a defined condition and type', async () => {
    const answer = await agent.iq('set', 'fin-a', query('urn:nobody'));
    const error = answer.getChild('error');
    expect(error?.attrs.type).toBe('cancel');
    expect(error?.getChild('service-unavailable', NS.stanzas)).toBeDefined();
  });

  it('that is an answer is not answered', async () => {
    agent.write(
      '<iq type="result" id="r1" to="fin-a"/><iq type="error" id="r2" to="fin-a"><error type="cancel"/></iq>',
    );
    await settled();
    expect(agent.stanzas.filter(({ attrs }) => attrs.id === 'r1' || attrs.id === 'r2')).toEqual([]);
  });

  it('without an address is the server’s to answer, as one to the own bare JID is', async () => {
    for (const to of [undefined, '1001@fin-a'])
      expect((await agent.iq('get', to, xml('ping', { xmlns: NS.ping }))).attrs.type).toBe('result');
  });

  it('to somebody else or to another domain is refused from there', async () => {
    for (const to of ['1002@fin-a', '1002@fin-a/x', 'elsewhere', '1001@elsewhere']) {
      const answer = await agent.iq('get', to, xml('ping', { xmlns: NS.ping }));
      expect(answer.attrs).toMatchObject({ type: 'error', from: to });
      expect(conditionOf(answer)).toBe('service-unavailable');
    }
  });
});

describe('a message', () => {
  it('between users is refused, an error among them is not answered', async () => {
    const answer = await ask('<message id="m1" to="1002@fin-a"><body>x</body></message>', 'm1');
    expect(answer.attrs).toMatchObject({ type: 'error', from: '1002@fin-a' });
    expect(conditionOf(answer)).toBe('service-unavailable');
    agent.write('<message id="m2" type="error" to="1002@fin-a"><error type="cancel"/></message>');
    await settled();
    expect(agent.stanzas.filter(({ attrs }) => attrs.id === 'm2')).toEqual([]);
  });
});

describe('the roster', () => {
  it('has finesse, with a subscription both ways, and cannot be changed', async () => {
    const answer = await agent.iq('get', undefined, query(NS.roster));
    const [item, ...more] = answer.getChild('query', NS.roster)?.getChildElements() ?? [];
    expect(item?.attrs).toEqual({ jid: 'finesse@fin-a', subscription: 'both' });
    expect(more).toEqual([]);
    const set = await agent.iq(
      'set',
      undefined,
      xml('query', { xmlns: NS.roster }, xml('item', { jid: 'x@y' })),
    );
    expect(conditionOf(set)).toBe('service-unavailable');
  });
});

describe('presence', () => {
  it('goes to those subscribed, from the full JID that the server knows', async () => {
    const client = await TestClient.login({ port: running.ports.xmpp, user: '1002' }, false);
    client.write('<presence><show>away</show><priority>5</priority></presence>');
    const heard = await finesse.stanza((one) => one.name === 'presence' && one.attrs.from === client.jid);
    expect(heard.attrs.to).toBe(finesse.jid);
    expect([heard.getChildText('show'), heard.getChildText('priority')]).toEqual(['away', '5']);
    client.drop();
  });

  it('of those subscribed to is told at once when a session becomes available, and to nobody else', async () => {
    const client = await TestClient.login(
      { port: running.ports.xmpp, user: '1002', resource: 'probe' },
      false,
    );
    await client.iq('get', 'fin-a', xml('ping', { xmlns: NS.ping }));
    expect(client.stanzas.filter(({ name }) => name === 'presence')).toEqual([]);
    client.write('<presence/>');
    expect((await client.presence(undefined)).attrs).toMatchObject({ from: finesse.jid, to: client.jid });
    expect(client.stanzas.filter(({ attrs }) => /100\d@/.test(String(attrs.from)))).toEqual([]);
    client.drop();
  });

  it.each(['says so', 'goes without a word'])(
    'ends for those who saw it when the session %s',
    async (how) => {
      const client = await TestClient.login({
        port: running.ports.xmpp,
        user: '1003',
        resource: how.replaceAll(' ', ''),
      });
      await finesse.stanza((one) => one.attrs.from === client.jid);
      if (how === 'says so') client.write('<presence type="unavailable"/>');
      else client.drop();
      const gone = await finesse.stanza(
        (one) => one.attrs.from === client.jid && one.attrs.type === 'unavailable',
      );
      expect(gone.attrs.to).toBe(finesse.jid);
      client.drop();
    },
  );

  it('of finesse is granted to who asks for it, of others nobody learns anything', async () => {
    agent.write(
      '<presence type="subscribe" to="finesse@fin-a"/><presence type="subscribe" to="1003@fin-a"/>',
    );
    expect((await agent.presence('subscribed')).attrs).toMatchObject({
      from: 'finesse@fin-a',
      to: '1001@fin-a',
    });
    agent.write('<presence type="probe" to="1003@fin-a"/>');
    await settled();
    expect(agent.stanzas.filter(({ attrs }) => String(attrs.from).startsWith('1003@'))).toEqual([]);
  });
});

describe('discovery', () => {
  it('tells the server’s identity and features, and where pubsub is', async () => {
    const info = await agent.iq('get', 'fin-a', query(NS.discoInfo));
    const found = info.getChild('query', NS.discoInfo);
    expect(found?.getChild('identity')?.attrs).toEqual({ category: 'server', type: 'im' });
    const features = found?.getChildren('feature').map(({ attrs }) => attrs.var);
    expect(features).toEqual([NS.discoInfo, NS.discoItems, NS.ping, NS.roster]);
    const items = await agent.iq('get', 'fin-a', query(NS.discoItems));
    expect(items.getChild('query', NS.discoItems)?.getChild('item')?.attrs).toEqual({ jid: 'pubsub.fin-a' });
  });

  it('tells pubsub’s identity and the features that it has', async () => {
    const info = await agent.iq('get', 'pubsub.fin-a', query(NS.discoInfo));
    const found = info.getChild('query', NS.discoInfo);
    expect(found?.getChild('identity')?.attrs).toEqual({ category: 'pubsub', type: 'service' });
    const features = found?.getChildren('feature').map(({ attrs }) => attrs.var) ?? [];
    for (const name of ['publish', 'subscribe', 'retrieve-subscriptions'])
      expect(features).toContain(`${NS.pubsub}#${name}`);
  });

  it('knows no nodes', async () => {
    for (const namespace of [NS.discoInfo, NS.discoItems]) {
      const answer = await agent.iq('get', 'fin-a', query(namespace, { node: 'x' }));
      expect(conditionOf(answer)).toBe('item-not-found');
    }
  });
});
