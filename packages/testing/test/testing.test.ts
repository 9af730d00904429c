import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type TestLab } from '../src/index.js';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Runs or not; a zombie that nobody has waited for yet does not. */
function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function text(url: string): Promise<string> {
  return (await fetch(`${url}/finesse/api/SystemInfo`)).text();
}

describe('startLab', () => {
  let labs: [TestLab, TestLab];
  beforeAll(async () => {
    labs = await Promise.all([startLab(), startLab()]);
  });
  afterAll(() => Promise.all(labs?.map((lab) => lab.stop()) ?? []));

  it('starts several at once, each with addresses of its own', () => {
    const urls = labs.flatMap(({ nodes }) => [nodes.primary, nodes.secondary]).map(({ restUrl }) => restUrl);
    expect(new Set(urls).size).toBe(4);
  });

  it('breaks one and leaves the other alone, and mends all of it', async () => {
    const [broken, whole] = labs;
    await broken.fault('tomcat', { node: 'primary' });
    await broken.fault('cti-connection', { node: 'secondary' });
    await expect(text(broken.nodes.primary.restUrl)).rejects.toThrow();
    expect(await text(whole.nodes.primary.restUrl)).toContain('IN_SERVICE');
    await broken.heal();
    expect(broken.lab.broken).toEqual([]);
    for (const node of ['primary', 'secondary'] as const) {
      expect(await text(broken.nodes[node].restUrl)).toContain('<status>IN_SERVICE</status>');
    }
  });

  it('gives an agent to sign in with, and signs one in', async () => {
    const [lab] = labs;
    const [id = ''] = lab.agentIds;
    const agent = lab.agent(id);
    expect(agent).toMatchObject({ id: '1001001', extension: '1001001' });
    const response = await fetch(`${agent.nodes.primary.restUrl}/finesse/api/User/${id}`, {
      headers: { authorization: `Basic ${btoa(`${id}:${agent.password}`)}` },
    });
    expect(response.status).toBe(200);
    const client = await agent.signIn();
    expect(client.user?.state).toBe('NOT_READY');
    expect(() => lab.agent('nobody')).toThrow('the lab has no agent nobody');
  });

  it('stops at the end of a scope, and twice', async () => {
    const [, lab] = labs;
    const pids = lab.lab.processes.map(({ pid }) => pid ?? 0);
    await lab[Symbol.asyncDispose]();
    await lab.stop();
    expect(pids.length).toBe(10);
    expect(pids.filter(alive)).toEqual([]);
  });
});

describe('a test that is killed', () => {
  it('leaves no process, frozen ones neither, and no file', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'finesse-ha-crash-'));
    const child = spawn(process.execPath, [file('crash-child.mjs')], {
      env: { ...process.env, TMPDIR: dir },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = await once(createInterface({ input: child.stdout }), 'line');
      const { pids } = JSON.parse(line) as { pids: number[] };
      expect(pids.filter(alive)).toEqual(pids);
      child.kill('SIGKILL');
      await expect.poll(() => pids.filter(alive), { timeout: 10_000 }).toEqual([]);
      await expect.poll(() => readdirSync(dir), { timeout: 10_000 }).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    }
  });
});

describe('the examples', () => {
  it('run under node:test', async () => {
    const child = spawn(process.execPath, ['--test', file('../examples/node-test.test.js')], {
      // Vitest's own variables are not for the other runner; nor is the one that makes a runner report to a parent.
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    const [code] = await once(child, 'close');
    expect(output).toMatch(/pass 1$/m);
    expect(code).toBe(0);
  });

  it('stand in the README as they are', () => {
    const readme = readFileSync(file('../README.md'), 'utf8');
    for (const name of readdirSync(file('../examples'))) {
      expect(readme, name).toContain(readFileSync(file(`../examples/${name}`), 'utf8').trim());
    }
  });
});
