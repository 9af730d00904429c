import { userNode } from '@finesse-ha/protocol';
import { expect, test } from 'vitest';
import { ActionError } from '../src/index.ts';
import { agentId, apiError, nextTime, type ScriptedNode, update } from './support/scripted-node.ts';
import { quick, Subject, startNode, startPair } from './support/stage.ts';

async function signedIn(node: ScriptedNode, options: ConstructorParameters<typeof Subject>[1] = {}) {
  const subject = new Subject([node], options);
  await subject.client.connect();
  return subject;
}

test('sign in, change state, sign out: each settles on the update that carries its requestId', async () => {
  const node = await startNode();
  node.user = { ...node.user, state: 'LOGOUT' };
  const subject = await signedIn(node);
  expect(await subject.client.signIn({ extension: '7001' })).toMatchObject({
    state: 'NOT_READY',
    extension: '7001',
  });
  expect(await subject.client.setState('READY')).toMatchObject({ state: 'READY' });
  expect(await subject.client.setState('NOT_READY', { reasonCodeId: '16' })).toMatchObject({
    reasonCodeId: '16',
  });
  expect(await subject.client.signOut({ reasonCodeId: '31' })).toMatchObject({ state: 'LOGOUT' });
  expect(node.puts.map(({ state }) => state)).toEqual(['LOGIN', 'READY', 'NOT_READY', 'LOGOUT']);
  expect(new Set(node.puts.map(({ requestId }) => requestId)).size).toBe(4);
});

test('the update is told before the promise settles', async () => {
  const node = await startNode();
  const subject = await signedIn(node);
  let toldBefore = '';
  subject.client.on('update', () => {
    toldBefore = subject.client.user?.state ?? '';
  });
  await subject.client.setState('READY').then(() => expect(toldBefore).toBe('READY'));
});

test('refused by REST: the error says what Finesse said', async () => {
  const node = await startNode();
  const subject = await signedIn(node);
  node.onPut = () => ({ status: 400, body: apiError('Invalid Input', 'no such reason') });
  const error = await subject.client.setState('NOT_READY').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ActionError);
  expect(error).toMatchObject({ kind: 'refused', outcome: 'not-applied', httpStatus: 400 });
  expect((error as ActionError).apiErrors?.errors[0]?.errorType).toBe('Invalid Input');
});

test('refused by the CTI server: the errors arrive as a notification', async () => {
  const node = await startNode();
  const subject = await signedIn(node);
  const errors = {
    errors: [{ errorType: 'Invalid State', errorData: '265', errorMessage: 'CF_INVALID_AGENT_WORKMODE' }],
  };
  for (const carries of [true, false]) {
    node.onPut = ({ requestId }) => {
      const source = userNode(agentId);
      node.publish(source, update('PUT', source, { kind: 'apiErrors', errors }, carries ? requestId : ''));
      return { status: 202 };
    };
    await expect(subject.client.setState('READY')).rejects.toMatchObject({
      kind: 'refused',
      apiErrors: { errors: [{ errorData: '265' }] },
    });
  }
});

test('a requestId lost by the server: settles when the state itself appears', async () => {
  const node = await startNode();
  const subject = await signedIn(node);
  node.onPut = (put) => {
    setImmediate(() => node.applyPut({ ...put, requestId: '' }));
    return { status: 202 };
  };
  expect(await subject.client.setState('READY')).toMatchObject({ state: 'READY' });
});

test('a notification lost altogether: settles when a look shows the state', async () => {
  const node = await startNode();
  const subject = await signedIn(node);
  node.onPut = ({ state }) => {
    node.user = { ...node.user, state, stateChangeTime: nextTime() };
    return { status: 202 };
  };
  expect(await subject.client.setState('READY')).toMatchObject({ state: 'READY' });
  expect(node.puts).toHaveLength(1);
});

test('no outcome at all: a timeout, and nothing is repeated', async () => {
  const node = await startNode();
  const subject = await signedIn(node, { actionTimeoutMs: 100 });
  node.onPut = () => ({ status: 202 });
  await expect(subject.client.setState('READY')).rejects.toMatchObject({
    kind: 'timeout',
    outcome: 'unknown',
  });
  expect(node.puts).toHaveLength(1);
});

test('aborted by the application', async () => {
  const node = await startNode();
  const subject = await signedIn(node);
  const controller = new AbortController();
  node.onPut = () => {
    controller.abort();
    return { status: 202 };
  };
  const { signal } = controller;
  await expect(subject.client.setState('READY', { signal })).rejects.toMatchObject({
    kind: 'aborted',
    outcome: 'unknown',
  });
  await expect(subject.client.setState('READY', { signal })).rejects.toMatchObject({
    kind: 'aborted',
    outcome: 'not-applied',
  });
  expect(node.puts).toHaveLength(1);
});

test('not in service: nothing is sent', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  await expect(subject.client.setState('READY')).rejects.toMatchObject({
    kind: 'not-in-service',
    outcome: 'not-applied',
  });
  expect(node.puts).toEqual([]);
});

for (const [outcome, change] of [
  ['applied', { state: 'READY', stateChangeTime: '2026-11-23T09:59:00.000Z' }],
  ['not-applied', {}],
  ['unknown', { state: 'WORK', stateChangeTime: '2026-11-23T09:59:00.000Z' }],
] as const) {
  test(`interrupted by a failure: ${outcome}, as the fetch after it shows`, async () => {
    const [primary, secondary] = await startPair();
    const subject = await signedIn(primary);
    secondary.user = { ...primary.user, ...change };
    primary.onPut = () => {
      primary.setStatus('OUT_OF_SERVICE', false);
      setImmediate(() => primary.dropSessions('reset'));
      return { status: 202 };
    };
    await expect(subject.client.setState('READY')).rejects.toMatchObject({ kind: 'interrupted', outcome });
    expect(subject.client.availability).toMatchObject({ status: 'in-service', node: secondary.url });
    expect([...primary.puts, ...secondary.puts]).toHaveLength(1);
  });
}

test('interrupted, and the outcome arrives with its requestId after all: settled by it', async () => {
  const node = await startNode();
  const subject = await signedIn(node);
  const recovered = subject.announced('recovered');
  node.onPut = (put) => {
    node.setStatus('OUT_OF_SERVICE');
    node.applyPut(put);
    setImmediate(() => node.setStatus('IN_SERVICE'));
    return { status: 202 };
  };
  expect(await subject.client.setState('READY')).toMatchObject({ state: 'READY' });
  await recovered;
});

test('a node that cannot be reached was not told: not applied', async () => {
  const node = await startNode();
  const subject = await signedIn(node, { failover: { ...quick, unansweredLimit: 1_000 } });
  node.stopRest();
  // A pooled connection may still take this one, and break under it: of that nothing could be said.
  await subject.client.setState('READY', { signal: AbortSignal.timeout(200) }).catch(() => undefined);
  await expect(subject.client.setState('READY')).rejects.toMatchObject({
    kind: 'interrupted',
    outcome: 'not-applied',
  });
  expect(node.puts).toEqual([]);
});

test('closing the client settles what is pending', async () => {
  const node = await startNode();
  const subject = await signedIn(node);
  node.onPut = () => ({ status: 202 });
  const action = subject.client.setState('READY');
  await Promise.all([
    expect(action).rejects.toMatchObject({ kind: 'interrupted', outcome: 'unknown' }),
    subject.client.close(),
  ]);
});

test('signing in without an extension anywhere is a clear error', async () => {
  const node = await startNode();
  const subject = await signedIn(node);
  await expect(subject.client.signIn()).rejects.toMatchObject({ kind: 'option', option: 'extension' });
});
