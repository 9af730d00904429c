import { type ChildProcess, fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificate } from './certificates.ts';

const packages = fileURLToPath(new URL('../../../', import.meta.url));

export const agent = {
  id: '1001001',
  loginName: 'ada',
  firstName: 'Ada',
  lastName: 'Lab',
  password: 'pw-1001001',
  extension: '1001001',
  teamId: '1',
  roles: ['Agent'],
  skillTargetId: 5001,
};

const portNames = ['rest', 'xmpp', 'xmppTls', 'webSocket', 'cti', 'ctiPeer'] as const;

type NodeName = 'primary' | 'secondary';

/** A real deployment of two nodes and one CTI side, each process as it ships. */
export class Deployment {
  readonly hosts: Readonly<Record<NodeName, string>>;
  ca = '';
  #folder = mkdtempSync(join(tmpdir(), 'fha-client-'));
  #ports = { rest: 0, xmpp: 0, xmppTls: 0, webSocket: 0, cti: 0, ctiPeer: 0 };
  #running = new Map<string, ChildProcess>();

  constructor() {
    // Test files run beside each other: the whole of 127/8 is there to keep them apart.
    const net = `127.${randomInt(1, 255)}.${randomInt(1, 255)}`;
    this.hosts = { primary: `${net}.1`, secondary: `${net}.2` };
  }

  async start(): Promise<void> {
    const ports = await freePorts(Object.values(this.hosts), portNames.length);
    portNames.forEach((name, index) => {
      this.#ports[name] = ports[index] ?? 0;
    });
    const pair = await certificate({ ip: Object.values(this.hosts) });
    this.ca = pair.cert;
    writeFileSync(join(this.#folder, 'cert.pem'), pair.cert);
    writeFileSync(join(this.#folder, 'key.pem'), pair.key);
    await Promise.all([
      this.#startCti(),
      this.startNotification('primary'),
      this.startNotification('secondary'),
    ]);
    await Promise.all([this.startWebHost('primary'), this.startWebHost('secondary')]);
  }

  url(node: NodeName): string {
    return `https://${this.hosts[node]}:${this.#ports.rest}`;
  }

  get webSocketPort(): number {
    return this.#ports.webSocket;
  }

  #startCti(): Promise<void> {
    return this.#fork('cti', 'cti/dist/server-main.js', {
      side: 'A',
      host: this.hosts.primary,
      port: this.#ports.cti,
      peerPort: this.#ports.ctiPeer,
      peripheralId: 5000,
      agents: [agent],
    });
  }

  startNotification(node: NodeName): Promise<void> {
    const { xmpp, xmppTls, webSocket } = this.#ports;
    return this.#fork(`notification ${node}`, 'notification/dist/service-main.js', {
      node,
      domain: this.hosts[node],
      host: this.hosts[node],
      ports: { xmpp, xmppTls, webSocket },
      webSocketTls: true,
      tls: this.#tlsFiles,
      users: [{ id: agent.id, password: agent.password }],
      finessePassword: 'finesse-pw',
    });
  }

  startWebHost(node: NodeName): Promise<void> {
    const { rest, xmpp, xmppTls, cti } = this.#ports;
    const address = (host: string) => ({ host, httpsPort: rest, xmppPort: xmpp, xmppSecurePort: xmppTls });
    return this.#fork(`web-host ${node}`, 'server/dist/web-host-main.js', {
      node,
      host: this.hosts[node],
      restPort: rest,
      tls: this.#tlsFiles,
      deploymentType: 'UCCE',
      domain: this.hosts[node],
      nodes: { primary: address(this.hosts.primary), secondary: address(this.hosts.secondary) },
      notification: { host: this.hosts[node], port: xmpp, password: 'finesse-pw' },
      cti: {
        sides: [{ name: 'A', host: this.hosts.primary, port: cti }],
        peripheralId: 5000,
        heartbeatIntervalMs: 500,
        retryDelayMs: 100,
        // The CTI server ends a session when another one opens under its name.
        clientId: `finesse-${node}`,
      },
      peer: {
        url: this.url(node === 'primary' ? 'secondary' : 'primary'),
        secret: 'shared',
        caFile: join(this.#folder, 'cert.pem'),
      },
      secret: 'shared',
      agents: [agent],
      teams: [{ id: '1', name: 'Sales' }],
      reasonCodes: [
        { id: '16', category: 'NOT_READY', code: 10, label: 'Team Meeting' },
        { id: '31', category: 'LOGOUT', code: 1, label: 'End of Shift' },
      ],
    });
  }

  /** Ends one process by a signal and waits for its end. */
  async kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#running.get(name);
    if (child === undefined) throw new Error(`${name} does not run`);
    this.#running.delete(name);
    const gone = child.exitCode !== null || child.signalCode !== null;
    const exited = gone ? undefined : once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Kills or starts the web app inside its living web host. */
  async webApp(node: NodeName, action: 'kill' | 'start'): Promise<void> {
    const child = this.#running.get(`web-host ${node}`);
    if (child === undefined) throw new Error(`the web host of ${node} does not run`);
    const wanted = action === 'kill' ? 'down' : 'up';
    const done = new Promise<void>((resolve) => {
      const onMessage = (message: { type?: string; state?: string }) => {
        if (message.type !== 'web-app' || message.state !== wanted) return;
        child.off('message', onMessage);
        resolve();
      };
      child.on('message', onMessage);
    });
    child.send({ type: 'web-app', action });
    await done;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.kill(name)));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #tlsFiles() {
    return { certFile: join(this.#folder, 'cert.pem'), keyFile: join(this.#folder, 'key.pem') };
  }

  async #fork(name: string, entry: string, config: object): Promise<void> {
    const file = join(this.#folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(config));
    const child = fork(`${packages}${entry}`, [file], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    this.#running.set(name, child);
    await new Promise<void>((resolve, reject) => {
      child.on('message', (message: { type?: string }) => {
        if (message.type === 'ready') resolve();
      });
      child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${errors}`)));
    });
  }
}

/** So many different ports on which nobody listens at any of the hosts, below those that the system gives away itself. */
async function freePorts(hosts: readonly string[], count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(10_000, 32_000);
    const free = await Promise.all(hosts.map((host) => isFree(host, port)));
    if (free.every(Boolean)) ports.add(port);
  }
  return [...ports];
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
