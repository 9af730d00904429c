/** XEP-0060, as far as it is offered. The table is docs/conformance.md. */
import { type Element, NS, xml } from '@finesse-ha/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conditionOf, TestClient } from './support/client.js';
import { type RunningService, startService } from './support/service.js';

let running: RunningService;
let agent: TestClient;
let finesse: TestClient;

beforeAll(async () => {
  running = await startService({ limits: { subscriptions: 3 } });
  const port = running.ports.xmpp;
  finesse = await TestClient.login({ port, user: 'finesse', password: 'finesse-pw', resource: 'core' });
  agent = await TestClient.login({ port });
});
afterAll(() => {
  agent.drop();
  finesse.drop();
  return running.service.stop();
});

const team = '/finesse/api/Team/7/Users';
const payload = (text: string) => xml('notification', { xmlns: NS.pubsub }, text);
const publish = (client: TestClient, node: string, ...items: Element[]) =>
  client.pubsub('set', xml('publish', { node }, ...items));
const pubSubConditionOf = (answer: Element) =>
  answer
    .getChild('error')
    ?.getChildElements()
    .find((one) => one.getNS() === NS.pubsubErrors);
const nodesOf = async (node?: string) => {
  const answer = await agent.pubsub('get', xml('subscriptions', { node }));
  const list = answer.getChild('pubsub', NS.pubsub)?.getChild('subscriptions');
  return list?.getChildren('subscription').map(({ attrs }) => attrs);
};

describe('subscribing', () => {
  it('is answered with the node, the JID and the state, the second time too', async () => {
    for (const _ of ['once', 'again']) {
      const answer = await agent.pubsub('set', xml('subscribe', { node: team, jid: agent.jid }));
      expect(answer.attrs).toMatchObject({ type: 'result', from: 'pubsub.fin-a' });
      const subscription = answer.getChild('pubsub', NS.pubsub)?.getChild('subscription');
      expect(subscription?.attrs).toEqual({ node: team, jid: agent.jid, subscription: 'subscribed' });
    }
    expect(await nodesOf(team)).toEqual([{ node: team, jid: agent.jid, subscription: 'subscribed' }]);
  });

  it.each([
    ['another’s JID', team, '1002@fin-a', 'bad-request', 'invalid-jid'],
    ['a node that does not exist', '/finesse/api/Nothing', undefined, 'item-not-found', undefined],
    ['another agent’s node', '/finesse/api/User/1002', undefined, 'forbidden', undefined],
  ])('is refused for %s', async (_name, node, jid, condition, pubsub) => {
    const answer = await agent.pubsub('set', xml('subscribe', { node, jid: jid ?? agent.jid }));
    expect(conditionOf(answer)).toBe(condition);
    expect(pubSubConditionOf(answer)?.name).toBe(pubsub);
  });

  it('is refused beyond a bound', async () => {
    const nodes = [8, 9, 10].map((id) => `/finesse/api/Team/${id}/Users`);
    const answers: Element[] = [];
    for (const node of nodes)
      answers.push(await agent.pubsub('set', xml('subscribe', { node, jid: agent.jid })));
    expect(answers.map(({ attrs }) => attrs.type)).toEqual(['result', 'result', 'error']);
    expect(conditionOf(answers[2]!)).toBe('policy-violation');
    expect(pubSubConditionOf(answers[2]!)?.name).toBe('too-many-subscriptions');
    for (const node of nodes.slice(0, 2)) {
      const answer = await agent.pubsub('set', xml('unsubscribe', { node, jid: agent.jid }));
      expect(answer.attrs.type).toBe('result');
    }
  });

  it('ends, and not twice', async () => {
    const end = () => agent.pubsub('set', xml('unsubscribe', { node: team, jid: agent.jid }));
    expect((await end()).attrs.type).toBe('result');
    const again = await end();
    expect(conditionOf(again)).toBe('unexpected-request');
    expect(pubSubConditionOf(again)?.name).toBe('not-subscribed');
    expect(await nodesOf(team)).toEqual([]);
  });
});

describe('publishing', () => {
  it('is answered with the item’s id, and goes to the subscribers as an event', async () => {
    await agent.pubsub('set', xml('subscribe', { node: team, jid: agent.jid }));
    const answer = await publish(finesse, team, xml('item', { id: 'one' }, payload('a < b & c')));
    const published = answer.getChild('pubsub', NS.pubsub)?.getChild('publish');
    expect(published?.attrs.node).toBe(team);
    expect(published?.getChild('item')?.attrs.id).toBe('one');
    const event = await agent.event(team);
    expect(event.attrs).toMatchObject({ from: 'pubsub.fin-a', to: agent.jid });
    const item = event.getChild('event', NS.pubsubEvent)?.getChild('items')?.getChild('item');
    expect(item?.attrs.id).toBe('one');
    expect(item?.getChildText('notification')).toBe('a < b & c');
  });

  it('gives an item without an id one', async () => {
    const ids: string[] = [];
    for (const _ of [1, 2]) {
      const answer = await publish(finesse, team, xml('item', {}, payload('x')));
      ids.push(answer.getChild('pubsub', NS.pubsub)?.getChild('publish')?.getChild('item')?.attrs.id ?? '');
    }
    expect(ids[0]).not.toBe('');
    expect(ids[0]).not.toBe(ids[1]);
  });

  it.each([
    ['an agent', 'agent', team, [xml('item', {}, xml('a'))], 'forbidden', undefined],
    ['a node that does not exist', 'finesse', '/x', [xml('item', {}, xml('a'))], 'item-not-found', undefined],
    ['no item', 'finesse', team, [], 'bad-request', 'payload-required'],
    ['no payload', 'finesse', team, [xml('item')], 'bad-request', 'payload-required'],
    [
      'two payloads',
      'finesse',
      team,
      [xml('item', {}, xml('a'), xml('b'))],
      'bad-request',
      'invalid-payload',
    ],
  ])('is refused for %s', async (_name, who, node, items, condition, pubsub) => {
    const answer = await publish(who === 'agent' ? agent : finesse, node, ...items);
    expect(conditionOf(answer)).toBe(condition);
    expect(pubSubConditionOf(answer)?.name).toBe(pubsub);
  });
});

describe('what is not offered', () => {
  it.each([
    ['set', NS.pubsub, 'create', 'create-nodes'],
    ['set', NS.pubsub, 'retract', 'delete-items'],
    ['get', NS.pubsub, 'items', 'retrieve-items'],
    ['get', NS.pubsub, 'affiliations', 'retrieve-affiliations'],
    ['get', NS.pubsub, 'options', 'subscription-options'],
    ['set', NS.pubsubOwner, 'delete', 'delete-nodes'],
    ['set', NS.pubsubOwner, 'purge', 'purge-nodes'],
    ['get', NS.pubsubOwner, 'configure', 'config-node'],
    ['get', NS.pubsubOwner, 'subscriptions', 'manage-subscriptions'],
  ] as const)('%s %s %s names the feature that is missing', async (type, xmlns, action, feature) => {
    const answer = await agent.iq(
      type,
      'pubsub.fin-a',
      xml('pubsub', { xmlns }, xml(action, { node: team })),
    );
    expect(conditionOf(answer)).toBe('feature-not-implemented');
    expect(pubSubConditionOf(answer)?.name).toBe('unsupported');
    expect(pubSubConditionOf(answer)?.attrs.feature).toBe(feature);
  });

  it('an empty request is a bad one', async () => {
    expect(conditionOf(await agent.pubsub('get'))).toBe('bad-request');
  });
});
