import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Lab, startLab } from '@finesse-ha/lab';
import type { Incident } from '@finesse-ha/monitor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, start } from './run.js';

let lab: Lab;
const directory = mkdtempSync(join(tmpdir(), 'finesse-ha-monitor-'));
const file = join(directory, 'incidents.db');
beforeAll(async () => {
  lab = await startLab({ ctiHeartbeatIntervalMs: 1_000 });
});
afterAll(async () => {
  await lab.stop();
  rmSync(directory, { recursive: true });
});

const asUser = () => [
  '--user',
  '1001002',
  '--ws-port',
  String(lab.deployment.places.nodes.primary.ports.webSocket),
];
const check = (...args: string[]) =>
  run(['check', lab.url('primary'), ...args], { FINESSE_PASSWORD: 'finesse' });
const listed = async () => JSON.parse((await run(['incidents', file, '--json'])).stdout) as Incident[];

interface Line {
  node: string;
  kind: string;
  systemInfo?: string;
  state?: string;
}

/** A watch as programs see it, with a file of its own that says everything. */
function watch() {
  const config = join(directory, 'monitor.yaml');
  writeFileSync(
    config,
    `nodes: ["\${NODE}"]\ninterval: 0.2s\nincidents: { file: ${file} }\nmetrics: 127.0.0.1:0\n`,
  );
  const child = start(['watch', '--config', config, '--json'], { NODE: lab.url('primary') });
  const note = once(child.stderr!, 'data');
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const until = async (wanted: Partial<Line>): Promise<Line> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error('watch ended');
      const line = JSON.parse(value) as Line;
      if (Object.entries(wanted).every(([key, one]) => line[key as keyof Line] === one)) return line;
    }
  };
  const metrics = async () => {
    const port = /port (\d+)/.exec(String(await note))?.[1];
    return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  };
  return { child, until, metrics };
}

it('check tells what it sees by line and exit code', async () => {
  const [well, single, slow, refused] = await Promise.all([
    check(...asUser(), '-t', '20'),
    check('--single', '--json'),
    check('--single', '-w', '@0:60000', '-c', '~:60000'),
    run(['check', lab.url('primary'), '--single', ...asUser()], { FINESSE_PASSWORD: 'wrong' }),
  ]);
  expect(well.stdout).toMatch(
    /^FINESSE OK - .* are in service \| 'up [^']+'=1 'systeminfo [^']+'=\d+ms;1000;5000;0/,
  );
  expect(well.stdout.trim().split('\n')).toHaveLength(1);
  expect(well.code).toBe(0);
  expect(JSON.parse(single.stdout)).toMatchObject({ status: 'OK', problems: [] });
  expect(slow.stdout).toMatch(/^FINESSE WARNING - .*SystemInfo took \d+ ms.*ms;@0:60000;~:60000;0/);
  expect(slow.code).toBe(1);
  expect(refused.stdout).toContain('FINESSE UNKNOWN - ');
  expect(refused.stdout).not.toContain('wrong');
  expect(refused.code).toBe(3);
});

it('a watch records a lost web app and a lost CTI link; what is open at a kill goes on', async () => {
  const [primary, secondary] = [lab.url('primary'), lab.url('secondary')];
  const first = watch();
  await first.until({ node: secondary, kind: 'measures', state: 'up' });
  await lab.fault('web-app', { node: 'secondary' });
  await first.until({ node: secondary, systemInfo: 'unreachable' });
  const one = check('--json');
  expect(JSON.parse((await one).stdout)).toMatchObject({
    status: 'WARNING',
    problems: [`${secondary}: SystemInfo unreachable (HTTP 404 instead of SystemInfo)`],
  });
  expect((await one).code).toBe(1);

  await lab.fault('cti-connection', { node: 'primary' });
  await first.until({ node: primary, systemInfo: 'out-of-service' });
  const none = check();
  await lab.heal('web-app', { node: 'secondary' });
  await first.until({ node: secondary, systemInfo: 'in-service' });
  expect((await none).stdout).toMatch(/^FINESSE (CRITICAL|WARNING) - /);
  const metrics = await first.metrics();
  expect(metrics).toContain(`finesse_ha_node_up{node="${secondary}"} 1`);
  expect(metrics).toContain(`finesse_ha_node_changes_total{node="${secondary}"} 2`);
  expect(metrics).toContain('finesse_ha_pair_nodes_up 1');
  expect(metrics).toMatch(/^finesse_ha_node_systeminfo_round_trip_seconds\{.*\} 0\.\d+$/m);

  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  expect(await listed()).toMatchObject([
    {
      node: secondary,
      cause: 'SystemInfo unreachable: HTTP 404 instead of SystemInfo',
      endNoticedLate: false,
    },
    { node: primary, cause: expect.stringContaining('OUT_OF_SERVICE'), endedAt: null },
  ]);

  const second = watch();
  await second.until({ node: primary, systemInfo: 'out-of-service' });
  await lab.heal('cti-connection', { node: 'primary' });
  await second.until({ node: primary, systemInfo: 'in-service' });
  second.child.kill('SIGINT');
  expect((await once(second.child, 'close'))[0]).toBe(0);

  const page = join(directory, 'incidents.html');
  const [incidents, text, paged] = await Promise.all([
    listed(),
    run(['incidents', file, '--since', '1h']),
    run(['incidents', file, '--html', page]),
  ]);
  expect(incidents).toHaveLength(2);
  expect(incidents[1]).toMatchObject({ node: primary, endedAt: expect.any(Number), endNoticedLate: false });
  expect(text.stdout).toContain(secondary);
  expect(paged.code).toBe(0);
  const html = readFileSync(page, 'utf8');
  expect(html).toContain('HTTP 404 instead of SystemInfo');
  expect(html).not.toMatch(/src=|href=|url\(/);
}, 60_000);

describe('says what is wrong', () => {
  it.concurrent.each([
    [['incidents', '/nonexistent/x.db'], 1, '/nonexistent/x.db: no such file'],
    [['incidents', 'x.db', '--since', 'ever'], 2, '--since must be a number and s, m, h or d'],
    [['watch', 'http://127.0.0.1:9', '--metrics', 'here'], 2, '--metrics must be :PORT or HOST:PORT'],
    [['watch', '--config', '/nonexistent.yaml'], 2, '/nonexistent.yaml: ENOENT'],
    [['check', '--nonsense'], 3, "unknown option '--nonsense'"],
    [['check', 'http://127.0.0.1:9', '-w', 'soon'], 3, '--warning: "soon" is not a range'],
    [['check', 'fin-a'], 3, '"fin-a" is not a URL'],
    [['check'], 3, 'name the URL of a node'],
  ])('finesse-ha %j', async (args, code, sentence) => {
    const result = await run(args);
    expect(result.stderr).toContain(sentence);
    expect(result.code).toBe(code);
  });
});
