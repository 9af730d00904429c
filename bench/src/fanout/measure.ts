import { systemInfoNode, userNode } from '@finesse-ha/protocol';
import { median } from '../report/report.js';
import { type Contestant, type ContestantName, domain, finessePassword, passwordOf } from './contestant.js';
import { commandText, messageText, publishText } from './payload.js';
import { treeUsage } from './process-tree.js';
import { type Enough, type Load, medianRate, type Rate, toAll, toOne } from './rate.js';
import { RawClient } from './raw-client.js';
import { openWire, type TransportName } from './wire.js';

export interface Measured {
  name: ContestantName;
  /** Null for the bare server, which knows no login. */
  logins: Logins | null;
  /** Growth of resident memory by the first logins. */
  kibPerConnection: number;
  one: Rate;
  one64: Rate;
  all: Rate;
  slow: SlowReader;
}

/** Logins per CPU second. */
export interface Logins {
  /** Of a server that has just been started. */
  first: number;
  /** Of one that everybody has left and comes back to. */
  again: number | null;
}

/** To all, while one subscriber gets many updates of its own. The figures are the others'. */
export interface SlowReader {
  /** What the one was sent beside: far more than the kernel's buffers hold. */
  mib: number;
  /** It reads. */
  reading: Rate;
  /** It does not. Null where the others did not get all. */
  notReading: Rate | null;
  /** The server ended its connection. */
  ended: boolean;
}

export interface MeasureOptions {
  name: ContestantName;
  users: readonly string[];
  /** The subscribers'; the publisher, like a web app, is there over TCP. */
  transport: TransportName;
  ca: string | undefined;
  enough: Enough;
  rounds: number;
  onProgress(what: string): void;
}

const loginsAtOnce = 50;
/** What a slow reader leaves unread: the buffers of the kernel hold 4 MiB on one side and 6 MiB on the other (tcp(7)). */
const slowReaderMib = 16;
/** Rounds in which it gets them. */
const slowReaderRounds = 20;

/** Connects everybody to a server that runs, and publishes in each of the ways. */
export async function measure(contestant: Contestant, options: MeasureOptions): Promise<Measured> {
  const { name, users, enough, rounds, onProgress } = options;
  const { pid } = contestant;
  const bare = name === 'bare';
  const publisher = new RawClient(await openWire('tcp', contestant.ports.xmpp, undefined), domain);
  let clients: RawClient[] = [];
  try {
    if (!bare) await publisher.login('finesse', finessePassword);
    if (contestant.unprovisioned) for (const node of nodesOf(users)) await publisher.createNode(node);
    const before = treeUsage(pid);
    const loginRates: number[] = [];
    let kibPerConnection = 0;
    for (let round = 0; round < (bare ? 1 : rounds); round += 1) {
      if (round > 0) await leave(clients);
      onProgress(`${name}: ${users.length} logins, round ${round + 1}`);
      const begin = treeUsage(pid);
      clients = await connectAll(contestant, options);
      const end = treeUsage(pid);
      if (round === 0) kibPerConnection = (end.rssKiB - before.rssKiB) / users.length;
      loginRates.push(users.length / (end.cpuSeconds - begin.cpuSeconds));
    }
    if (contestant.unprovisioned) await subscribeAll(clients, users);
    let nextId = 0;
    const publish = (to: number | 'all') => {
      const node = to === 'all' ? systemInfoNode : userNode(users[to] as string);
      nextId += 1;
      publisher.wire.write(bare ? commandText(to) : publishText(domain, node, nextId));
    };
    const load: Load = { pid, clients, publish };
    // What is compiled on the way is not the price of a delivery.
    await toOne(load, { deliveries: 2_000, seconds: 3 }, 64);
    await toAll(load, { deliveries: 2 * users.length, seconds: 3 }, null);
    const rates = { one: [] as Rate[], one64: [] as Rate[], all: [] as Rate[] };
    for (let round = 0; round < rounds; round += 1) {
      onProgress(`${name}: updates, round ${round + 1}`);
      rates.one.push(await toOne(load, { ...enough, deliveries: enough.deliveries / 8 }, 1));
      rates.one64.push(await toOne(load, enough, 64));
      rates.all.push(await toAll(load, enough, null));
    }
    onProgress(`${name}: a busy and then a slow reader`);
    const [first = 0, ...again] = loginRates;
    return {
      name,
      logins: bare ? null : { first, again: again.length === 0 ? null : median(again) },
      kibPerConnection,
      one: medianRate(rates.one),
      one64: medianRate(rates.one64),
      all: medianRate(rates.all),
      slow: await besideSlowReader(load, enough),
    };
  } finally {
    for (const { wire } of [publisher, ...clients]) wire.destroy();
  }
}

const nodesOf = (users: readonly string[]) => [systemInfoNode, ...users.map(userNode)];

/** Everybody's connection, logged in and available, in the order of the users. */
async function connectAll(
  { ports }: Contestant,
  { name, users, transport, ca }: MeasureOptions,
): Promise<RawClient[]> {
  const port = transport === 'websocket' ? ports.webSocket : ca === undefined ? ports.xmpp : ports.xmppTls;
  const open = async (user: string) => {
    const client = new RawClient(await openWire(transport, port, ca), domain);
    if (name !== 'bare') await client.login(user, passwordOf(user));
    return client;
  };
  const clients: RawClient[] = [];
  for (let at = 0; at < users.length; at += loginsAtOnce) {
    clients.push(...(await Promise.all(users.slice(at, at + loginsAtOnce).map(open))));
  }
  return clients;
}

/** Ends all connections; the server has a moment to put away what they were. */
async function leave(clients: readonly RawClient[]): Promise<void> {
  for (const { wire } of clients) wire.destroy();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}

async function subscribeAll(clients: readonly RawClient[], users: readonly string[]): Promise<void> {
  for (let at = 0; at < clients.length; at += loginsAtOnce) {
    const some = clients.slice(at, at + loginsAtOnce);
    await Promise.all(
      some.map(async (client, index) => {
        const user = users[at + index] as string;
        await client.subscribe(user, systemInfoNode);
        await client.subscribe(user, userNode(user));
      }),
    );
  }
}

async function besideSlowReader(load: Load, { seconds }: Enough): Promise<SlowReader> {
  const [one] = load.clients;
  const updatesPerRound = Math.ceil((slowReaderMib * 2 ** 20) / messageText.length / slowReaderRounds);
  const enough = { deliveries: slowReaderRounds * (load.clients.length - 1), seconds: seconds * 2 };
  let own = 0;
  const counting: Load = {
    ...load,
    publish: (to) => {
      if (to === 0) own += 1;
      load.publish(to);
    },
  };
  const reading = await toAll(counting, enough, { index: 0, updatesPerRound });
  // Those it has not read yet are no part of what follows.
  await new Promise((resolve) => setTimeout(resolve, 500));
  own = 0;
  one?.wire.pause();
  const notReading = await toAll(counting, enough, { index: 0, updatesPerRound }).catch(() => null);
  const mib = (own * messageText.length) / 2 ** 20;
  return { mib, reading, notReading, ended: one?.ended ?? false };
}
