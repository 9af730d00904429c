import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
  lab = await startLab();
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

describe('finesse-ha check', () => {
  const check = (...args: string[]) =>
    run(['check', lab.url('primary'), ...args], { FINESSE_PASSWORD: 'finesse' });

  it('both up is 0, one is 1, none is 2, with performance data in one line', async () => {
    const well = await check(...asUser());
    expect(well.stdout).toMatch(
      /^FINESSE OK - .* are in service \| 'up [^']+'=1 'systeminfo [^']+'=\d+ms;1000;5000/,
    );
    expect(well.stdout.trim().split('\n')).toHaveLength(1);
    expect(well.code).toBe(0);

    await lab.fault('web-app', { node: 'secondary' });
    const one = await check('--json');
    expect(JSON.parse(one.stdout)).toMatchObject({
      status: 'WARNING',
      problems: [`${lab.url('secondary')}: SystemInfo unreachable (HTTP 404 instead of SystemInfo)`],
    });
    expect(one.code).toBe(1);
    const single = await check('--single');
    expect(single.code).toBe(0);

    await lab.fault('cti-connection', { node: 'primary' });
    const none = await check();
    expect(none.stdout).toContain('FINESSE CRITICAL - ');
    expect(none.code).toBe(2);
    await lab.heal('cti-connection', { node: 'primary' });
    await lab.heal('web-app', { node: 'secondary' });
  });

  it('a threshold that is passed is told', async () => {
    const { stdout, code } = await check('--single', '-w', '0', '-c', '60000');
    expect(stdout).toMatch(/^FINESSE WARNING - .*SystemInfo took \d+ ms/);
    expect(code).toBe(1);
  });

  it('what cannot be told is 3: a wrong password, a wrong command line', async () => {
    const refused = await run(['check', lab.url('primary'), ...asUser()], { FINESSE_PASSWORD: 'wrong' });
    expect(refused.stdout).toContain('FINESSE UNKNOWN - ');
    expect(refused.stdout).not.toContain('wrong');
    expect(refused.code).toBe(3);
    expect((await check('--nonsense')).code).toBe(3);
    expect((await check('-w', 'soon')).code).toBe(3);
    expect((await run(['check', 'fin-a'])).code).toBe(3);
  });
});

describe('incidents and metrics of a watch', () => {
  const watch = () =>
    start([
      'watch',
      lab.url('primary'),
      '--interval',
      '0.2',
      '--json',
      '--incidents',
      file,
      '--metrics',
      '127.0.0.1:0',
    ]);
  const reader = (child: ChildProcess) => {
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    return async (node: string, systemInfo: string) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error('watch ended');
        const line = JSON.parse(value) as { node: string; systemInfo: string };
        if (line.node === node && line.systemInfo === systemInfo) return;
      }
    };
  };
  const listed = async () => JSON.parse((await run(['incidents', file, '--json'])).stdout) as Incident[];

  it('records a lost web app and a lost CTI link; one that is open at a kill goes on', async () => {
    const [primary, secondary] = [lab.url('primary'), lab.url('secondary')];
    const first = watch();
    const note = once(first.stderr!, 'data');
    const until = reader(first);
    await until(primary, 'in-service');
    await lab.fault('web-app', { node: 'primary' });
    await until(primary, 'unreachable');
    await lab.heal('web-app', { node: 'primary' });
    await until(primary, 'in-service');

    const port = /port (\d+)/.exec(String(await note))?.[1];
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain(`finesse_ha_node_up{node="${primary}"} 1`);
    expect(metrics).toContain(`finesse_ha_node_changes_total{node="${primary}"} 2`);

    await lab.fault('cti-connection', { node: 'secondary' });
    await until(secondary, 'out-of-service');
    first.kill('SIGKILL');
    await once(first, 'close');
    expect(await listed()).toMatchObject([
      {
        node: primary,
        cause: 'SystemInfo unreachable: HTTP 404 instead of SystemInfo',
        endNoticedLate: false,
      },
      { node: secondary, cause: expect.stringContaining('OUT_OF_SERVICE'), endedAt: null },
    ]);

    const second = watch();
    const untilThen = reader(second);
    await untilThen(secondary, 'out-of-service');
    await lab.heal('cti-connection', { node: 'secondary' });
    await untilThen(secondary, 'in-service');
    second.kill('SIGINT');
    expect((await once(second, 'close'))[0]).toBe(0);
    const incidents = await listed();
    expect(incidents).toHaveLength(2);
    expect(incidents[1]).toMatchObject({
      node: secondary,
      endedAt: expect.any(Number),
      endNoticedLate: false,
    });
  });

  it('reports them as text and as a page that needs nothing else', async () => {
    const page = join(directory, 'incidents.html');
    const { code } = await run(['incidents', file, '--html', page]);
    expect(code).toBe(0);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('HTTP 404 instead of SystemInfo');
    expect(html).not.toMatch(/src=|href=|url\(/);
    expect((await run(['incidents', file, '--since', '1h'])).stdout).toContain(lab.url('secondary'));
  });

  it.each([
    [['incidents', '/nonexistent/x.db'], 1, '/nonexistent/x.db: no such file'],
    [['incidents', file, '--since', 'ever'], 2, '--since must be a number and s, m, h or d'],
    [['watch', 'http://127.0.0.1:9', '--metrics', 'here'], 2, '--metrics must be :PORT or HOST:PORT'],
  ])('finesse-ha %j says what is wrong', async (args, code, sentence) => {
    const result = await run(args);
    expect(result.stderr).toContain(sentence);
    expect(result.code).toBe(code);
  });
});
