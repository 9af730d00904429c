/**
 * Entry of a link process: `node link-main.js CONFIG.json` with `{listeners: [...]}`. Its parent changes the mode by
 * `{type:'link', mode}`, answered in kind. It never outlives its parent.
 */
import { readFileSync } from 'node:fs';
import { createLog } from '@finesse-ha/ops';
import { z } from 'zod';
import { Link, type LinkListener } from './link.js';

const host = z.string().min(1);
const port = z.int().min(1).max(65_535);
const configSchema = z.strictObject({
  name: z.string().min(1),
  listeners: z.array(z.strictObject({ host, port, toHost: host, toPort: port })).min(1),
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

const { name, listeners, logLevel, logTraffic } = readConfig();
const log = createLog({ process: 'link', name }, logLevel);
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
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
try {
  await link.start();
  const ports = listeners.map((listener: LinkListener) => listener.port);
  log.info({ ports }, 'listening');
  process.send?.({ type: 'ready', ports });
} catch (error) {
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  const reason = code === 'EADDRINUSE' ? 'the port is taken by another process' : (code ?? String(error));
  fail(3, `cannot listen on ${address}:${port}: ${reason}`);
}
