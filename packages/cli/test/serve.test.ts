/** `finesse-ha serve`: a deployment's file, the processes that come of it, and what becomes of them. */
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { components, Lab, planDeployment, prepareDeployment, readDeploymentFile } from '@finesse-ha/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { finished, run, start } from './run.js';

const center = fileURLToPath(new URL('../../lab/data/contact-center.yaml', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fha-serve-'));
let lab: Lab;

beforeAll(async () => {
  // Never started: it gives addresses that are free, and a certificate for them.
  lab = await Lab.prepare({ agents: 3 });
  for (const file of ['cert.pem', 'key.pem'])
    copyFileSync(join(lab.certificate.certFile, '..', file), join(folder, file));
});

afterAll(() => lab.stop());

/** The lab's own deployment as a file's contents. */
function deployment(change: object = {}): Record<string, unknown> {
  const { nodes, cti } = lab.deployment.places;
  const node = (name: 'primary' | 'secondary') => {
    const { host, ports } = nodes[name];
    return {
      host,
      ports: { rest: ports.rest, xmpp: ports.xmpp, xmppTls: ports.xmppTls, webSocket: ports.webSocket },
      links: {
        xmpp: ports.internalXmpp,
        xmppTls: ports.internalXmppTls,
        webSocket: ports.internalWebSocket,
        ctiA: ports.linkCtiA,
        ctiB: ports.linkCtiB,
      },
    };
  };
  return {
    run: [...components],
    contactCenter: center,
    agents: 3,
    logTraffic: lab.deployment.logTraffic,
    secrets: { ...lab.deployment.secrets },
    tls: { certFile: 'cert.pem', keyFile: 'key.pem' },
    nodes: { primary: node('primary'), secondary: node('secondary') },
    cti: {
      a: { host: cti.host, port: cti.ports.a, peerPort: cti.ports.peerA },
      b: { host: cti.host, port: cti.ports.b, peerPort: cti.ports.peerB },
    },
    ...change,
  };
}

/** How the file names an environment variable. */
function variable(name: string): string {
  return `\${${name}}`;
}

function write(name: string, value: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof value === 'string' ? value : stringify(value));
  return file;
}

describe("a deployment's file", () => {
  it("expresses the lab's own deployment", () => {
    const file = readDeploymentFile(
      write('lab.yaml', deployment({ tls: { certFile: 'cert.pem', keyFile: 'key.pem', required: false } })),
    );
    const plans = planDeployment(file);
    expect(plans.map(({ name }) => name).sort()).toEqual([...components].sort());
    for (const { name, config } of lab.plans) {
      const found = plans.find((plan) => plan.name === name)?.config as Record<string, unknown>;
      // What is the lab's alone: its own certificate's place, and that every origin may call.
      const { tls: _tls, allowedOrigins: _origins, ...same } = config as Record<string, unknown>;
      expect(found).toMatchObject(same);
    }
  });

  it.each([
    ['a component that does not exist', { run: ['tomcat'] }, /:\d+: run\.0: Invalid option/],
    ['an option that does not exist', { colour: 'red' }, /Unrecognized key: "colour"/],
    ['a port that is none', { cti: { a: { host: 'x', port: 70_000, peerPort: 1 } } }, /:\d+: cti\.a\.port: /],
    ['a short secret', { secrets: { peer: 'short', finesse: 'short' } }, /:\d+: secrets\.peer: .*16/],
    ['a variable that is not set', { logLevel: variable('NO_SUCH') }, /:\d+: .*NO_SUCH is not set/],
    ['a contact center that is not there', { contactCenter: 'nowhere.yaml' }, /nowhere\.yaml cannot be read/],
    ['a certificate that is not there', { tls: { certFile: 'none.pem', keyFile: 'key.pem' } }, /none\.pem/],
  ])('is refused with file, line, place and reason: %s', (_what, change, message) => {
    const file = write('bad.yaml', deployment(change));
    const observer = { onLog: () => undefined, onReady: () => undefined, onDied: () => undefined };
    expect(() => prepareDeployment(file, observer)).toThrow(message);
  });

  it('that is missing is named', async () => {
    const { code, stderr } = await run(['serve', '--deployment', join(folder, 'none.yaml')]);
    expect(stderr).toMatch(/none\.yaml cannot be read/);
    expect(code).toBe(1);
  });

  it('takes secrets from the environment', () => {
    const secrets = { peer: variable('A_SECRET'), finesse: 'another-secret-of-16' };
    const env = { A_SECRET: 'a-secret-of-16-or-more' };
    expect(readDeploymentFile(write('env.yaml', deployment({ secrets })), env).secrets.peer).toBe(
      env.A_SECRET,
    );
  });
});

describe('finesse-ha serve', () => {
  it('runs a pair over TLS, starts again what dies, and ends in good order', async () => {
    const nodes = deployment().nodes as Record<'primary' | 'secondary', { host: string; ports: object }>;
    const plain = ({ host, ports }: { host: string; ports: object }) => ({ host, ports });
    const file = write(
      'pair.yaml',
      deployment({
        run: components.filter((name) => !name.includes('link')),
        nodes: { primary: plain(nodes.primary), secondary: plain(nodes.secondary) },
      }),
    );
    const child = start(['serve', '--deployment', file]);
    const end = finished(child);
    const lines: string[] = [];
    const waiting = new Set<() => void>();
    createInterface({ input: child.stdout! }).on('line', (line) => {
      lines.push(line);
      for (const look of [...waiting]) look();
    });
    /** The first line from number `from` on that matches; fails when the command ends before. */
    const said = (pattern: RegExp, from = 0) =>
      new Promise<string>((resolve, reject) => {
        const look = () => {
          const found = lines.slice(from).find((line) => pattern.test(line));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        void end.then(({ stderr }) =>
          reject(new Error(`it ended: ${stderr}\n${lines.slice(-5).join('\n')}`)),
        );
        look();
      });
    try {
      await said(/"msg":"all ready"/);
      await said(/"node":"primary".*"to":"IN_SERVICE"/);
      const { host, ports } = lab.deployment.places.nodes.primary;
      const ca = readFileSync(join(folder, 'cert.pem'));
      const status = await new Promise((resolve, reject) => {
        get(`https://${host}:${ports.rest}/finesse/api/SystemInfo`, { ca }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).on('error', reject);
      });
      expect(status).toBe(200);

      const listening = await said(
        /"process":"notification","node":"primary".*"msg":"listening"|"msg":"listening".*primary/,
      );
      const { pid } = JSON.parse(listening) as { pid?: number };
      expect(pid).toBeGreaterThan(0);
      const before = lines.length;
      process.kill(pid!, 'SIGKILL');
      await said(/"component":"primary-notification".*died, is started again/, before);
      await said(/"node":"primary".*"to":"IN_SERVICE"/, before);

      const loud = lines.length;
      child.kill('SIGHUP');
      for (const node of ['primary', 'secondary']) {
        for (const name of ['notification', 'web-host'])
          await said(new RegExp(`"process":"${name}","node":"${node}".*certificate was renewed`), loud);
      }
      expect(lines.slice(loud).filter((line) => line.includes('died'))).toEqual([]);
    } finally {
      child.kill('SIGTERM');
    }
    const { code, stderr } = await end;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(lines.filter((line) => line.includes(lab.deployment.secrets.finesse))).toEqual([]);
  });
});
