/** `npm run bench fanout`: what a delivery, a connection and a login cost the embedded service, beside stock XMPP servers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '@finesse-ha/lab';
import { barPlot } from '../report/plot.js';
import type { Cell, Findings, Section } from '../report/report.js';
import { type ContestantName, startContestant } from './contestant.js';
import { type Measured, measure, type Rate } from './measure.js';

export interface FanoutBenchOptions {
  subscribers: readonly number[];
  servers: readonly ContestantName[];
  /** Direct TLS. */
  tls: boolean;
  /** Deliveries of each measurement. */
  deliveries: number;
  onProgress(what: string): void;
}

const ways = ['one', 'one64', 'all', 'allBesideSlow'] as const;
const wayNames = {
  one: 'to one',
  one64: 'to one, 64 outstanding',
  all: 'to all',
  allBesideSlow: 'to all beside a slow reader',
};

export async function fanoutBench(options: FanoutBenchOptions): Promise<Findings> {
  const folder = mkdtempSync(join(tmpdir(), 'finesse-ha-fanout-'));
  try {
    const certificate = await makeCertificate(folder, ['127.0.0.1']);
    const sections: Section[] = [];
    const notes: string[] = [];
    let last: Measured[] = [];
    for (const size of options.subscribers) {
      const users = Array.from({ length: size }, (_, index) => String(10_001 + index));
      last = [];
      for (const name of options.servers) {
        options.onProgress(`${name}: starting, ${size} subscribers`);
        const contestant = await startContestant(name, users, folder, certificate);
        try {
          const ca = options.tls ? certificate.ca : undefined;
          const { deliveries, onProgress } = options;
          last.push(await measure(contestant, { name, users, ca, deliveries, onProgress }));
        } finally {
          await contestant.stop();
        }
      }
      sections.push(...sectionsOf(size, last));
      notes.push(...targetsOf(size, last));
    }
    return { sections, notes: [...notes, ...remarks], plots: plotsOf(last, options.subscribers.at(-1) ?? 0) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const remarks = [
  'CPU is the server’s with all its processes; what it costs to take the publish and to answer it is included.',
  'Logins of ejabberd and Prosody ask a node’s REST API for the password, as they do beside a node; the embedded service knows it.',
];

function sectionsOf(size: number, all: readonly Measured[]): Section[] {
  const ours = all.find(({ name }) => name === 'embedded');
  const rows = all.flatMap((measured) =>
    ways.map((way): Record<string, Cell> => {
      const rate: Rate | null = measured[way];
      const own = ours?.[way];
      return {
        server: measured.name,
        published: wayNames[way],
        'deliveries per CPU second': rate?.perCpuSecond ?? null,
        'ours, times': own && rate ? own.perCpuSecond / rate.perCpuSecond : null,
        'deliveries per second': rate?.perSecond ?? null,
        'p50 ms': rate?.p50Ms ?? null,
        'p99 ms': rate?.p99Ms ?? null,
      };
    }),
  );
  const costs = all.map(({ name, kibPerConnection, loginsPerCpuSecond }) => ({
    server: name,
    'KiB per connection': kibPerConnection,
    'logins per CPU second': loginsPerCpuSecond,
  }));
  return [
    { title: `Deliveries to ${size} subscribers`, rows },
    { title: `Connections and logins of ${size} subscribers`, rows: costs },
  ];
}

function targetsOf(size: number, all: readonly Measured[]): string[] {
  const ours = all.find(({ name }) => name === 'embedded');
  const theirs = all.find(({ name }) => name === 'ejabberd');
  if (ours === undefined) return [];
  const judge = (what: string, met: boolean, figure: string) =>
    `${size} subscribers: ${what}: ${met ? 'met' : 'not met'} (${figure})`;
  const memory = ours.kibPerConnection;
  const notes = [judge('at most 20 KiB per connection', memory <= 20, `${memory.toFixed(1)} KiB`)];
  if (theirs === undefined) return notes;
  const one = ours.one64.perCpuSecond / theirs.one64.perCpuSecond;
  const toAll = ours.all.perCpuSecond / theirs.all.perCpuSecond;
  const logins = [ours.loginsPerCpuSecond ?? 0, theirs.loginsPerCpuSecond ?? 0] as const;
  return [
    ...notes,
    judge('3 times ejabberd to one, 64 outstanding', one >= 3, `${one.toFixed(1)} times`),
    judge('2 times ejabberd to all', toAll >= 2, `${toAll.toFixed(1)} times`),
    judge('more logins per CPU second', logins[0] > logins[1], logins.map(Math.round).join(' to ')),
  ];
}

function plotsOf(all: readonly Measured[], size: number): Record<string, string> {
  const plot = (way: 'one64' | 'all') =>
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
