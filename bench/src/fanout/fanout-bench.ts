/** `npm run bench fanout`: what a delivery, a connection and a login cost the embedded service, beside stock XMPP servers. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '@finesse-ha/lab';
import { barPlot } from '../report/plot.js';
import type { Cell, Findings, Section } from '../report/report.js';
import { type ContestantName, startContestant } from './contestant.js';
import { type Measured, measure } from './measure.js';
import { demandOpenFiles } from './open-files.js';
import { targetsOf } from './targets.js';
import type { TransportName } from './wire.js';

export interface FanoutBenchOptions {
  subscribers: readonly number[];
  servers: readonly ContestantName[];
  transport: TransportName;
  /** From the start of the connection. */
  tls: boolean;
  /** Deliveries of each measurement, and how long it may last at most. */
  deliveries: number;
  seconds: number;
  rounds: number;
  onProgress(what: string): void;
}

const wayNames = { one: 'to one', one64: 'to one, 64 outstanding', all: 'to all' } as const;
const ways = ['one', 'one64', 'all'] as const;
type Way = (typeof ways)[number];

export async function fanoutBench(options: FanoutBenchOptions): Promise<Findings> {
  demandOpenFiles(Math.max(...options.subscribers));
  const folder = mkdtempSync(join(tmpdir(), 'finesse-ha-fanout-'));
  try {
    const certificate = await makeCertificate(folder, ['127.0.0.1']);
    const sections: Section[] = [];
    const notes: string[] = [];
    let last: Measured[] = [];
    for (const size of options.subscribers) {
      last = [];
      for (const name of options.servers) {
        options.onProgress(`${name}: starting, ${size} subscribers`);
        const own = join(folder, `${size}-${name}`);
        mkdirSync(own);
        try {
          last.push(await measureOne(name, size, own, certificate, options));
        } catch (error) {
          // One that does not get through must not cost the figures of the others.
          notes.push(`${size} subscribers: ${name} did not get through: ${(error as Error).message}`);
        }
      }
      sections.push(...sectionsOf(size, last));
      notes.push(...targetsOf(size, last));
    }
    return { sections, notes: [...notes, ...remarks], plots: plotsOf(last, options) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureOne(
  name: ContestantName,
  size: number,
  folder: string,
  certificate: Awaited<ReturnType<typeof makeCertificate>>,
  options: FanoutBenchOptions,
): Promise<Measured> {
  const { transport, tls, deliveries, seconds, rounds, onProgress } = options;
  const users = Array.from({ length: size }, (_, index) => String(10_001 + index));
  const webSocketTls = transport === 'websocket' && tls;
  const contestant = await startContestant(name, { users, folder, certificate, webSocketTls });
  try {
    const ca = tls ? certificate.ca : undefined;
    const enough = { deliveries, seconds };
    return await measure(contestant, { name, users, transport, ca, enough, rounds, onProgress });
  } finally {
    await contestant.stop();
  }
}

const remarks = [
  'CPU is the server’s with all its processes; what it costs to take the publish and to answer it is included.',
  'ejabberd and prosody have a plain configuration of their own: accounts with passwords, open nodes. The ones "as-node" run as a node of ours runs them: white lists, and the node’s REST API asked for every password.',
];

function sectionsOf(size: number, all: readonly Measured[]): Section[] {
  const ours = all.find(({ name }) => name === 'embedded');
  const rows = all.flatMap((measured) =>
    ways.map((way): Record<string, Cell> => {
      const rate = measured[way];
      return {
        server: measured.name,
        published: wayNames[way],
        'deliveries per CPU second': rate.perCpuSecond,
        'ours, times': ours === undefined ? null : ours[way].perCpuSecond / rate.perCpuSecond,
        'deliveries per second': rate.perSecond,
        'p50 ms': rate.p50Ms,
        'p99 ms': rate.p99Ms,
      };
    }),
  );
  const costs = all.map(({ name, kibPerConnection, logins }) => ({
    server: name,
    'KiB per connection': kibPerConnection,
    'first logins per CPU second': logins?.first ?? null,
    'later logins per CPU second': logins?.again ?? null,
  }));
  const beside = all.map(({ name, slow: { mib, reading, notReading, ended } }) => ({
    server: name,
    'MiB to the one': mib,
    'others p50 ms, it reads': reading.p50Ms,
    'it does not': notReading?.p50Ms ?? null,
    'others p99 ms, it reads': reading.p99Ms,
    'it does not (p99)': notReading?.p99Ms ?? null,
    'the one is': ended ? 'ended' : 'kept',
  }));
  return [
    { title: `Deliveries to ${size} subscribers`, rows },
    { title: `Connections and logins of ${size} subscribers`, rows: costs },
    { title: `To ${size} subscribers beside one that gets much more`, rows: beside },
  ];
}

/** Of the last size. */
function plotsOf(all: readonly Measured[], options: FanoutBenchOptions): Record<string, string> {
  const size = options.subscribers.at(-1) ?? 0;
  const plot = (way: Way) =>
    barPlot(
      `Deliveries per server CPU second, ${wayNames[way]}, ${size} subscribers`,
      all.map((measured) => ({
        label: measured.name,
        value: measured[way].perCpuSecond,
        text: Math.round(measured[way].perCpuSecond).toLocaleString('en-US'),
        ours: measured.name === 'embedded',
      })),
    );
  return { 'bench-fanout-one': plot('one64'), 'bench-fanout-all': plot('all') };
}
