import { NS, userDialogsNode, xml } from '@finesse-ha/protocol';
import { expect, test } from 'vitest';
import type { PictureChange } from '../src/index.ts';
import { agentId, dialog, nextTime, type ScriptedNode, update } from './support/scripted-node.ts';
import { Subject, startNode } from './support/stage.ts';

/** What an application has that only ever applied the updates, in order. */
function applied(subject: Subject): { user: string | undefined; dialogs: string[] } {
  let user: string | undefined;
  let dialogs: readonly { id: string; state: string }[] = [];
  for (const event of subject.events) {
    if (event.type !== 'update') continue;
    if (event.kind === 'user') user = event.current.state;
    if (event.kind === 'dialogs') dialogs = event.current;
    if (event.kind === 'dialog') {
      dialogs = dialogs.map((one) => (one.id === event.current.id ? event.current : one));
    }
  }
  return { user, dialogs: dialogs.map(({ id, state }) => `${id} ${state}`) };
}

function has(node: ScriptedNode) {
  return { user: node.user.state, dialogs: node.dialogs.map(({ id, state }) => `${id} ${state}`) };
}

async function reconnect(subject: Subject, node: ScriptedNode): Promise<void> {
  const recovered = subject.announced('recovered');
  node.dropSessions('reset');
  await recovered;
}

const userUpdate = (event: { type: string }) =>
  event.type === 'update' && (event as PictureChange).kind === 'user';

test('a recovery without differences tells none', async () => {
  const node = await startNode();
  node.dialogs = [dialog('1', 'ACTIVE')];
  const subject = new Subject([node]);
  await subject.client.connect();
  const before = subject.events.length;
  await reconnect(subject, node);
  expect(subject.told(before).filter((one) => one !== 'refined')).toEqual([
    'failing',
    'connected',
    'unknown-interval',
    'recovered',
  ]);
});

test('notifications become updates; what changes nothing is not told twice', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  await subject.client.connect();
  const before = subject.events.length;
  node.setUser({ state: 'READY', stateChangeTime: nextTime() });
  node.publishUser(node.user);
  node.addDialog(dialog('1', 'ALERTING'));
  node.addDialog(dialog('2', 'ALERTING'));
  node.dialogs = [dialog('1', 'ACTIVE'), dialog('2', 'ALERTING')];
  const source = userDialogsNode(agentId);
  node.publish(
    source,
    update('PUT', '/finesse/api/Dialog/1', { kind: 'dialog', dialog: dialog('1', 'ACTIVE') }),
  );
  node.dialogs = [dialog('1', 'ACTIVE')];
  const gone = subject.next(() => subject.client.dialogs.length === 1 && subject.events.length > before + 4);
  node.publish(
    source,
    update('DELETE', source, { kind: 'dialogs', dialogs: [{ ...dialog('2', ''), id: '' }] }),
  );
  await gone;
  // News of a dialog that is over does not bring it back.
  node.publish(
    source,
    update('PUT', '/finesse/api/Dialog/2', { kind: 'dialog', dialog: dialog('2', 'DROPPED') }),
  );
  node.setUser({ state: 'TALKING', stateChangeTime: nextTime() });
  await subject.next(userUpdate);
  expect(subject.told(before)).toEqual([
    'user READY notification',
    'dialogs notification',
    'dialogs notification',
    'dialog notification',
    'dialogs notification',
    'user TALKING notification',
  ]);
  expect(applied(subject)).toEqual(has(node));
});

test('an update that overtakes the fetch is told once, and not taken back by the older answer', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  await subject.client.connect();
  const before = subject.events.length;
  let changed = false;
  node.beforeGet = (path) => {
    if (changed || path.endsWith('Dialogs')) return;
    changed = true;
    // The answer under way still says what was before.
    node.setUser({ state: 'READY', stateChangeTime: nextTime() });
  };
  await reconnect(subject, node);
  expect(subject.told(before).filter((one) => one.startsWith('user'))).toEqual(['user READY notification']);
  expect(applied(subject)).toEqual(has(node));
});

test('what cannot be put before or after the fetch makes it fetch again', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  await subject.client.connect();
  const asked = node.requests.length;
  let changed = false;
  node.beforeGet = (path) => {
    if (changed || !path.endsWith('Dialogs')) return;
    changed = true;
    node.addDialog(dialog('9', 'ALERTING'));
  };
  await reconnect(subject, node);
  expect(node.requests.slice(asked).filter((line) => line.endsWith('Dialogs'))).toHaveLength(2);
  expect(applied(subject)).toEqual(has(node));
  expect(subject.told().filter((one) => one.startsWith('dialogs'))).toHaveLength(1);
});

test('an older state never replaces a newer one: it makes the client look', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  await subject.client.connect();
  const old = { ...node.user, state: 'LOGOUT', stateChangeTime: '2020-01-01T00:00:00.000Z' };
  const before = subject.events.length;
  const asked = node.requests.length;
  node.publishUser(old);
  node.setUser({ state: 'READY', stateChangeTime: nextTime() });
  await subject.next(userUpdate);
  expect(subject.told(before).filter((one) => one.startsWith('user'))).toHaveLength(1);
  expect(node.requests.slice(asked)).toContain(`GET /finesse/api/User/${agentId}`);
  expect(subject.client.user?.state).toBe('READY');
});

test('a clock set back on the server: the fetch decides, not the time', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  await subject.client.connect();
  const seen = subject.next(userUpdate);
  node.setUser({ state: 'READY', stateChangeTime: '2020-01-01T00:00:00.000Z' });
  expect(await seen).toMatchObject({ origin: 'resync', current: { state: 'READY' } });
});

test('a fetch that fails is made again, and only then is the recovery told', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  await subject.client.connect();
  node.failGets = 3;
  await reconnect(subject, node);
  expect(subject.client.decisions().some(({ what }) => what === 'resync-failed')).toBe(true);
});

test('messages that are not of the pubsub service, or cannot be read, are ignored', async () => {
  const node = await startNode();
  const warnings: string[] = [];
  const ignore = () => undefined;
  const logger = {
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (_: object, text: string) => warnings.push(text),
  };
  const subject = new Subject([node], { logger });
  const bound = node.nextSession();
  await subject.client.connect();
  const session = await bound;
  const before = subject.events.length;
  const forged = { ...node.user, state: 'LOGOUT', stateChangeTime: nextTime() };
  const what = update('PUT', forged.uri, { kind: 'user', user: forged });
  session.notify(forged.uri, what, `mallory@${node.host}`);
  const broken = xml('item', { id: '1' }, xml('notification', { xmlns: NS.pubsub }, '<Update><data>'));
  const event = xml('event', { xmlns: NS.pubsubEvent }, xml('items', { node: forged.uri }, broken));
  session.send(xml('message', { from: `pubsub.${node.host}` }, event));
  node.setUser({ state: 'READY', stateChangeTime: nextTime() });
  await subject.next(userUpdate);
  expect(subject.told(before)).toEqual(['user READY notification']);
  expect(warnings).toHaveLength(1);
});

test('an iteration gets every event in order, and ends with the client', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  const seen: string[] = [];
  const reading = (async () => {
    for await (const event of subject.client.events()) seen.push(event.type);
  })();
  await subject.client.connect();
  await subject.client.close();
  await reading;
  expect(seen).toEqual(subject.events.map(({ type }) => type));
});

test('an iteration ends when its signal aborts, and when the loop is left', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  const controller = new AbortController();
  const aborted = (async () => {
    for await (const _ of subject.client.events({ signal: controller.signal }));
  })();
  controller.abort();
  await aborted;
  const iterating = subject.client.events();
  const connecting = subject.client.connect();
  for await (const event of iterating) {
    expect(event.type).toBe('availability');
    break;
  }
  expect(await iterating.next()).toEqual({ done: true, value: undefined });
  await connecting;
});

test('a listener that throws is reported and harms nobody', async () => {
  const node = await startNode();
  const errors: object[] = [];
  const ignore = () => undefined;
  const logger = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (fields: object) => errors.push(fields),
  };
  const subject = new Subject([node], { logger });
  const off = subject.client.on('update', () => {
    throw new Error('broken listener');
  });
  await subject.client.connect();
  off();
  expect(errors).toHaveLength(2);
  expect(subject.client.availability.status).toBe('in-service');
});
