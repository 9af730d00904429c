/** `npm run bench cluster`: what an ejabberd does as a node's notification service, alone and as one of two members. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '@finesse-ha/lab';
import { systemInfoNode, userNode } from '@finesse-ha/protocol';
import { publishText } from '../fanout/payload.js';
import { treeUsage } from '../fanout/process-tree.js';
import type { Cell, Findings } from '../report/report.js';
import { domain, finessePassword, type Members, passwordOf, startMembers } from './members.js';
import { Subscriber } from './subscriber.js';

export interface ClusterBenchOptions {
  /** Agents, in equal parts on each member. */
  agents: number;
  /** Deliveries of each measurement. */
  deliveries: number;
  onProgress(what: string): void;
}

type Row = Record<string, Cell>;
/** `per CPU second` counts all members' processes. */
interface Rate {
  perCpuSecond: number;
  perSecond: number;
  /** The share of the first member, where `finesse` is, in the CPU of both. */
  firstShare: number;
}

const loginsAtOnce = 25;
const outstanding = 64;
const giveUpMs = 60_000;

export async function clusterBench(options: ClusterBenchOptions): Promise<Findings> {
  const folder = mkdtempSync(join(tmpdir(), 'finesse-ha-cluster-'));
  try {
    const certificate = await makeCertificate(folder, ['127.0.0.1']);
    const users = Array.from({ length: options.agents }, (_, index) => String(10_001 + index));
    const deliveries: Row[] = [];
    const costs: Row[] = [];
    for (const count of [1, 2]) {
      const name = count === 1 ? 'ejabberd' : 'ejabberd, two members';
      options.onProgress(`${name}: starting, ${users.length} agents`);
      const members = await startMembers(count, users, folder, certificate);
      try {
        const found = await measure(members, users, options, name);
        deliveries.push(...found.deliveries);
        costs.push(found.costs);
      } finally {
        await members.stop();
      }
    }
    return {
      sections: [
        { title: `Deliveries to ${users.length} agents`, rows: deliveries },
        { title: `Connections, logins and the web app's own login`, rows: costs },
      ],
      notes: [
        'CPU is that of all members with all their processes; RSS too. `finesse` is on the first member.',
        'Logins ask a REST API that takes every password.',
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  { members, provisionSeconds }: Members,
  users: readonly string[],
  { deliveries, onProgress }: ClusterBenchOptions,
  name: string,
): Promise<{ deliveries: Row[]; costs: Row }> {
  const usage = () => members.map(({ pid }) => treeUsage(pid));
  const total = (of: ReturnType<typeof usage>, key: 'cpuSeconds' | 'rssKiB') =>
    of.reduce((sum, one) => sum + one[key], 0);
  const rated = async (count: number, run: () => Promise<void>): Promise<Rate> => {
    const [before, startedAt] = [usage(), performance.now()];
    await run();
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = usage();
    const cpu = total(after, 'cpuSeconds') - total(before, 'cpuSeconds');
    const first = (after[0]?.cpuSeconds ?? 0) - (before[0]?.cpuSeconds ?? 0);
    return { perCpuSecond: count / cpu, perSecond: count / seconds, firstShare: first / cpu };
  };
  const memberOf = (index: number) => members[index % members.length] as Members['members'][number];
  const finesse = await Subscriber.open(memberOf(0), domain, 'finesse', finessePassword);
  const agents: Subscriber[] = [];
  try {
    onProgress(`${name}: logins`);
    const memoryBefore = total(usage(), 'rssKiB');
    const logins = await rated(users.length, async () => {
      for (let at = 0; at < users.length; at += loginsAtOnce) {
        const some = users.slice(at, at + loginsAtOnce).map((user, offset) => {
          return Subscriber.open(memberOf(at + offset), domain, user, passwordOf(user));
        });
        agents.push(...(await Promise.all(some)));
      }
    });
    const kibPerConnection = (total(usage(), 'rssKiB') - memoryBefore) / users.length;
    let nextId = 0;
    const publish = (node: string) => finesse.send(publishText(domain, node, nextId++));

    const rows: Row[] = [];
    const row = (what: string, { perCpuSecond, perSecond, firstShare }: Rate) =>
      rows.push({
        service: name,
        published: what,
        'deliveries per CPU second': perCpuSecond,
        'deliveries per second': perSecond,
        'CPU on the first member, %': 100 * firstShare,
      });
    for (const [index] of members.entries()) {
      onProgress(`${name}: to one, on member ${index + 1}`);
      const there = agents.map((_, at) => at).filter((at) => at % members.length === index);
      const rate = await rated(deliveries, () =>
        within(`${name}: updates to one on member ${index + 1}`, (resolve) => {
          let [published, arrived] = [0, 0];
          const next = () => {
            if (published >= deliveries) return;
            publish(userNode(users[there[published++ % there.length] as number] as string));
          };
          for (const at of there) {
            (agents[at] as Subscriber).onMessage = () => {
              arrived += 1;
              if (arrived === deliveries) resolve();
              else next();
            };
          }
          for (let begun = 0; begun < outstanding; begun += 1) next();
        }),
      );
      row(
        members.length === 1 ? 'to one' : index === 0 ? 'to one, same member' : 'to one, other member',
        rate,
      );
    }
    const rounds = Math.max(1, Math.round(deliveries / users.length));
    onProgress(`${name}: to all`);
    row(
      'SystemInfo to all',
      await rated(rounds * users.length, async () => {
        for (let round = 0; round < rounds; round += 1) {
          await everybody(agents, 'onMessage', () => publish(systemInfoNode));
        }
      }),
    );
    onProgress(`${name}: presence of finesse`);
    row(
      'presence of finesse to all',
      await rated(rounds * users.length, async () => {
        for (let round = 0; round < rounds; round += 1) {
          const type = round % 2 === 0 ? " type='unavailable'" : '';
          await everybody(agents, 'onPresence', () => finesse.send(`<presence${type}/>`));
        }
      }),
    );
    return {
      deliveries: rows,
      costs: {
        service: name,
        'KiB per connection': kibPerConnection,
        'MiB before': memoryBefore / 1_024,
        'logins per CPU second': logins.perCpuSecond,
        'logins per second': logins.perSecond,
        'web app, first login s': provisionSeconds.first,
        'later logins s': provisionSeconds.again,
      },
    };
  } finally {
    for (const subscriber of [finesse, ...agents]) subscriber.destroy();
  }
}

function everybody(
  agents: readonly Subscriber[],
  what: 'onMessage' | 'onPresence',
  send: () => void,
): Promise<void> {
  return within(what === 'onMessage' ? 'SystemInfo to all' : 'presence to all', (resolve) => {
    let missing = agents.length;
    for (const agent of agents) {
      agent[what] = () => {
        missing -= 1;
        if (missing === 0) resolve();
      };
    }
    send();
  });
}

/** Rejects when nothing comes of it in time. */
function within(what: string, run: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: not everything was delivered`)), giveUpMs);
    run(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
