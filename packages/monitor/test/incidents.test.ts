import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { IncidentLog } from '../src/incidents.js';
import { incidentsPage } from '../src/incidents-page.js';

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

it('keeps what retention allows', () => {
  const log = IncidentLog.open(join(directory, 'b.db'), 100);
  log.observe('n', false, 'old', 10);
  log.observe('n', true, '', 20);
  log.observe('n', false, 'new', 200);
  log.observe('n', true, '', 210);
  expect(log.list(0).map(({ cause }) => cause)).toEqual(['new']);
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
