/** The operator's configuration file: YAML, with values from the environment, checked before anything is done with it. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Limits } from './check.js';
import { parseDuration } from './duration.js';
import { parseRange } from './range.js';

/** The file cannot be used. The message has a line for each thing wrong: file, path, what. It never has a value in it. */
export class ConfigError extends Error {
  readonly kind = 'config';
}

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  context.addIssue({ code: 'custom', message: 'must be a number and s, m, h or d, such as 30s' });
  return z.NEVER;
});

const range = z.union([z.string(), z.number()]).transform((value, context) => {
  try {
    return parseRange(String(value));
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a range such as 10, 10:, ~:10, 10:20 or @10:20' });
    return z.NEVER;
  }
});

const limits: z.ZodType<Limits> = z.strictObject({ warning: range, critical: range });

const address = z
  .string()
  .regex(/^.*:\d{1,5}$/, 'must be :PORT or HOST:PORT')
  .transform((text) => {
    const colon = text.lastIndexOf(':');
    return { host: text.slice(0, colon) || undefined, port: Number(text.slice(colon + 1)) };
  })
  .refine(({ port }) => port < 65_536, 'must be :PORT or HOST:PORT');

const url = z.url({ protocol: /^https?$/, error: 'must be a URL such as https://fin-a.example:8445' });

const schema = z
  .strictObject({
    nodes: z.array(url).min(1).max(2),
    user: z.string({ error: 'must be text: a number goes in quotes, such as "1001001"' }).min(1).optional(),
    password: z.string().min(1).optional(),
    transport: z.enum(['websocket', 'tcp']).optional(),
    webSocketPort: z.coerce.number().int().min(1).max(65_535).optional(),
    ca: z.string().min(1).optional(),
    interval: duration.optional(),
    incidents: z.strictObject({ file: z.string().min(1), keep: duration.optional() }).optional(),
    metrics: address.optional(),
    check: z
      .strictObject({
        timeout: duration.optional(),
        roundTripMs: limits.optional(),
        certificateDays: limits.optional(),
        clockSkewMs: limits.optional(),
      })
      .optional(),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ['user'],
    message: 'needs password, and password needs user',
  });

/** What the file says; durations are in milliseconds. What it does not say is undefined. */
export type MonitorConfig = z.output<typeof schema>;

/**
 * Reads a configuration file. In every string `${NAME}` stands for an environment variable, `${NAME:-default}` for one
 * that may be unset or empty, `$${` for `${` itself.
 * @throws {ConfigError}
 */
export function readConfig(file: string, env: Readonly<Record<string, string | undefined>>): MonitorConfig {
  let raw: unknown;
  try {
    raw = parse(readFileSync(file, 'utf8'), { prettyErrors: false });
  } catch (error) {
    throw new ConfigError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const unset: string[] = [];
  const substituted = substitute(raw, [], env, unset);
  if (unset.length > 0) throw new ConfigError(unset.map((line) => `${file}: ${line}`).join('\n'));
  const { success, data, error } = schema.safeParse(substituted);
  if (success) return data;
  const lines = error.issues.map(({ path, message }) => `${file}: ${pathOf(path)}: ${message}`);
  throw new ConfigError(lines.join('\n'));
}

/** After YAML, so that no value of a variable can change the structure of the file. */
function substitute(
  value: unknown,
  path: readonly PropertyKey[],
  env: Readonly<Record<string, string | undefined>>,
  unset: string[],
): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\$\{|\$\{(\w+)(?::-([^}]*))?\}/g, (whole, name?: string, fallback?: string) => {
      if (name === undefined) return whole.slice(1);
      const found = env[name];
      if (found !== undefined && (found !== '' || fallback === undefined)) return found;
      if (fallback === undefined) unset.push(`${pathOf(path)}: the environment variable ${name} is not set`);
      return fallback ?? '';
    });
  }
  if (Array.isArray(value)) return value.map((item, index) => substitute(item, [...path, index], env, unset));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, substitute(item, [...path, key], env, unset)]),
  );
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the file' : path.map(String).join('.');
}
