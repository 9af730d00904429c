import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ControlStatus } from '@finesse-ha/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, start } from './run.js';

interface Line {
  source: string;
  kind: string;
  text: string;
  node?: string;
  nodes?: { name: string; url: string }[];
}

/** What a command prints, line by line: each line is looked at once. */
class Lines {
  readonly #lines: AsyncIterator<string>;

  constructor(child: ChildProcess) {
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  async until(wanted: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error('it ended before it said so');
      const line = JSON.parse(value) as Line;
      if (wanted(line)) return line;
    }
  }
}

function alive(pid: number | undefined): boolean {
  try {
    process.kill(pid ?? 0, 0);
    return pid !== undefined;
  } catch {
    return false;
  }
}

function closed(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', (code) => resolve(code)));
}

describe('finesse-ha lab, and fault from a second terminal', () => {
  // Where the labs of these tests leave word of themselves: apart from those of whoever runs the tests.
  const dir = mkdtempSync(join(tmpdir(), 'finesse-ha-cli-test-'));
  const env = { TMPDIR: dir };
  let lab: ChildProcess;
  let lines: Lines;
  let secondary = '';

  beforeAll(async () => {
    lab = start(['lab', '--addresses', 'free', '--json'], env);
    lines = new Lines(lab);
    const up = await lines.until(({ kind }) => kind === 'up');
    secondary = up.nodes?.find(({ name }) => name === 'secondary')?.url ?? '';
  });
  afterAll(() => {
    lab.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });

  async function status(): Promise<ControlStatus> {
    const { stdout } = await run(['fault', '--json'], env);
    return JSON.parse(stdout) as ControlStatus;
  }

  it('lets nobody else read how it is reached', () => {
    const [file] = readdirSync(dir).filter((name) => name.endsWith('.json'));
    expect(statSync(join(dir, file ?? '')).mode & 0o077).toBe(0);
  });

  it('tells what runs', async () => {
    const { nodes, processes } = await status();
    expect(nodes.map(({ node, status }) => `${node} ${status}`)).toEqual([
      'primary IN_SERVICE',
      'secondary IN_SERVICE',
    ]);
    expect(processes.length).toBe(10);
    expect(processes.every(({ state, pid }) => state === 'running' && alive(pid))).toBe(true);
    const { stdout } = await run(['fault'], env);
    expect(stdout).toMatch(/primary-notification +running +pid \d+/);
  });

  it('is broken and healed, and shows what everybody does', async () => {
    const broken = await run(['fault', 'notification-service'], env);
    expect(broken).toMatchObject({ code: 0, stdout: 'broken: notification-service of primary\n' });
    await lines.until(({ source, kind }) => source === 'lab' && kind === 'fault');
    await lines.until(({ source, kind }) => source === 'primary-notification' && kind === 'exit');
    const waiting = new Set(['agent 1001001', 'agent 1001002', 'primary']);
    await lines.until(({ source, kind, text, node }) => {
      if (kind === 'recovered' && node === secondary) waiting.delete(source);
      if (kind === 'status' && text === 'OUT_OF_SERVICE') waiting.delete(source);
      return waiting.size === 0;
    });
    expect((await run(['fault', 'notification-service', '--heal'], env)).code).toBe(0);
    await lines.until(({ source, text }) => source === 'primary' && text === 'IN_SERVICE');
  });

  it('is called by customers until they are stopped, and then nobody is left in a call', async () => {
    const calls = start(['calls', '--rate', '600', '--queue', '5022', '--json'], env);
    const called = new Lines(calls);
    await called.until(({ kind }) => kind === 'arrived');
    const ended = closed(calls);
    calls.kill('SIGINT');
    await called.until(({ kind }) => kind === 'ended');
    expect(await ended).toBe(0);
  });

  it('says what it cannot do', async () => {
    await run(['fault', 'tomcat'], env);
    const { code, stderr } = await run(['fault', 'web-app'], env);
    expect(stderr).toBe('finesse-ha: primary-web-host is not running\n');
    expect(code).toBe(1);
    await run(['fault', 'tomcat', '--heal'], env);
  });

  it('is one of its kind for a user', async () => {
    const { code, stderr } = await run(['lab', '--addresses', 'free'], env);
    expect(stderr).toContain('another lab of yours is running; stop it first');
    expect(code).toBe(1);
  });

  it('stops on SIGTERM and leaves nothing behind', async () => {
    const { processes } = await status();
    const ended = closed(lab);
    lab.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(processes.filter(({ pid }) => alive(pid))).toEqual([]);
    expect(readdirSync(dir)).toEqual([]);
    expect((await run(['fault'], env)).stderr).toContain('no lab is running');
  });
});

describe('a lab that ends otherwise', () => {
  it('stops while it is still starting', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'finesse-ha-cli-test-'));
    const lab = start(['lab', '--addresses', 'free', '--json'], { TMPDIR: dir });
    await new Lines(lab).until(({ text }) => text.startsWith('starting'));
    const ended = closed(lab);
    lab.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(readdirSync(dir)).toEqual([]);
    rmSync(dir, { recursive: true });
  });

  it('is over when nobody reads what it says any more', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'finesse-ha-cli-test-'));
    const lab = start(['lab', '--addresses', 'free', '--json'], { TMPDIR: dir });
    await new Lines(lab).until(({ text }) => text.startsWith('starting'));
    const ended = once(lab, 'exit');
    lab.stdout?.destroy();
    expect(await ended).toEqual([0, null]);
    await expect.poll(() => readdirSync(dir), { timeout: 10_000 }).toEqual([]);
    rmSync(dir, { recursive: true });
  });

  it('names the port that is taken', async () => {
    const holder = createServer();
    // Held by a lab of whoever runs the tests already: just as well.
    holder.on('error', () => undefined).listen(5223, '127.0.0.1');
    await Promise.race([once(holder, 'listening'), once(holder, 'error')]).catch(() => undefined);
    const { code, stderr } = await run(['lab']);
    expect(stderr).toMatch(/^finesse-ha: port \d+ of 127\.0\.0\.\d \(.+\) is taken by another process/);
    expect(code).toBe(1);
    holder.close();
  });
});

describe('a checkout that is not built', () => {
  it('is told how to build it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'finesse-ha-cli-test-'));
    mkdirSync(join(dir, 'bin'));
    const bin = join(dir, 'bin', 'finesse-ha.mjs');
    copyFileSync(fileURLToPath(new URL('../bin/finesse-ha.js', import.meta.url)), bin);
    const child = spawn(process.execPath, [bin, 'lab'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [said] = (await once(child.stderr, 'data')) as [Buffer];
    expect(said.toString()).toContain('not built yet. Run `npm run build`');
    expect(await closed(child)).toBe(1);
    rmSync(dir, { recursive: true });
    expect(existsSync(dir)).toBe(false);
  });
});
