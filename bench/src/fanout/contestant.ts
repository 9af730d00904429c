import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LabCertificate } from '@finesse-ha/lab';
import { NotificationLink } from '@finesse-ha/notification';

export const contestants = ['embedded', 'ejabberd', 'prosody', 'bare'] as const;
export type ContestantName = (typeof contestants)[number];

export const domain = 'bench.test';
export const finessePassword = 'finesse-password';
export const passwordOf = (user: string) => `password-${user}`;

export interface Contestant {
  pid: number;
  ports: { xmpp: number; xmppTls: number };
  stop(): Promise<void>;
}

const entryOf = {
  bare: fileURLToPath(new URL('./bare-main.js', import.meta.url)),
  embedded: fileURLToPath(import.meta.resolve('@finesse-ha/notification/service-main')),
  external: fileURLToPath(import.meta.resolve('@finesse-ha/notification/external-main')),
};

/** Starts a server that knows the users and, where it must be told, their nodes. */
export async function startContestant(
  name: ContestantName,
  users: readonly string[],
  folder: string,
  { certFile, keyFile }: LabCertificate,
): Promise<Contestant> {
  if (name === 'bare') return run(entryOf.bare, [certFile, keyFile]);
  const configFile = join(folder, `${name}.json`);
  const config = {
    node: 'primary',
    domain,
    host: '127.0.0.1',
    ports: { xmpp: await freePort(), xmppTls: await freePort(), webSocket: await freePort() },
    tls: { certFile, keyFile },
    users: users.map((id) => ({ id, password: passwordOf(id) })),
    finessePassword,
    limits: { unauthenticated: 20_000 },
    logLevel: 'warn',
  };
  if (name === 'embedded') {
    writeFileSync(configFile, JSON.stringify(config));
    return run(entryOf.embedded, [configFile]);
  }
  // A node's REST API that takes every password: what a password costs a node is not measured here.
  const rest = createHttpServer((_request, response) => response.end());
  rest.listen(0, '127.0.0.1');
  await once(rest, 'listening');
  const restUrl = `http://127.0.0.1:${(rest.address() as AddressInfo).port}`;
  writeFileSync(configFile, JSON.stringify({ ...config, external: { server: name, restUrl } }));
  const closeRest = () => {
    rest.closeAllConnections();
    rest.close();
  };
  try {
    const started = await run(entryOf.external, [configFile]);
    await provisioned(started.ports.xmpp, users);
    return {
      ...started,
      stop: async () => {
        await started.stop();
        closeRest();
      },
    };
  } catch (error) {
    closeRest();
    throw error;
  }
}

async function provisioned(port: number, users: readonly string[]): Promise<void> {
  const link = new NotificationLink({
    host: '127.0.0.1',
    port,
    domain,
    password: finessePassword,
    provision: { agents: users, teams: [], queues: [] },
    // Thousands of nodes are made before it is up.
    openTimeoutMs: 300_000,
    publishTimeoutMs: 60_000,
    pingIntervalMs: 60_000,
  });
  const up = once(link, 'up');
  link.start();
  await up;
  await link.stop();
}

async function run(entry: string, args: readonly string[]): Promise<Contestant> {
  const child = fork(entry, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const ports = await Promise.race([
    ready(child),
    exited.then(([code]) => {
      throw new Error(`${entry} ended with exit code ${code}`);
    }),
  ]);
  return {
    pid: child.pid as number,
    ports,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function ready(child: ChildProcess): Promise<Contestant['ports']> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      const { type, ports } = message as { type: string; ports: Contestant['ports'] };
      if (type === 'ready') resolve(ports);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
