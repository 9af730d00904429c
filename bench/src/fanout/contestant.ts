import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LabCertificate } from '@finesse-ha/lab';
import { NotificationLink } from '@finesse-ha/notification';
import { plainEjabberd, plainProsody } from './plain-servers.js';

/** ejabberd and Prosody twice: with a plain configuration of their own, and as a node of ours runs them. */
export const contestants = [
  'embedded',
  'ejabberd',
  'prosody',
  'ejabberd-as-node',
  'prosody-as-node',
  'bare',
] as const;
export type ContestantName = (typeof contestants)[number];

export const domain = 'bench.test';
export const finessePassword = 'finesse-password';
export const passwordOf = (user: string) => `password-${user}`;

export interface Ports {
  xmpp: number;
  xmppTls: number;
  webSocket: number;
}

export interface Contestant {
  pid: number;
  ports: Ports;
  /** Knows no nodes by itself: the web app makes them, the agents subscribe. */
  unprovisioned: boolean;
  stop(): Promise<void>;
}

export interface ContestantOptions {
  users: readonly string[];
  folder: string;
  certificate: LabCertificate;
  webSocketTls: boolean;
}

const entryOf = {
  bare: fileURLToPath(new URL('./bare-main.js', import.meta.url)),
  embedded: fileURLToPath(import.meta.resolve('@finesse-ha/notification/service-main')),
  external: fileURLToPath(import.meta.resolve('@finesse-ha/notification/external-main')),
};

/** Starts a server that knows the users. The folder is new for each. */
export async function startContestant(name: ContestantName, options: ContestantOptions): Promise<Contestant> {
  switch (name) {
    case 'bare': {
      const { certFile, keyFile } = options.certificate;
      return run(entryOf.bare, [certFile, keyFile, options.webSocketTls ? 'tls' : 'plain']);
    }
    case 'embedded':
      return run(entryOf.embedded, [await writeConfig(options, {})]);
    case 'ejabberd-as-node':
      return startAsNode('ejabberd', options);
    case 'prosody-as-node':
      return startAsNode('prosody', options);
    case 'ejabberd':
    case 'prosody':
      return startPlain(name, options);
  }
}

/** The configuration of a notification service of ours. */
async function writeConfig(options: ContestantOptions, more: object): Promise<string> {
  const { users, folder, certificate, webSocketTls } = options;
  const { certFile, keyFile } = certificate;
  const config = {
    node: 'primary',
    domain,
    host: '127.0.0.1',
    ports: await freePorts(),
    webSocketTls,
    tls: { certFile, keyFile },
    users: users.map((id) => ({ id, password: passwordOf(id) })),
    finessePassword,
    limits: { unauthenticated: 20_000 },
    logLevel: 'warn',
    ...more,
  };
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

async function startPlain(name: 'ejabberd' | 'prosody', options: ContestantOptions): Promise<Contestant> {
  const { users, folder, certificate, webSocketTls } = options;
  const ports = await freePorts();
  const accounts = users.map((user) => ({ user, password: passwordOf(user) }));
  accounts.push({ user: 'finesse', password: finessePassword });
  const start = name === 'ejabberd' ? plainEjabberd : plainProsody;
  const adminPort = await freePort();
  const server = await start({ domain, ports, adminPort, accounts, folder, certificate, webSocketTls });
  return { ...server, ports, unprovisioned: true };
}

async function startAsNode(server: 'ejabberd' | 'prosody', options: ContestantOptions): Promise<Contestant> {
  // A node's REST API that takes every password: what a password costs a node is not measured here.
  const rest = createHttpServer((_request, response) => response.end());
  rest.listen(0, '127.0.0.1');
  await once(rest, 'listening');
  const closeRest = () => {
    rest.closeAllConnections();
    rest.close();
  };
  try {
    const restUrl = `http://127.0.0.1:${(rest.address() as AddressInfo).port}`;
    const file = await writeConfig(options, { external: { server, restUrl } });
    const started = await run(entryOf.external, [file]);
    await provisioned(started.ports.xmpp, options.users);
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
    unprovisioned: false,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function ready(child: ChildProcess): Promise<Ports> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      const { type, ports } = message as { type: string; ports: Ports };
      if (type === 'ready') resolve(ports);
    });
  });
}

async function freePorts(): Promise<Ports> {
  return { xmpp: await freePort(), xmppTls: await freePort(), webSocket: await freePort() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
