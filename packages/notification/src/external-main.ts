/**
 * Entry of a process that runs an external XMPP server as a node's notification service: `node external-main.js CONFIG.json`.
 * It writes the server's configuration, starts it, and tells a parent `{type:'ready'}` when it serves. Both live and die
 * together: they are one process group, which the lab kills or freezes as a whole.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { dirname, join, resolve as resolvePath } from 'node:path';
import { createInterface } from 'node:readline';
import { createLog } from '@finesse-ha/ops';
import { z } from 'zod';
import { NotificationConfigError, parseNotificationConfig } from './config.js';
import { ejabberdRun } from './external/ejabberd.js';
import { prosodyRun } from './external/prosody.js';
import { type ExternalServerConfig, externalServers, type ServerRun } from './external/server-kind.js';

const externalSchema = z.object({
  external: z.strictObject({
    server: z.enum(externalServers),
    restUrl: z.url(),
    restCaFile: z.string().min(1).optional(),
    cluster: z
      .strictObject({ members: z.array(z.ipv4()).min(2), port: z.int().min(1).max(65_535) })
      .optional(),
  }),
});

const startWithinMs = 55_000;

function fail(code: number, sentence: string): never {
  process.stderr.write(`finesse-ha external notification service: ${sentence}\n`);
  process.exit(code);
}

function readConfig(): ExternalServerConfig {
  const file = process.argv[2];
  if (file === undefined) return fail(2, 'no configuration file; usage: external-main.js CONFIG.json');
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return { ...parseNotificationConfig(value, file), ...externalSchema.parse(value) };
  } catch (error) {
    if (error instanceof NotificationConfigError) return fail(2, error.message);
    if (error instanceof z.ZodError) return fail(2, `${file}: ${z.prettifyError(error)}`);
    return fail(2, `${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Resolves when the address takes a connection. */
async function accepting(host: string, port: number): Promise<void> {
  const until = performance.now() + startWithinMs;
  for (;;) {
    const accepted = await new Promise<boolean>((resolve) => {
      const socket = connect({ host, port }, () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (accepted) return;
    if (performance.now() > until) throw new Error(`nothing listens on ${host}:${port}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function directoryOf({ node, host, external }: ExternalServerConfig, configFile: string): string {
  const member = external.cluster === undefined ? '' : `-${external.cluster.members.indexOf(host) + 1}`;
  return join(dirname(resolvePath(configFile)), `${node}-${external.server}${member}`);
}

async function createRun(config: ExternalServerConfig, directory: string): Promise<ServerRun> {
  if (config.external.server === 'prosody') return prosodyRun(config, directory);
  return ejabberdRun(config, directory, await freePort());
}

const config = readConfig();
const { server } = config.external;
const log = createLog({ process: 'notification', node: config.node, server }, config.logLevel);
// Beside the configuration, and new each time: like the embedded service it remembers nothing.
const directory = directoryOf(config, process.argv[2] ?? '');
// But the member of a cluster remembers whose member it is: the others would not take a stranger by its name.
if (config.external.cluster === undefined) rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true, mode: 0o700 });

const run = await createRun(config, directory);
for (const [name, content] of Object.entries(run.files)) {
  writeFileSync(join(directory, name), content, { mode: 0o600 });
}
const child = spawn(run.program, run.args, {
  cwd: directory,
  env: { ...process.env, ...run.env },
  stdio: ['ignore', 'pipe', 'pipe'],
});
for (const stream of [child.stdout, child.stderr]) {
  createInterface({ input: stream }).on('line', (line) => log.info(line));
}

let stopping = false;
child.once('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'ENOENT') fail(3, error.message);
  fail(
    3,
    `the program ${run.program} is not there; install it, on Debian: apt-get install ${run.debianPackage}`,
  );
});
child.once('exit', (code, signal) => {
  if (stopping) process.exit(0);
  fail(4, `${server} ended (${signal ?? `exit code ${code}`})`);
});
function stop(): void {
  stopping = true;
  child.kill('SIGTERM');
  // Erlang takes its time; the state of a notification service is not worth waiting for.
  setTimeout(() => child.kill('SIGKILL'), 1_000);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('disconnect', stop);

try {
  for (const port of Object.values(config.ports)) await accepting(config.host, port);
  await run.afterStart?.();
  log.info({ ports: config.ports }, 'listening');
  process.send?.({ type: 'ready', ports: config.ports });
} catch (error) {
  child.kill('SIGKILL');
  fail(3, `${server} does not serve: ${error instanceof Error ? error.message : String(error)}`);
}
