import { formatUser } from '@finesse-ha/protocol';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import {
  type ClientEvent,
  type ClientOptions,
  createPlatform,
  FinesseClient,
  FinesseRest,
} from '../src/index.ts';
import { agent, Deployment } from './support/deployment.ts';

const deployment = new Deployment();
beforeAll(() => deployment.start());
afterAll(() => deployment.stop());

/** A client of the real deployment, closed when the test is over. */
async function withClient(
  options: Partial<ClientOptions>,
  use: (client: FinesseClient, events: ClientEvent[]) => Promise<void>,
): Promise<void> {
  const client = new FinesseClient({
    nodes: [deployment.url('primary')],
    user: agent.id,
    password: agent.password,
    extension: agent.extension,
    ca: deployment.ca,
    notification: { webSocket: { port: deployment.webSocketPort } },
    failover: { agentsPerNode: 1 },
    ...options,
  });
  const events: ClientEvent[] = [];
  client.on('*', (event) => events.push(event));
  onTestFailed(() =>
    console.log(
      client
        .decisions()
        .map(({ what, node, why }) => `${what} ${node}: ${why}`)
        .join('\n'),
    ),
  );
  try {
    await use(client, events);
  } finally {
    await client.close();
  }
}

function announced(client: FinesseClient, kind: string): Promise<void> {
  return new Promise((resolve) => {
    const off = client.on('availability', ({ announcement }) => {
      if (announcement.kind !== kind) return;
      off();
      resolve();
    });
  });
}

/** Does something over a node's REST API, past the client. */
async function past<T>(node: 'primary' | 'secondary', ask: (rest: FinesseRest) => Promise<T>): Promise<T> {
  const platform = createPlatform();
  const { id: user, password } = agent;
  try {
    return await ask(new FinesseRest(platform, deployment.url(node), { user, password, ca: deployment.ca }));
  } finally {
    await platform.close();
  }
}

async function userAt(node: 'primary' | 'secondary'): Promise<string> {
  return formatUser(await past(node, (rest) => rest.user({ timeoutMs: 5_000 })));
}

for (const [name, options] of [
  ['WebSocket', {}],
  ['TCP with STARTTLS', { transport: 'tcp', notification: { tcp: { tls: 'starttls' } } }],
  ['TCP with TLS', { transport: 'tcp', notification: {} }],
] as const) {
  test(`over ${name}: signs in, changes state, signs out`, () =>
    withClient(options, async (client) => {
      await client.connect();
      expect(client.user?.state).toBe('LOGOUT');
      expect(await client.signIn()).toMatchObject({ state: 'NOT_READY' });
      expect(await client.setState('READY')).toMatchObject({ state: 'READY' });
      expect(await client.setState('NOT_READY', { reasonCodeId: '16' })).toMatchObject({
        reasonCodeId: '16',
      });
      await expect(client.setState('NOT_READY', { reasonCodeId: '9999' })).rejects.toMatchObject({
        kind: 'refused',
      });
      expect(await client.signOut({ reasonCodeId: '31' })).toMatchObject({ state: 'LOGOUT' });
      expect(formatUser(client.user as NonNullable<typeof client.user>)).toBe(await userAt('primary'));
    }));
}

test('a wrong password is told and latched', () =>
  withClient({ password: 'wrong' }, async (client) => {
    await expect(client.connect()).rejects.toMatchObject({ kind: 'ended', cause: 'unauthorized' });
    expect(client.availability.status).toBe('ended');
  }));

test('a certificate that is not trusted is told and latched', () =>
  withClient({ ca: undefined }, async (client) => {
    await expect(client.connect()).rejects.toMatchObject({ kind: 'ended', cause: 'certificate' });
  }));

test('the same agent and resource elsewhere: the older client is told and keeps still', () =>
  withClient({ resource: 'desk' }, async (older) => {
    await older.connect();
    const ended = announced(older, 'ended');
    await withClient({ resource: 'desk' }, async (newer) => {
      await newer.connect();
      await ended;
      expect(older.availability.ended).toMatchObject({ cause: 'conflict' });
      expect(newer.availability.status).toBe('in-service');
    });
  }));

test('kill -9 of the notification service: goes on at the alternate with what the server has', () =>
  withClient({}, async (client, events) => {
    await client.connect();
    await client.signIn();
    await client.setState('READY');
    const before = events.length;
    const recovered = announced(client, 'recovered');
    await deployment.kill('notification primary');
    await recovered;
    expect(client.availability.node).toBe(deployment.url('secondary'));
    expect(formatUser(client.user as NonNullable<typeof client.user>)).toBe(await userAt('secondary'));
    expect(events.slice(before).filter(({ type }) => type === 'unknown-interval')).toHaveLength(1);
    // The state did not change, so no update of it is told.
    expect(events.slice(before).filter((event) => event.type === 'update' && event.kind === 'user')).toEqual(
      [],
    );

    expect(await client.setState('NOT_READY', { reasonCodeId: '16' })).toMatchObject({ state: 'NOT_READY' });
    expect(await client.signOut()).toMatchObject({ state: 'LOGOUT' });
    await deployment.startNotification('primary');
  }));

test('what happened while it was away is told once, as the difference', () =>
  withClient({ nodes: [deployment.url('primary')], learnAlternate: false }, async (client, events) => {
    await client.connect();
    await client.signIn();
    await client.setState('READY');
    const before = events.length;
    const [failing, recovered] = [announced(client, 'failing'), announced(client, 'recovered')];
    await deployment.kill('notification primary');
    await failing;
    // A supervisor's tool at the other node, say: both nodes have the agent from the same CTI server.
    const change = { state: 'NOT_READY', reasonCodeId: '16' } as const;
    await past('secondary', (rest) => rest.changeUser(change, 'past', { timeoutMs: 5_000 }));
    await deployment.startNotification('primary');
    await recovered;
    expect(
      events.slice(before).filter((event) => event.type === 'update' && event.kind === 'user'),
    ).toMatchObject([
      { previous: { state: 'READY' }, current: { state: 'NOT_READY', reasonCodeId: '16' }, origin: 'resync' },
    ]);
    await client.signOut();
  }));

test('the web app dies: finesse goes unavailable, and the client goes on at the alternate', () =>
  withClient({ nodes: [deployment.url('secondary'), deployment.url('primary')] }, async (client) => {
    await client.connect();
    await client.signIn();
    const recovered = announced(client, 'recovered');
    await deployment.webApp('secondary', 'kill');
    await recovered;
    expect(client.availability.node).toBe(deployment.url('primary'));
    expect(client.decisions().find(({ what }) => what === 'failure')?.why).toContain('presence-unavailable');
    await client.signOut();
    await deployment.webApp('secondary', 'start');
  }));
