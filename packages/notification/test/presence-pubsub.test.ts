import { type Element, NS, xml } from '@finesse-ha/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conditionOf, TestClient } from './support/client.js';
import { type RunningService, startService } from './support/service.js';

let running: RunningService;
let port: number;

beforeEach(async () => {
  running = await startService({
    finesseSilence: { pingAfterMs: 300, timeoutMs: 300 },
    sessionSilence: { pingAfterMs: 300, timeoutMs: 300 },
  });
  port = running.ports.xmpp;
});
afterEach(() => running.service.stop());

const finesse = () =>
  TestClient.login({ port, user: 'finesse', password: 'finesse-pw', resource: 'finesse-core' });
const publish = (client: TestClient, node: string, text = 'x') =>
  client.pubsub(
    'set',
    xml('publish', { node }, xml('item', {}, xml('notification', { xmlns: NS.pubsub }, text))),
  );
const subscribe = (client: TestClient, node: string, jid: string = client.jid) =>
  client.pubsub('set', xml('subscribe', { node, jid }));

describe('presence', () => {
  it('tells an agent of finesse, absent, present, gone, and finesse of the agent', async () => {
    const agent = await TestClient.login({ port });
    await agent.presence('unavailable');
    const app = await finesse();
    await agent.presence(undefined);
    await app.stanza(
      (one) => one.name === 'presence' && one.attrs.from === agent.jid && one.attrs.type === undefined,
    );
    agent.stanzas.length = 0;
    app.drop();
    await agent.presence('unavailable');
    const again = await finesse();
    agent.drop();
    await again.stanza((one) => one.attrs.from === agent.jid && one.attrs.type === 'unavailable');
  });

  it('declares a silent finesse unavailable within its bound', async () => {
    const app = await finesse();
    const agent = await TestClient.login({ port });
    await agent.presence(undefined);
    app.answersPings = false;
    await agent.presence('unavailable');
    await app.until(() => app.failure !== null);
    expect(app.failure?.condition).toBe('connection-timeout');
  });

  it('ends a silent agent, and nobody who answers', async () => {
    const silent = await TestClient.login({ port });
    const well = await TestClient.login({ port, user: '1002' });
    silent.answersPings = false;
    await silent.until(() => silent.failure !== null);
    expect(silent.failure?.condition).toBe('connection-timeout');
    expect(well.failure).toBeNull();
  });

  it('grants a subscription to finesse, and shows agents to nobody else', async () => {
    await finesse();
    const one = await TestClient.login({ port });
    one.send(xml('presence', { type: 'subscribe', to: 'finesse@fin-a' }));
    await one.presence('subscribed');
    await one.presence(undefined);
    const two = await TestClient.login({ port, user: '1002' });
    two.send(xml('presence', { type: 'subscribe', to: '1001@fin-a' }));
    await two.iq('get', 'fin-a', xml('ping', { xmlns: NS.ping }));
    const foreign = [...one.stanzas, ...two.stanzas].filter((stanza) =>
      /100[12]@/.test(String(stanza.attrs.from)),
    );
    expect(foreign).toEqual([]);
  });
});

describe('pubsub', () => {
  it('gives an available agent its own nodes and SystemInfo, and nobody else\u2019s', async () => {
    const app = await finesse();
    const one = await TestClient.login({ port });
    const two = await TestClient.login({
      port: running.ports.webSocket,
      user: '1002',
      transport: 'websocket',
    });
    await one.presence(undefined);
    await two.presence(undefined);
    await publish(app, '/finesse/api/User/1001', '<Update/> & more');
    await publish(app, '/finesse/api/User/1001/Dialogs');
    await publish(app, '/finesse/api/SystemInfo');
    const message = await one.event('/finesse/api/User/1001');
    expect(message.attrs).toMatchObject({ from: 'pubsub.fin-a', to: one.jid });
    const item = message.getChild('event', NS.pubsubEvent)?.getChild('items')?.getChild('item');
    expect(item?.getChildText('notification')).toBe('<Update/> & more');
    await one.event('/finesse/api/User/1001/Dialogs');
    await one.event('/finesse/api/SystemInfo');
    await two.event('/finesse/api/SystemInfo');
    expect(two.stanzas.filter((stanza) => stanza.name === 'message').length).toBe(1);
  });

  it('keeps explicit subscriptions, lists and ends them', async () => {
    const app = await finesse();
    const agent = await TestClient.login({ port });
    expect((await subscribe(agent, '/finesse/api/Team/1/Users')).attrs.type).toBe('result');
    await subscribe(agent, '/finesse/api/Team/1/Users');
    await publish(app, '/finesse/api/Team/1/Users');
    await agent.event('/finesse/api/Team/1/Users');
    const list = async () => {
      const result = await agent.pubsub('get', xml('subscriptions'));
      const entries =
        result.getChild('pubsub', NS.pubsub)?.getChild('subscriptions')?.getChildren('subscription') ?? [];
      return entries.map((entry: Element) => entry.attrs.node).sort();
    };
    const automatic = [
      '/finesse/api/SystemInfo',
      '/finesse/api/User/1001',
      '/finesse/api/User/1001/Dialogs',
      '/finesse/api/User/1001/Media',
    ];
    expect(await list()).toEqual(['/finesse/api/Team/1/Users', ...automatic].sort());
    const end = () =>
      agent.pubsub('set', xml('unsubscribe', { node: '/finesse/api/Team/1/Users', jid: agent.jid }));
    expect((await end()).attrs.type).toBe('result');
    expect(conditionOf(await end())).toBe('unexpected-request');
    expect(await list()).toEqual(automatic);
  });

  it('refuses what is not an agent\u2019s to do', async () => {
    await finesse();
    const agent = await TestClient.login({ port });
    expect(conditionOf(await publish(agent, '/finesse/api/User/1001'))).toBe('forbidden');
    expect(conditionOf(await subscribe(agent, '/finesse/api/User/1002'))).toBe('forbidden');
    expect(conditionOf(await subscribe(agent, '/finesse/api/User/1002/Queues'))).toBe('forbidden');
    expect(conditionOf(await subscribe(agent, '/finesse/api/Nothing/1'))).toBe('item-not-found');
    expect(conditionOf(await subscribe(agent, '/finesse/api/Queue/1', '1002@fin-a/test'))).toBe(
      'bad-request',
    );
    expect(conditionOf(await agent.pubsub('set', xml('create', { node: 'x' })))).toBe(
      'feature-not-implemented',
    );
  });

  it('answers discovery, roster and ping, and refuses the rest', async () => {
    const agent = await TestClient.login({ port });
    const info = await agent.iq('get', 'pubsub.fin-a', xml('query', { xmlns: NS.discoInfo }));
    expect(info.toString()).toContain('category="pubsub"');
    const items = await agent.iq('get', 'fin-a', xml('query', { xmlns: NS.discoItems }));
    expect(items.toString()).toContain('jid="pubsub.fin-a"');
    expect((await agent.iq('get', undefined, xml('query', { xmlns: NS.roster }))).toString()).toContain(
      'finesse@fin-a',
    );
    expect((await agent.iq('get', 'fin-a', xml('ping', { xmlns: NS.ping }))).attrs.type).toBe('result');
    expect(conditionOf(await agent.iq('get', 'fin-a', xml('query', { xmlns: 'jabber:iq:private' })))).toBe(
      'service-unavailable',
    );
    expect(conditionOf(await agent.iq('get', '1002@fin-a', xml('ping', { xmlns: NS.ping })))).toBe(
      'service-unavailable',
    );
    agent.send(xml('message', { to: '1002@fin-a', id: 'm' }, xml('body', {}, 'hi')));
    expect(conditionOf(await agent.stanza((one) => one.name === 'message'))).toBe('service-unavailable');
  });
});
