import { fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LabCertificate } from '@finesse-ha/lab';
import { NotificationLink } from '@finesse-ha/notification';

export const domain = 'bench.test';
export const finessePassword = 'finesse-password-of-a-bench';
export const passwordOf = (user: string) => `password-${user}`;

const ports = { xmpp: 15_222, xmppTls: 15_223, webSocket: 17_443 };
const clusterPort = 14_369;
const entry = fileURLToPath(import.meta.resolve('@finesse-ha/notification/external-main'));

/** One or two ejabberd, each as a node of ours runs it. */
export interface Members {
  members: readonly { pid: number; host: string; port: number }[];
  /** How long the web app's login took with nothing made yet, and again with all made. */
  provisionSeconds: { first: number; again: number };
  stop(): Promise<void>;
}

/** Starts them, and makes every agent's nodes and subscriptions. */
export async function startMembers(
  count: number,
  users: readonly string[],
  folder: string,
  { certFile, keyFile }: LabCertificate,
): Promise<Members> {
  // A node's REST API that takes every password: what a password costs a node is not measured here.
  const rest = createServer((_request, response) => response.end());
  rest.listen(0, '127.0.0.1');
  await once(rest, 'listening');
  const net = `127.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  const hosts = Array.from({ length: count }, (_, index) => `${net}.${1 + 10 * index}`);
  const children = hosts.map((host, index) => {
    const config = {
      node: 'primary',
      domain,
      host,
      ports,
      tls: { certFile, keyFile },
      users: users.map((id) => ({ id, password: passwordOf(id) })),
      finessePassword,
      logLevel: 'warn',
      external: {
        server: count === 1 ? 'ejabberd' : 'ejabberd-cluster',
        restUrl: `http://127.0.0.1:${(rest.address() as AddressInfo).port}`,
        ...(count === 1 ? {} : { cluster: { members: hosts, port: clusterPort } }),
      },
    };
    const file = join(folder, `${count}-${index}.json`);
    writeFileSync(file, JSON.stringify(config));
    return fork(entry, [file], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  });
  const stop = async () => {
    const running = children.filter(({ exitCode }) => exitCode === null);
    const gone = running.map((child) => once(child, 'exit'));
    for (const child of running) child.kill('SIGTERM');
    await Promise.all(gone);
    rest.closeAllConnections();
    rest.close();
  };
  try {
    await Promise.all(
      children.map((child) =>
        Promise.race([
          once(child, 'message'),
          once(child, 'exit').then(([code]) => {
            throw new Error(`a member ended with exit code ${code}`);
          }),
        ]),
      ),
    );
    const provisionSeconds = {
      first: await provision(hosts, users),
      again: await provision(hosts, users),
    };
    const members = hosts.map((host, index) => ({
      pid: children[index]?.pid as number,
      host,
      port: ports.xmpp,
    }));
    return { members, provisionSeconds, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Logs in as the web app does and makes what is missing. Gives the seconds until it would serve. */
async function provision(
  [host = '', ...otherHosts]: readonly string[],
  users: readonly string[],
): Promise<number> {
  const link = new NotificationLink({
    host,
    otherHosts,
    port: ports.xmpp,
    domain,
    password: finessePassword,
    provision: { agents: users, teams: [], queues: [] },
    publishTimeoutMs: 60_000,
    pingIntervalMs: 60_000,
  });
  const up = once(link, 'up');
  const startedAt = performance.now();
  link.start();
  await up;
  const seconds = (performance.now() - startedAt) / 1_000;
  await link.stop();
  return seconds;
}
