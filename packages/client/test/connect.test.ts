import { NS, xml } from '@finesse-ha/protocol';
import { expect, test } from 'vitest';
import { EndedError } from '../src/index.ts';
import { certificate } from './support/certificates.ts';
import { quick, Subject, startNode, startPair } from './support/stage.ts';

test('over WebSocket: in service after the three conditions and the first fetch', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  await subject.client.connect();
  expect(subject.client.availability).toMatchObject({ status: 'in-service', node: node.url });
  expect(subject.client.user?.state).toBe('NOT_READY');
  expect(subject.told()).toEqual([
    'connecting',
    'connected',
    'systemInfo resync',
    'user NOT_READY resync',
    'in-service',
  ]);
  expect(node.log).toEqual(['presence available', `presence subscribe finesse@127.0.0.1`, 'ping']);
});

test('over TCP with STARTTLS, the port learned from SystemInfo', async () => {
  const tls = await certificate({ ip: ['127.0.0.1'] });
  const node = await startNode({ tls });
  const subject = new Subject([node], {
    transport: 'tcp',
    notification: { tcp: { tls: 'starttls' } },
    ca: tls.cert,
  });
  const session = node.nextSession();
  await subject.client.connect();
  expect((await session).secure).toBe(true);
});

test('over TCP with TLS from the first byte, which is the default', async () => {
  const tls = await certificate({ ip: ['127.0.0.1'] });
  const node = await startNode({ tls });
  const subject = new Subject([node], { transport: 'tcp', ca: tls.cert });
  const session = node.nextSession();
  await subject.client.connect();
  expect((await session).secure).toBe(true);
});

test('over plain TCP where the deployment asks for it', async () => {
  const node = await startNode();
  const subject = new Subject([node], { transport: 'tcp', notification: { tcp: { tls: 'none' } } });
  await subject.client.connect();
  expect(subject.client.availability.status).toBe('in-service');
});

test('a password never goes out in the clear when STARTTLS is configured and not offered', async () => {
  const node = await startNode();
  const subject = new Subject([node], { transport: 'tcp', notification: { tcp: { tls: 'starttls' } } });
  const refused = new Promise<void>((resolve) => {
    subject.client.on('availability', () => {
      if (subject.client.decisions().some(({ what }) => what === 'xmpp-refused')) resolve();
    });
  });
  void subject.client.connect().catch(() => undefined);
  await refused;
  expect(node.sessions.size).toBe(0);
  expect(subject.client.decisions().find(({ what }) => what === 'xmpp-refused')?.why).toContain('STARTTLS');
});

const hour = 3_600_000;
const longAgo = { from: new Date(Date.now() - 3 * hour), until: new Date(Date.now() - 2 * hour) };
for (const [reason, names, validity, trusted] of [
  ['wrong host', { ip: ['127.0.0.9'] }, {}, true],
  ['expired', { ip: ['127.0.0.1'] }, longAgo, true],
  ['unknown issuer', { ip: ['127.0.0.1'] }, {}, false],
] as const) {
  test(`a certificate with ${reason} ends the matter and is named`, async () => {
    const tls = await certificate({ ip: [...names.ip] }, validity);
    const other = await certificate({ ip: ['127.0.0.1'] });
    const node = await startNode({ tls });
    const subject = new Subject([node], { transport: 'tcp', ca: trusted ? tls.cert : other.cert });
    const error = await subject.client.connect().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EndedError);
    expect(error).toMatchObject({ cause: 'certificate', node: node.url });
    expect((error as EndedError).detail).toMatch(new RegExp(`^${reason}`));
  });
}

test('a wrong password is told once and latched; connecting anew starts afresh', async () => {
  const [primary, secondary] = await startPair();
  const subject = new Subject([primary, secondary], { password: 'wrong' });
  await expect(subject.client.connect()).rejects.toMatchObject({ kind: 'ended', cause: 'unauthorized' });
  expect(subject.client.availability.status).toBe('ended');
  await primary.allSocketsClosed();
  const asked = primary.requests.length;

  primary.script.password = 'wrong';
  await subject.client.connect();
  expect(subject.client.availability.status).toBe('in-service');
  expect(primary.requests.length).toBeGreaterThan(asked);
  expect(subject.told().filter((one) => one === 'ended')).toHaveLength(1);
});

test('an account that is disabled is a lost licence', async () => {
  const node = await startNode();
  node.script.saslFailure = 'account-disabled';
  const subject = new Subject([node]);
  await expect(subject.client.connect()).rejects.toMatchObject({ cause: 'license' });
});

test('a directory that is down says nothing of the password: tried again', async () => {
  const node = await startNode();
  node.script.saslFailure = 'temporary-auth-failure';
  const subject = new Subject([node]);
  subject.client.on('availability', () => {
    const refused = subject.client.decisions().filter(({ what }) => what === 'xmpp-refused').length;
    if (refused >= 2) node.script.saslFailure = null;
  });
  await subject.client.connect();
});

test('an agent whom REST refuses is not kept waiting', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  const session = node.nextSession();
  const connecting = subject.client.connect();
  await session;
  node.script.password = 'changed';
  await expect(connecting).rejects.toMatchObject({ cause: 'unauthorized' });
});

test('the same agent connected elsewhere: told, latched, no tug of war', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  const session = node.nextSession();
  await subject.client.connect();
  const ended = subject.announced('ended');
  (await session).streamError('conflict');
  expect(await ended).toMatchObject({ announcement: { ended: { cause: 'conflict' }, status: 'ended' } });
  const asked = node.requests.length;
  await node.allSocketsClosed();
  expect(node.requests.length).toBe(asked);
});

test('a resource that another client has taken: told, latched', async () => {
  const node = await startNode();
  node.script.bindConflicts = 1;
  const subject = new Subject([node]);
  await expect(subject.client.connect()).rejects.toMatchObject({ cause: 'conflict' });
});

test('the ghost of its own last session is not mistaken for another client', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  await subject.client.connect();
  node.script.bindConflicts = 2;
  const recovered = subject.announced('recovered');
  node.dropSessions('reset');
  await recovered;
});

test('a login of its own that comes late is not mistaken for another client', async () => {
  const node = await startNode();
  node.script.silent = true;
  const subject = new Subject([node], { failover: { ...quick, openTimeoutMs: 100 } });
  const refused = new Promise<void>((resolve) => {
    subject.client.on('availability', () => {
      if (subject.client.decisions().some(({ what }) => what === 'xmpp-refused')) resolve();
    });
  });
  const connecting = subject.client.connect();
  await refused;
  const session = node.nextSession();
  node.script.silent = false;
  await connecting;
  // The attempt that was given up gets its session now, which ends the one that took its place.
  const recovered = subject.announced('recovered');
  (await session).streamError('conflict');
  await recovered;
});

test('a port that SystemInfo names and no socket takes is an error, not the end of the process', async () => {
  const node = await startNode();
  const primary = { host: node.host, xmppPort: 99_999 };
  node.info = { ...node.info, primaryNode: primary };
  const subject = new Subject([node], { transport: 'tcp', notification: { tcp: { tls: 'none' } } });
  subject.client.on('availability', () => {
    const refused = subject.client.decisions().find(({ what }) => what === 'xmpp-refused');
    if (refused?.why.includes('99999')) node.namePair();
  });
  await subject.client.connect();
});

test('a server that accepts and says nothing cannot hang the client', async () => {
  const node = await startNode();
  node.script.silent = true;
  const subject = new Subject([node], { failover: { ...quick, openTimeoutMs: 100 } });
  subject.client.on('availability', () => {
    const refused = subject.client.decisions().filter(({ what }) => what === 'xmpp-refused');
    if (refused.length >= 3) node.script.silent = false;
  });
  await subject.client.connect();
  expect(subject.client.availability.status).toBe('in-service');
});

test('aborting connect() gives up and disconnects', async () => {
  const node = await startNode();
  node.setStatus('OUT_OF_SERVICE');
  const subject = new Subject([node]);
  const controller = new AbortController();
  const connecting = subject.client.connect({ signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(connecting).rejects.toThrow('enough');
  expect(subject.client.availability.status).toBe('idle');
  await expect(subject.client.connect({ signal: controller.signal })).rejects.toThrow('enough');
});

test('close() says goodbye, closes every socket, and the client can connect again', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  await subject.client.connect();
  await subject.client.close();
  await node.allSocketsClosed();
  expect(node.log.slice(-2)).toEqual(['presence unavailable', 'end']);
  expect(subject.client.availability).toMatchObject({ kind: 'closed', status: 'idle' });
  await subject.client.connect();
  expect(subject.client.availability.status).toBe('in-service');
});

test('close() while connecting rejects connect()', async () => {
  const node = await startNode();
  node.setStatus('OUT_OF_SERVICE');
  const subject = new Subject([node]);
  const connecting = subject.client.connect();
  await Promise.all([
    expect(connecting).rejects.toMatchObject({ kind: 'ended', cause: 'closed' }),
    subject.client.close(),
  ]);
});

test('the presence of finesse counts on any of its resources, and of nobody else', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  const bound = node.nextSession();
  await subject.client.connect();
  const session = await bound;
  const before = subject.events.length;
  session.presence(true, 'web-app-2');
  session.presence(false, 'web-app');
  const { host } = node;
  session.send(xml('presence', { from: `mallory@${host}/x`, to: session.jid, type: 'unavailable' }));
  session.send(xml('presence', { from: `finesse@elsewhere/x`, to: session.jid, type: 'unavailable' }));
  const failing = subject.announced('failing');
  session.presence(false, 'web-app-2');
  expect(await failing).toMatchObject({ announcement: { failure: { mechanism: 'presence-unavailable' } } });
  expect(subject.told(before)).toEqual(['failing']);
});

test('answers pings, and declines what it does not know', async () => {
  const node = await startNode();
  const subject = new Subject([node]);
  const session = node.nextSession();
  await subject.client.connect();
  const answered = node.logged(/^iq error/);
  (await session).send(
    xml('iq', { type: 'get', id: 'p1', from: node.host }, xml('ping', { xmlns: NS.ping })),
  );
  (await session).send(
    xml('iq', { type: 'get', id: 'q1', from: node.host }, xml('query', { xmlns: 'urn:x' })),
  );
  await answered;
  expect(node.log.slice(-2)).toEqual(['iq result p1', 'iq error q1']);
});
