import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CtiSession, type CtiSessionEvents, type SideName } from '../src/index.js';

const entry = fileURLToPath(new URL('../dist/server-main.js', import.meta.url));

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  for (const server of servers) server.close();
  return ports;
}

/** Both sides of a CTI server as real processes, and sessions to them. */
export class Pair {
  readonly #processes = new Map<SideName, ChildProcess>();
  readonly #sessions: CtiSession[] = [];
  readonly #configs: Record<SideName, string>;
  readonly ports: Record<SideName, number>;

  private constructor(configs: Record<SideName, string>, ports: Record<SideName, number>) {
    this.#configs = configs;
    this.ports = ports;
  }

  static async start(
    deploymentType: 'UCCE' | 'UCCX' = 'UCCE',
    queues: { id: string; name: string; skillTargetIds: number[] }[] = [],
  ): Promise<Pair> {
    const [a, b, peerA, peerB] = (await freePorts(4)) as [number, number, number, number];
    const dir = mkdtempSync(join(tmpdir(), 'fha-cti-'));
    const agents = ['1001', '1002'].map((id) => ({
      id,
      password: 'pw',
      extension: id,
      skillTargetId: Number(id),
    }));
    const write = (side: SideName, port: number, peerPort: number, other: number) => {
      const file = join(dir, `${side}.json`);
      const peer = { host: '127.0.0.1', port: other };
      writeFileSync(
        file,
        JSON.stringify({
          side,
          host: '127.0.0.1',
          port,
          peerPort,
          peer,
          agents,
          deploymentType,
          queues,
          logLevel: 'warn',
        }),
      );
      return file;
    };
    const pair = new Pair({ A: write('A', a, peerA, peerB), B: write('B', b, peerB, peerA) }, { A: a, B: b });
    await Promise.all([pair.up('A'), pair.up('B')]);
    return pair;
  }

  async up(side: SideName): Promise<void> {
    const child = fork(entry, [this.#configs[side]], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#processes.set(side, child);
    await once(child, 'message');
  }

  async kill(side: SideName): Promise<void> {
    const child = this.#processes.get(side)!;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  signal(side: SideName, signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#processes.get(side)!.kill(signal);
  }

  session(clientId: string, sides: SideName[] = ['A', 'B'], heartbeatIntervalMs = 200): CtiSession {
    const session = new CtiSession({
      clientId,
      sides: sides.map((name) => ({ name, host: '127.0.0.1', port: this.ports[name] })),
      heartbeatIntervalMs,
      openTimeoutMs: 1_000,
    });
    this.#sessions.push(session);
    session.start();
    return session;
  }

  async stop(): Promise<void> {
    for (const child of this.#processes.values()) child.kill('SIGKILL');
    await Promise.all(this.#sessions.map((session) => session.stop()));
  }
}

/** Resolves with the next event that matches. */
export function next<K extends keyof CtiSessionEvents>(
  session: CtiSession,
  event: K,
  matches: (value: CtiSessionEvents[K][0]) => boolean = () => true,
): Promise<CtiSessionEvents[K][0]> {
  return new Promise((resolve) => {
    const listener = (value: CtiSessionEvents[K][0]) => {
      if (!matches(value)) return;
      (session as unknown as NodeJS.EventEmitter).off(event, listener);
      resolve(value);
    };
    (session as unknown as NodeJS.EventEmitter).on(event, listener);
  });
}
