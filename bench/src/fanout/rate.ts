import { median } from '../report/report.js';
import { treeUsage } from './process-tree.js';
import type { RawClient } from './raw-client.js';

/** One way of publishing, measured. */
export interface Rate {
  perSecond: number;
  perCpuSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** Who receives, and how one publishes: to a subscriber by its index, or to all. */
export interface Load {
  /** The server's. */
  pid: number;
  clients: readonly RawClient[];
  publish(to: number | 'all'): void;
}

/** When a measurement has enough: so many deliveries, or, with a slow server, so many seconds. */
export interface Enough {
  deliveries: number;
  seconds: number;
}

const giveUpMs = 30_000;

/** Of each figure the median. */
export function medianRate(rates: readonly Rate[]): Rate {
  const of = (key: keyof Rate) => median(rates.map((rate) => rate[key]));
  return {
    perSecond: of('perSecond'),
    perCpuSecond: of('perCpuSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
  };
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
export function toOne({ pid, clients, publish }: Load, enough: Enough, outstanding: number): Promise<Rate> {
  return rated(pid, (latenciesMs) =>
    within<void>('updates to one', (resolve) => {
      const until = performance.now() + enough.seconds * 1_000;
      const sentAt: number[][] = clients.map(() => []);
      let published = 0;
      const next = (now: number) => {
        if (published >= enough.deliveries || now > until) return;
        const to = published++ % clients.length;
        sentAt[to]?.push(now);
        publish(to);
      };
      for (const [index, client] of clients.entries()) {
        client.onMessage = () => {
          const now = performance.now();
          latenciesMs.push(now - (sentAt[index]?.shift() ?? Number.NaN));
          next(now);
          if (latenciesMs.length >= published) resolve();
        };
      }
      for (let begun = 0; begun < outstanding; begun += 1) next(performance.now());
    }),
  );
}

/** One who is sent updates of its own between those that go to all, and is not waited for. */
export interface Busy {
  index: number;
  updatesPerRound: number;
}

/** One publish after another to all. With a busy one, the figures are the others'. */
export async function toAll(
  { pid, clients, publish }: Load,
  enough: Enough,
  busy: Busy | null,
): Promise<Rate> {
  const readers = clients.filter((_, index) => index !== busy?.index);
  for (const client of clients) client.onMessage = () => undefined;
  return rated(pid, async (latenciesMs) => {
    const until = performance.now() + enough.seconds * 1_000;
    while (
      latenciesMs.length < enough.deliveries &&
      (latenciesMs.length === 0 || performance.now() < until)
    ) {
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
        for (let own = 0; own < (busy?.updatesPerRound ?? 0); own += 1) publish(busy?.index ?? 0);
      });
    }
  });
}
