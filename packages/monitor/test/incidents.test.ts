import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { IncidentLog } from '../src/incidents.js';
import { incidentsPage } from '../src/incidents-page.js';
import { WatchMetrics } from '../src/metrics.js';
import { PairPicture } from '../src/picture.js';

const directory = mkdtempSync(join(tmpdir(), 'finesse-ha-incidents-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('an incident has its first cause, and one open at a restart that is over is noticed late', () => {
  const file = join(directory, 'a.db');
  const before = IncidentLog.open(file, 1e9);
  before.observe('n', true, '', 1);
  before.observe('n', false, 'first', 10);
  before.observe('n', false, 'second', 20);
  before.close();
  const after = IncidentLog.open(file, 1e9);
  after.observe('n', true, '', 50);
  expect(after.list(0)).toEqual([
    { node: 'n', startedAt: 10, endedAt: 50, cause: 'first', endNoticedLate: true },
  ]);
  expect(after.list(51)).toEqual([]);
  after.close();
});

it('a cause that turned out to be another is corrected while it lasts', () => {
  const log = IncidentLog.open(':memory:', 1e9);
  log.observe('n', false, 'old', 1);
  log.observe('n', true, '', 2);
  log.observe('n', false, 'tomcat', 10);
  log.refine('n', 'web-app');
  expect(log.list(0).map(({ cause }) => cause)).toEqual(['old', 'web-app']);
  log.close();
});

it('goes on, and is read, where a process was killed while it held the lock', () => {
  const file = join(directory, 'locked.db');
  const killed = () => {
    mkdirSync(`${file}.lock`);
    const then = Date.now() / 1_000 - 20;
    utimesSync(`${file}.lock`, then, then);
  };
  const log = IncidentLog.open(file, 1e9);
  killed();
  log.observe('n', false, 'cause', 10);
  killed();
  const reader = IncidentLog.read(file);
  expect(reader.list(0)).toHaveLength(1);
  reader.close();
  log.observe('n', true, '', 20);
  expect(log.list(0)).toMatchObject([{ endedAt: 20 }]);
  log.close();
});

it('keeps what retention allows', () => {
  const log = IncidentLog.open(join(directory, 'b.db'), 100);
  log.observe('n', false, 'old', 10);
  log.observe('n', true, '', 20);
  log.observe('n', false, 'new', 200);
  log.observe('n', true, '', 210);
  expect(log.list(0).map(({ cause }) => cause)).toEqual(['new']);
  log.close();
});

it('a node that flaps for months leaves a bounded file, and bounded metrics', async () => {
  const most = 100;
  const log = IncidentLog.open(':memory:', Number.MAX_SAFE_INTEGER, most);
  const metrics = new WatchMetrics();
  const picture = new PairPicture();
  const measures = {
    pingMs: 1,
    arrival: { ms: 40, at: 1_000 },
    clockSkewMs: 1,
    heartbeatAgeMs: 1,
    maintenance: false,
    certificateExpiresAt: 1,
  };
  for (let at = 0; at < 20 * most; at += 1) {
    const systemInfo = at % 2 === 0 ? 'out-of-service' : 'in-service';
    const conditions = { systemInfo, xmpp: null, presence: null } as const;
    log.observe('n', systemInfo === 'in-service', 'cause', at);
    metrics.observe('n', conditions, at);
    metrics.measured({ node: 'n', roundTripMs: at, ...measures }, at);
    picture.observe('n', conditions, at);
  }
  expect(log.list(0)).toHaveLength(most);
  expect(log.recent(2).map(({ startedAt }) => startedAt)).toEqual([20 * most - 2, 20 * most - 4]);
  expect(picture.nodes).toHaveLength(1);
  const port = await metrics.listen('127.0.0.1', 0);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  metrics.close();
  expect(text.match(/^finesse_ha_node_\w+\{/gm)?.length).toBeLessThan(15);
  log.close();
});

it('names a file that is no database', () => {
  const file = join(directory, 'c.db');
  writeFileSync(file, 'not a database, but long enough to be looked at as if it were one'.repeat(20));
  expect(() => IncidentLog.open(file, 1)).toThrow(file);
});

it('what a node said is text on the page', () => {
  const page = incidentsPage(
    [{ node: 'n', startedAt: 10, endedAt: null, cause: '<script>', endNoticedLate: false }],
    0,
    100,
  );
  expect(page).not.toContain('<script>');
  expect(page).toContain('left:10.000%;width:90.000%');
});

it('the page shows when no node was up', () => {
  const incident = { cause: 'c', endNoticedLate: false };
  const page = incidentsPage(
    [
      { ...incident, node: 'a', startedAt: 10, endedAt: 50 },
      { ...incident, node: 'b', startedAt: 30, endedAt: null },
    ],
    0,
    100,
  );
  expect(page.match(/<i class="pair"/g)).toHaveLength(1);
  expect(page).toContain('<i class="pair" style="left:30.000%;width:20.000%"');
});
