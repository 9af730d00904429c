import { expect, test } from 'vitest';
import { createPlatform, type NetworkHint } from '../src/index.ts';
import { agentId, dialog, nextTime } from './support/scripted-node.ts';
import { quick, Subject, startNode, startPair } from './support/stage.ts';

test('the notification service dies: moves to the alternate that SystemInfo named, and tells what differs', async () => {
  const [primary, secondary] = await startPair();
  const subject = new Subject([primary]);
  await subject.client.connect();
  primary.addDialog(dialog('1', 'ACTIVE'));
  await subject.next((event) => event.type === 'update' && event.kind === 'dialogs');
  const before = subject.events.length;

  secondary.user = { ...secondary.user, state: 'TALKING', stateChangeTime: nextTime() };
  secondary.dialogs = [dialog('2', 'ALERTING')];
  const recovered = subject.announced('recovered');
  primary.setStatus('OUT_OF_SERVICE', false);
  primary.script.silent = true;
  primary.dropSessions('reset');
  await recovered;

  expect(subject.client.availability).toMatchObject({ status: 'in-service', node: secondary.url });
  const told = subject.told(before).filter((one) => one !== 'refined');
  expect(told).toEqual([
    'failing',
    'moving',
    'connected',
    'unknown-interval',
    'systemInfo resync',
    'user TALKING resync',
    'dialogs resync',
    'recovered',
  ]);
  expect(subject.client.dialogs.map(({ id }) => id)).toEqual(['2']);
  const gap = subject.events.find((event) => event.type === 'unknown-interval');
  expect(gap).toMatchObject({ node: secondary.url });
  expect(gap?.type === 'unknown-interval' && gap.fromAt < gap.toAt).toBe(true);
  expect(primary.sessions.size).toBe(0);
});

test('a node that was cut off from CTI vouches for nothing by its last byte', async () => {
  const [primary, secondary] = await startPair();
  const silentMs = 7_000;
  primary.info = { ...primary.info, ...heardFromCti(silentMs) };
  // One look only, at the beginning: what follows is bytes without a word on CTI.
  const subject = new Subject([primary], { failover: { ...quick, pollIntervalMs: 60_000 } });
  await subject.client.connect();
  primary.addDialog(dialog('1', 'ACTIVE'));
  await subject.next((event) => event.type === 'update' && event.kind === 'dialogs');

  const recovered = subject.announced('recovered');
  primary.setStatus('OUT_OF_SERVICE', false);
  primary.script.silent = true;
  primary.dropSessions('reset');
  await recovered;
  expect(subject.client.availability.node).toBe(secondary.url);
  const gap = subject.events.find((event) => event.type === 'unknown-interval');
  // By the client's own clock alone: the test's may be some milliseconds off.
  expect(gap?.type === 'unknown-interval' && gap.toAt - gap.fromAt >= silentMs).toBe(true);
});

test('a node whose notification service is silent vouches for nothing by its SystemInfo', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  await subject.client.connect();
  const polled = async () => {
    const seen = node.requests.length;
    await expect.poll(() => node.requests.slice(seen).some((line) => line.includes('SystemInfo'))).toBe(true);
  };
  // From here on nothing comes but the answers to polls.
  await polled();
  const lastByteBeforeAt = Date.now();
  await polled();
  await polled();
  const recovered = subject.announced('recovered');
  const failing = subject.announced('failing');
  node.setStatus('OUT_OF_SERVICE', false);
  await failing;
  node.setStatus('IN_SERVICE', false);
  await recovered;
  const gap = subject.events.find((event) => event.type === 'unknown-interval');
  expect(gap?.type === 'unknown-interval' && gap.fromAt <= lastByteBeforeAt).toBe(true);
});

test('a node that has not heard CTI since the other was left does not take back what that one told', async () => {
  const [primary, secondary] = await startPair();
  secondary.info = { ...secondary.info, ...heardFromCti(7_000) };
  secondary.user = { ...secondary.user, state: 'READY', stateChangeTime: nextTime() };
  primary.user = { ...primary.user, state: 'TALKING', stateChangeTime: nextTime() };
  const subject = new Subject([primary]);
  await subject.client.connect();
  const before = subject.events.length;
  const recovered = subject.announced('recovered');
  primary.setStatus('OUT_OF_SERVICE', false);
  primary.script.silent = true;
  primary.dropSessions('reset');
  await recovered;
  expect(subject.client.availability.node).toBe(secondary.url);
  expect(subject.told(before).filter((one) => one.startsWith('user'))).toEqual([]);
  expect(subject.client.user?.state).toBe('TALKING');

  // It has heard CTI again and still says so: then that is how it is.
  const told = subject.next((event) => event.type === 'update' && event.kind === 'user');
  secondary.info = { ...secondary.info, ...heardFromCti(0) };
  await told;
  expect(subject.client.user?.state).toBe('READY');
});

/** SystemInfo's word on the last CTI heartbeat, so long ago. */
function heardFromCti(agoMs: number): { currentTimestamp: string; lastSuccessCTIHeartbeatTime: number } {
  const now = Date.now();
  return { currentTimestamp: new Date(now).toISOString(), lastSuccessCTIHeartbeatTime: now - agoMs };
}

test('one node only: waits, and comes back on the same node', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  await subject.client.connect();
  const recovered = subject.announced('recovered');
  node.setStatus('OUT_OF_SERVICE', false);
  node.dropSessions('end');
  await subject.announced('failing');
  node.setStatus('IN_SERVICE', false);
  await recovered;
  expect(subject.client.availability.node).toBe(node.url);
});

test('criterion 2: stays connected while OUT_OF_SERVICE, holds updates, and recovers on the same connection', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  const session = node.nextSession();
  await subject.client.connect();
  const before = subject.events.length;
  const failing = subject.announced('failing');
  node.setStatus('OUT_OF_SERVICE');
  expect(await failing).toMatchObject({
    announcement: { failure: { mechanism: 'systeminfo-out-of-service', criterion: 2 } },
  });
  node.setUser({ state: 'READY', stateChangeTime: nextTime() });
  node.setUser({ state: 'TALKING', stateChangeTime: nextTime() });
  const recovered = subject.announced('recovered');
  node.setStatus('IN_SERVICE');
  await recovered;
  const updates = subject.told(before).filter((one) => one.startsWith('user'));
  expect(updates).toEqual(['user READY notification', 'user TALKING notification']);
  // Told by a notification, after a poll had said OUT_OF_SERVICE.
  expect(subject.client.systemInfo?.status).toBe('IN_SERVICE');
  expect([...node.sessions]).toEqual([await session]);
});

test('criterion 3: finesse gone and back', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  await subject.client.connect();
  const failing = subject.announced('failing');
  node.setFinesse(false);
  expect(await failing).toMatchObject({ announcement: { failure: { criterion: 3 } } });
  const recovered = subject.announced('recovered');
  node.setFinesse(true);
  await recovered;
  expect(node.log.filter((line) => line === 'presence available')).toHaveLength(1);
});

test('silence is found by pings: nothing answers, the sockets stay open', async () => {
  const [primary, secondary] = await startPair();
  const subject = new Subject([primary], { failover: { ...quick, pingIntervalMs: 100, pingTimeoutMs: 50 } });
  await subject.client.connect();
  const [failing, recovered] = [subject.announced('failing'), subject.announced('recovered')];
  primary.script.silent = true;
  primary.rest = 'silent';
  expect(await failing).toMatchObject({ announcement: { failure: { mechanism: 'ping-unanswered' } } });
  await recovered;
  expect(subject.client.availability.node).toBe(secondary.url);
  expect(primary.log).not.toContain('presence unavailable');
});

test('pings of a quiet link are answered and nothing is told', async () => {
  const node = await startNode();
  const subject = new Subject([node], { failover: { ...quick, pingIntervalMs: 20, pingTimeoutMs: 1_000 } });
  await subject.client.connect();
  const before = subject.events.length;
  await node.logged(/^ping$/, 3);
  expect(subject.told(before)).toEqual([]);
});

test('both nodes down: the first to come back wins, wherever it is', async () => {
  const [primary, secondary] = await startPair();
  const subject = new Subject([primary]);
  await subject.client.connect();
  for (const node of [primary, secondary]) {
    node.setStatus('OUT_OF_SERVICE', false);
    node.dropSessions('end');
  }
  await subject.announced('failing');
  const recovered = subject.announced('recovered');
  secondary.setStatus('IN_SERVICE', false);
  await recovered;
  expect(subject.client.availability.node).toBe(secondary.url);
});

test('two configured nodes are the pair, whatever SystemInfo calls them', async () => {
  const [primary, secondary] = await startPair();
  primary.info = { ...primary.info, secondaryNode: { host: 'fin-b.invalid', httpsPort: 8445 } };
  const subject = new Subject([primary, secondary]);
  await subject.client.connect();
  expect(subject.client.availability.nodes.map(({ node }) => node)).toEqual([primary.url, secondary.url]);
});

test('explicit subscriptions: on the other node again, once each; on the same node not twice', async () => {
  const [primary, secondary] = await startPair();
  const subject = new Subject([primary]);
  await subject.client.connect();
  await subject.client.subscribe('/finesse/api/Team/1/Users');
  await subject.client.subscribe('/finesse/api/Queue/7');
  expect([...primary.script.subscriptions.values()]).toEqual([
    ['/finesse/api/Team/1/Users', '/finesse/api/Queue/7'],
  ]);

  const back = subject.announced('recovered');
  primary.dropSessions('reset');
  await back;
  expect([...primary.script.subscriptions.values()]).toEqual([
    ['/finesse/api/Team/1/Users', '/finesse/api/Queue/7'],
  ]);
  await subject.client.unsubscribe('/finesse/api/Queue/7');

  const moved = subject.announced('recovered');
  primary.setStatus('OUT_OF_SERVICE', false);
  primary.dropSessions('end');
  await moved;
  expect(subject.client.availability.node).toBe(secondary.url);
  expect([...secondary.script.subscriptions.values()]).toEqual([['/finesse/api/Team/1/Users']]);
  const verbs = secondary.log.filter((line) => /^subscri/.test(line));
  expect(verbs).toEqual(['subscriptions', 'subscribe /finesse/api/Team/1/Users', 'subscriptions']);

  await subject.client.close();
  expect([...secondary.script.subscriptions.values()]).toEqual([[]]);
});

test('a subscription that the other node refuses does not keep the agent out of service', async () => {
  const [primary, secondary] = await startPair();
  secondary.script.forbidden.add('/finesse/api/Team/1/Users');
  const subject = new Subject([primary]);
  await subject.client.connect();
  await subject.client.subscribe('/finesse/api/Team/1/Users');
  const recovered = subject.announced('recovered');
  primary.setStatus('OUT_OF_SERVICE', false);
  primary.dropSessions('end');
  await recovered;
  expect(subject.events.find(({ type }) => type === 'subscription-refused')).toEqual({
    type: 'subscription-refused',
    node: '/finesse/api/Team/1/Users',
    condition: 'forbidden',
  });
});

test('subscribing where it is forbidden rejects, and is not tried again', async () => {
  const node = await startNode();
  node.script.forbidden.add('/finesse/api/Team/9/Users');
  const subject = new Subject([node]);
  await subject.client.connect();
  await expect(subject.client.subscribe('/finesse/api/Team/9/Users')).rejects.toMatchObject({
    kind: 'error',
    condition: 'forbidden',
  });
  await subject.client.unsubscribe('/finesse/api/Team/9/Users');
  expect(node.log.filter((line) => line.includes('Team/9'))).toHaveLength(1);
});

test('a monitor watches the three conditions and asks for nothing of the agent', async () => {
  const node = await startNode();
  const subject = new Subject([node], { resync: 'presence-only' });
  await subject.client.connect();
  expect(subject.client.user).toBeNull();
  expect(node.requests.filter((line) => line.includes(agentId))).toEqual([]);
  const recovered = subject.announced('recovered');
  node.dropSessions('reset');
  await recovered;
  expect(subject.told()).not.toContain('unknown-interval');
});

test('a laptop that slept asks anew: what it knew before is stale', async () => {
  const node = await startNode();
  let sleptMs = 0;
  let hint: (hint: NetworkHint) => void = () => undefined;
  const platform = {
    ...createPlatform(),
    // The monotonic clock stood still meanwhile, as Linux's does.
    wallNow: () => Date.now() + sleptMs,
    watchNetwork: (listener: typeof hint) => {
      hint = listener;
      return () => undefined;
    },
  };
  const subject = new Subject([node], { platform });
  await subject.client.connect();
  const before = subject.events.length;
  const recovered = subject.announced('recovered');
  sleptMs = 3_600_000;
  node.user = { ...node.user, state: 'READY', stateChangeTime: nextTime() };
  hint({ type: 'wake' });
  await recovered;
  expect(subject.told(before)).toEqual([
    'connecting',
    'connected',
    'unknown-interval',
    'user READY resync',
    'recovered',
  ]);
  const gap = subject.events.find(({ type }) => type === 'unknown-interval');
  expect(gap?.type === 'unknown-interval' && gap.toAt - gap.fromAt >= sleptMs).toBe(true);
});
