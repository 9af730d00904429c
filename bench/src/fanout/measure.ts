import { userNode } from '@finesse-ha/protocol';
import { type Contestant, type ContestantName, domain, finessePassword, passwordOf } from './contestant.js';
import { commandText, publishText } from './payload.js';
import { treeUsage } from './process-tree.js';
import { RawClient, type Target } from './raw-client.js';

/** One way of publishing, measured. */
export interface Rate {
  deliveries: number;
  perSecond: number;
  perCpuSecond: number;
  p50Ms: number;
  p99Ms: number;
}

export interface Measured {
  name: ContestantName;
  /** Null for the bare server, which knows no login. */
  loginsPerCpuSecond: number | null;
  kibPerConnection: number;
  one: Rate;
  one64: Rate;
  all: Rate;
  /** To all, while one subscriber gets many updates of its own; the figures are the others'. */
  allBesideBusy: Rate;
  /** The same, but that one does not read. Null where the others did not get all. */
  allBesideSlow: Rate | null;
}

export interface MeasureOptions {
  name: ContestantName;
  users: readonly string[];
  ca: string | undefined;
  /** Deliveries of each measurement. */
  deliveries: number;
  onProgress(what: string): void;
}

const loginsAtOnce = 50;
/** Updates that the busy subscriber gets between two that go to all: if it does not read, they fill every buffer between it and the server. */
const busyUpdatesPerRound = 64;
const giveUpMs = 60_000;
const systemInfoNode = '/finesse/api/SystemInfo';

/** Connects everybody to a server that runs, and publishes in each of the ways. */
export async function measure(contestant: Contestant, options: MeasureOptions): Promise<Measured> {
  const { name, users, ca, deliveries, onProgress } = options;
  const { pid, ports } = contestant;
  const bare = name === 'bare';
  const target: Target = { port: ca === undefined ? ports.xmpp : ports.xmppTls, domain, ca, bare };
  const publisher = await RawClient.open(target, 'finesse', finessePassword);
  const clients: RawClient[] = [];
  try {
    onProgress(`${name}: ${users.length} logins`);
    const before = treeUsage(pid);
    for (let at = 0; at < users.length; at += loginsAtOnce) {
      const some = users.slice(at, at + loginsAtOnce);
      clients.push(
        ...(await Promise.all(some.map((user) => RawClient.open(target, user, passwordOf(user))))),
      );
    }
    const after = treeUsage(pid);
    let nextId = 0;
    const publish = (to: number | 'all') => {
      const node = to === 'all' ? systemInfoNode : userNode(users[to] as string);
      nextId += 1;
      publisher.socket.write(bare ? commandText(to) : publishText(domain, node, nextId));
    };
    const load = { pid, clients, publish };
    const rounds = Math.max(10, Math.round(deliveries / users.length));
    // What is compiled on the way is not the price of a delivery.
    await toOne(load, 1_000, 64);
    onProgress(`${name}: to one`);
    const one = await toOne(load, deliveries / 8, 1);
    onProgress(`${name}: to one, 64 outstanding`);
    const one64 = await toOne(load, deliveries, 64);
    onProgress(`${name}: to all`);
    const all = await toAll(load, rounds, null);
    onProgress(`${name}: to all, beside a busy and then a slow reader`);
    const allBesideBusy = await toAll(load, rounds, 0);
    clients[0]?.socket.pause();
    const allBesideSlow = await toAll(load, rounds, 0).catch(() => null);
    return {
      name,
      loginsPerCpuSecond: bare ? null : users.length / (after.cpuSeconds - before.cpuSeconds),
      kibPerConnection: (after.rssKiB - before.rssKiB) / users.length,
      one,
      one64,
      all,
      allBesideBusy,
      allBesideSlow,
    };
  } finally {
    for (const { socket } of [publisher, ...clients]) socket.destroy();
  }
}

interface Load {
  pid: number;
  clients: readonly RawClient[];
  publish(to: number | 'all'): void;
}

/** Runs what delivers, and counts the server's CPU meanwhile. */
async function rated(pid: number, deliver: (latenciesMs: number[]) => Promise<void>): Promise<Rate> {
  const latenciesMs: number[] = [];
  const before = treeUsage(pid);
  const startedAt = performance.now();
  await deliver(latenciesMs);
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpuSeconds = treeUsage(pid).cpuSeconds - before.cpuSeconds;
  const sorted = Float64Array.from(latenciesMs).sort();
  const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return {
    deliveries: sorted.length,
    perSecond: sorted.length / seconds,
    perCpuSecond: sorted.length / cpuSeconds,
    p50Ms: quantile(0.5) ?? Number.NaN,
    p99Ms: quantile(0.99) ?? Number.NaN,
  };
}

/** Rejects when nothing comes of it in time. */
function within<T>(what: string, run: (resolve: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: not everything was delivered`)), giveUpMs);
    run((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}

/** Updates to one subscriber after another, so many outstanding: the next is published when one has arrived. */
function toOne({ pid, clients, publish }: Load, updates: number, outstanding: number): Promise<Rate> {
  return rated(pid, (latenciesMs) =>
    within<void>('updates to one', (resolve) => {
      const sentAt: number[][] = clients.map(() => []);
      let published = 0;
      const next = () => {
        if (published >= updates) return;
        const to = published++ % clients.length;
        sentAt[to]?.push(performance.now());
        publish(to);
      };
      for (const [index, client] of clients.entries()) {
        client.onMessage = () => {
          latenciesMs.push(performance.now() - (sentAt[index]?.shift() ?? Number.NaN));
          if (latenciesMs.length >= updates) resolve();
          else next();
        };
      }
      for (let begun = 0; begun < outstanding; begun += 1) next();
    }),
  );
}

/** One publish after another to all. The `busy` one is sent updates of its own besides, and is not waited for. */
async function toAll({ pid, clients, publish }: Load, rounds: number, busy: number | null): Promise<Rate> {
  const readers = clients.filter((_, index) => index !== busy);
  for (const client of clients) client.onMessage = () => undefined;
  return rated(pid, async (latenciesMs) => {
    for (let round = 0; round < rounds; round += 1) {
      await within<void>('updates to all', (resolve) => {
        let missing = readers.length;
        const startedAt = performance.now();
        for (const client of readers) {
          client.onMessage = () => {
            latenciesMs.push(performance.now() - startedAt);
            missing -= 1;
            if (missing === 0) resolve();
          };
        }
        publish('all');
        if (busy !== null) for (let own = 0; own < busyUpdatesPerRound; own += 1) publish(busy);
      });
    }
  });
}
