import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** Names whose values never reach a log, whatever object they stand in. Compared in lower case. */
const secretNames = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'password',
  'agentpassword',
  'clientpassword',
  'finessepassword',
  'secret',
  'secrets',
  'finesse-ha-secret',
  'token',
  'sasl',
  'key',
]);
const redacted = '[redacted]';
/** Values nested deeper say nothing that a log needs. */
const deepest = 6;

/**
 * A logger of JSON lines on standard output.
 * @param base what every line carries: which process, which node
 * @param level the least that is written, a pino level or `silent`
 * @param destination where lines go instead, for tests
 */
export function createLog(
  base: Readonly<Record<string, string>>,
  level: string,
  destination?: DestinationStream,
): Logger {
  const options = {
    level,
    base: { pid: process.pid, ...base },
    formatters: { log: (fields: object) => redactObject(fields, 0) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function redactObject(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      secretNames.has(name.toLowerCase()) ? redacted : redactValue(value, depth + 1),
    ]),
  );
}

/** Errors stay what they are: pino has a form for them. */
function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  if (depth > deepest) return '[deeper]';
  if (Array.isArray(value)) return value.map((one) => redactValue(one, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? redactObject(value, depth) : value;
}
