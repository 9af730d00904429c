import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { WatchMetrics } from '../src/metrics.js';

const place = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const metrics = new WatchMetrics();
let served = '';
beforeAll(async () => {
  const port = await metrics.listen('127.0.0.1', 0);
  const at = 1_700_000_000_000;
  for (const node of ['https://a:8445', 'https://b:8445']) {
    metrics.observe(node, { systemInfo: 'in-service', xmpp: 'up', presence: 'available' }, at);
    metrics.measured(
      {
        node,
        roundTripMs: 12,
        pingMs: 3,
        arrival: { ms: 40, at: 1_000 },
        clockSkewMs: -40,
        heartbeatAgeMs: 900,
        maintenance: false,
        certificateExpiresAt: at,
      },
      at,
    );
  }
  served = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
});
afterAll(() => metrics.close());

const { groups } = parse(readFileSync(place('prometheus/alerts.yaml'), 'utf8')) as {
  groups: { rules: { alert: string; expr: string }[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readFileSync(place('grafana/finesse-pair.json'), 'utf8')) as {
  panels: { title: string; targets: { expr: string }[] }[];
};

it.each([
  ['alert', rules.map(({ alert, expr }) => [alert, expr] as const)],
  [
    'panel',
    dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
  ],
])('every %s asks for metrics that are served', (_what, asked) => {
  expect(asked.length).toBeGreaterThan(0);
  for (const [who, expr] of asked) {
    const names = expr.match(/finesse_ha_\w+/g) ?? [];
    expect(names, who).not.toEqual([]);
    for (const name of names) expect(served, who).toMatch(new RegExp(`^${name}(\\{| )`, 'm'));
  }
});

it('what cannot be told is not served', async () => {
  const own = new WatchMetrics();
  const port = await own.listen('127.0.0.1', 0);
  const measures = {
    clockSkewMs: null,
    heartbeatAgeMs: null,
    maintenance: false,
    certificateExpiresAt: null,
  };
  own.measured({ node: 'n', roundTripMs: 5, pingMs: 5, arrival: null, ...measures }, 1_000);
  own.measured({ node: 'n', roundTripMs: null, pingMs: 5, arrival: null, ...measures }, 2_000);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  own.close();
  expect(text).not.toContain('finesse_ha_node_systeminfo_round_trip_seconds{');
  expect(text).toContain('finesse_ha_node_xmpp_ping_round_trip_seconds{node="n"} 0.005');
});

const promtool = '/usr/bin/promtool';
describe.skipIf(!existsSync(promtool))('promtool (Debian package prometheus)', () => {
  it.each([
    ['rules', ['check', 'rules', place('prometheus/alerts.yaml')], ''],
    ['the tests of the rules', ['test', 'rules', place('prometheus/alerts.test.yaml')], ''],
    ['metrics as served', ['check', 'metrics'], undefined],
  ])('approves of %s', (_what, args, input) => {
    const { status, stdout, stderr } = spawnSync(promtool, args, {
      input: input ?? served,
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).not.toMatch(/FAILED|error|should|use /i);
    expect(status).toBe(0);
  });

  it('has a test for every rule', () => {
    const tests = readFileSync(place('prometheus/alerts.test.yaml'), 'utf8');
    for (const { alert } of rules) expect(tests).toContain(`alertname: ${alert}\n`);
  });
});
