/**
 * Entry of a link process: `node link-main.js CONFIG.json` with `{listeners: [...]}`. Its parent changes the mode by
 * `{type:'link', mode}`, answered in kind. It never outlives its parent. With `processes` it shares the connections out
 * among so many of its own: a relay holds two sockets for each, and a process may have so many open only.
 */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createLog } from '@finesse-ha/ops';
import { z } from 'zod';
import { Link, type LinkListener } from './link.js';

const host = z.string().min(1);
const port = z.int().min(1).max(65_535);
const configSchema = z.strictObject({
  name: z.string().min(1),
  listeners: z
    .array(z.strictObject({ host, port, toHost: host, alsoTo: z.array(host).optional(), toPort: port }))
    .min(1),
  processes: z.int().positive().default(1),
  logLevel: z.string().default('info'),
  /** Every connection gets a line. */
  logTraffic: z.boolean().default(false),
});
const commandSchema = z.object({ type: z.literal('link'), mode: z.enum(['pass', 'reset', 'silence']) });

function fail(code: number, sentence: string): never {
  process.stderr.write(`finesse-ha link: ${sentence}\n`);
  process.exit(code);
}

function readConfig(): z.infer<typeof configSchema> {
  const file = process.argv[2];
  if (file === undefined) return fail(2, 'no configuration file; usage: link-main.js CONFIG.json');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return fail(2, `${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return fail(2, `${file}: ${issue?.path.join('.') || '(all)'}: ${issue?.message}`);
}

const { name, listeners, processes, logLevel, logTraffic } = readConfig();
const ports = listeners.map((listener: LinkListener) => listener.port);
const log = createLog({ process: 'link', name }, logLevel);

process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
if (processes > 1 && cluster.isPrimary) await shareOut();
else await relay();

/** Relays itself. */
async function relay(): Promise<void> {
  const link = new Link(listeners, ({ port }) => {
    if (logTraffic) log.info({ port, mode: link.mode }, 'connection');
  });
  process.on('message', (message) => {
    const command = commandSchema.safeParse(message);
    if (!command.success) return;
    link.setMode(command.data.mode);
    log.info({ mode: command.data.mode }, 'mode');
    process.send?.(command.data);
  });
  try {
    await link.start();
    log.info({ ports }, 'listening');
    process.send?.({ type: 'ready', ports });
  } catch (error) {
    const { code, address, port } = error as { code?: string; address?: string; port?: number };
    const reason = code === 'EADDRINUSE' ? 'the port is taken by another process' : (code ?? String(error));
    fail(3, `cannot listen on ${address}:${port}: ${reason}`);
  }
}

/** Lets others relay, and answers when all of them have. */
async function shareOut(): Promise<void> {
  const workers = Array.from({ length: processes }, () => cluster.fork());
  for (const worker of workers) worker.once('exit', (code) => process.exit(code ?? 1));
  await Promise.all(workers.map((worker) => saying(worker, 'ready')));
  process.on('message', async (message) => {
    const command = commandSchema.safeParse(message);
    if (!command.success) return;
    const done = workers.map((worker) => saying(worker, 'link'));
    for (const worker of workers) worker.send(command.data);
    await Promise.all(done);
    process.send?.(command.data);
  });
  process.send?.({ type: 'ready', ports });
}

/** Resolves when it says something of this type. */
async function saying(worker: Worker, type: string): Promise<void> {
  for (;;) {
    const [message] = (await once(worker, 'message')) as [{ type?: unknown }];
    if (message.type === type) return;
  }
}
