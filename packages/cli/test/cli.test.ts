import { once } from 'node:events';
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';
import { FinesseClient } from '@finesse-ha/client';
import { type Lab, startLab } from '@finesse-ha/lab';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, start } from './run.js';

const noLab = { FINESSE_HA_CONTROL_FILE: '/nonexistent/control.json' };

describe('what is wrong is said in one sentence', () => {
  it.each([
    [['nonsense'], 2, "unknown command 'nonsense'"],
    [['drill', '--agentz', '2'], 2, "unknown option '--agentz'"],
    [['drill', 'earthquake'], 2, 'unknown scenario "earthquake"'],
    [['drill', '--agents', 'many'], 2, '--agents must be a whole number'],
    [['fault', 'earthquake'], 2, 'unknown scenario "earthquake"'],
    [['fault', 'web-app', '--silent'], 2, 'web-app has no silent variant'],
    [['fault', 'tomcat', '--node', 'third'], 2, 'Allowed choices are primary, secondary'],
    [['fault', 'tomcat'], 1, 'no lab is running'],
    [['lab', '--agents', '1'], 2, '--agents must be a whole number'],
    [['verify', '--disturbances', 'many'], 2, '--disturbances must be a whole number'],
    [['verify', '--only', 'nothing'], 2, 'Allowed choices are pair'],
    [['watch', 'fin-a'], 2, '"fin-a" is not a URL'],
    [['watch', 'http://127.0.0.1:9'], 1, 'cannot reach http://127.0.0.1:9'],
    [['watch', 'http://no-such-host.invalid:8445'], 1, 'cannot reach http://no-such-host.invalid:8445'],
    [['watch', 'http://127.0.0.1:9', '--user', '1'], 2, 'FINESSE_PASSWORD'],
    [['watch', 'http://127.0.0.1:9', '--ca', '/nope.pem'], 2, 'cannot read --ca /nope.pem'],
  ])('finesse-ha %j', async (args, code, sentence) => {
    const result = await run(args, { ...noLab, FINESSE_PASSWORD: '' });
    expect(result.stderr).toContain(sentence);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.code).toBe(code);
  });

  it.each([[[]], [['lab']], [['fault']], [['drill']], [['watch']], [['verify']]])(
    'help for %j has examples',
    async (command) => {
      const { code, stdout } = await run([...command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain('Examples:');
      expect(stdout).not.toContain('\u001b[');
    },
  );
});

describe('finesse-ha watch', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab.stop());

  interface Line {
    node: string;
    available: boolean;
    why: string;
    kind: string;
    pingMs?: number | null;
    arrival?: { ms: number; at: number } | null;
  }

  it('tells each change of each node with its cause, the alternate learned', async () => {
    const args = [
      'watch',
      lab.url('primary'),
      '--user',
      '1001002',
      '--ws-port',
      String(lab.deployment.places.nodes.primary.ports.webSocket),
      '--interval',
      '0.2',
      '--json',
    ];
    const child = start(args, { FINESSE_PASSWORD: 'finesse' });
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    const until = async (wanted: (line: Line) => boolean): Promise<Line> => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error('watch ended');
        const line = JSON.parse(value) as Line;
        if (wanted(line)) return line;
      }
    };
    const up = new Set<string>();
    await until(({ node, available }) => available && up.add(node).size === 2);
    expect(up).toEqual(new Set([lab.url('primary'), lab.url('secondary')]));
    const { pingMs } = await until(({ kind, pingMs }) => kind === 'measures' && typeof pingMs === 'number');
    expect(pingMs).toBeGreaterThan(0);
    const timed = new Map<string, number>();
    await whileAgentWorks(async () => {
      await until(({ node, arrival }) => arrival != null && timed.set(node, arrival.ms).size === 2);
    });
    for (const ms of timed.values()) expect(ms).toBeLessThan(10_000);
    await lab.fault('tomcat', { node: 'secondary' });
    const down = await until(
      ({ node, kind, available }) => kind !== 'measures' && !available && node === lab.url('secondary'),
    );
    expect(down.why).toContain('presence-unavailable');
    await lab.heal('tomcat', { node: 'secondary' });
    await until(({ node, available }) => available && node === lab.url('secondary'));
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  }, 60_000);

  /** An agent of the watch's team changes states as long as something goes on. */
  async function whileAgentWorks(something: () => Promise<void>): Promise<void> {
    const agent = new FinesseClient(lab.clientOptions('1001001'));
    await agent.connect();
    await agent.signIn();
    let over = false;
    const work = async () => {
      for (let turn = 0; !over; turn += 1) await agent.setState(turn % 2 === 0 ? 'READY' : 'NOT_READY');
    };
    await Promise.all([work(), something().finally(() => (over = true))]);
    await agent.close();
  }

  it('without a user watches SystemInfo alone, and says so', async () => {
    const child = start(['watch', lab.url('secondary'), '--interval', '0.2']);
    let notes = '';
    child.stderr?.on('data', (data) => {
      notes += data;
    });
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    const until = async (node: string, words: string) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error('watch ended');
        if (value.includes(node) && value.includes(words)) return;
      }
    };
    const node = lab.url('primary');
    await until(node, 'IN SERVICE  (CTI heartbeat success)');
    await lab.fault('cti-connection');
    await until(node, 'NOT IN SERVICE  (CTI heartbeat failure)');
    await lab.fault('web-app');
    await until(node, 'NOT IN SERVICE  (HTTP 404 instead of SystemInfo)');
    await lab.heal('web-app');
    await lab.heal('cti-connection');
    await until(node, '  IN SERVICE');
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(notes).toContain('without --user only SystemInfo is watched');
  }, 60_000);

  it('ends with a sentence for a certificate that is not trusted', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }]);
    const server = createServer({ key, cert }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `https://127.0.0.1:${(server.address() as { port: number }).port}`;
    const { code, stderr } = await run(['watch', url]);
    expect(stderr).toContain(`the certificate of ${url} is refused`);
    expect(code).toBe(1);
    server.close();
  });

  it('ends with a sentence for a wrong password', async () => {
    const args = [
      'watch',
      lab.url('primary'),
      '--user',
      '1001001',
      '--ws-port',
      String(lab.deployment.places.nodes.primary.ports.webSocket),
    ];
    const { code, stderr } = await run(args, { FINESSE_PASSWORD: 'wrong' });
    expect(stderr).toContain('wrong password for user 1001001');
    expect(code).toBe(1);
  });
});
