import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { resolveSettings, SettingsError } from '@finesse-ha/failover';
import { parse, YAMLParseError } from 'yaml';
import type { z } from 'zod';
import { caseSchema, drillKeys, type Input, observationKeys, type SpecCase, variantsOf } from './schema.js';

/** A case file that cannot be used; the message names the file, the phase and the key. */
export class SpecError extends Error {
  readonly kind = 'spec';
  readonly file: string;
  /** Counted from 1, as in the message; null outside of the phases. */
  readonly phase: number | null;
  readonly key: string;
  constructor(file: string, phase: number | null, key: string, problem: string) {
    super([file, phase === null ? null : `phase ${phase}`, key || null, problem].filter(Boolean).join(': '));
    this.name = 'SpecError';
    this.file = file;
    this.phase = phase;
    this.key = key;
  }
}

/** A case and the file it was read from, relative to the folder of the cases and with `/` on every system. */
export interface LoadedCase extends SpecCase {
  file: string;
}

/**
 * Reads one case.
 * @throws {SpecError} for YAML that cannot be parsed, a key that does not exist, a value of the wrong kind, or a case
 * that asks of a player what it cannot do.
 */
export function parseCase(text: string, file: string): LoadedCase {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    if (error instanceof YAMLParseError) throw new SpecError(file, null, '', error.message);
    throw error;
  }
  const result = caseSchema.safeParse(document);
  if (!result.success) throw errorOf(file, result.error.issues[0] as z.core.$ZodIssue);
  checkSettings(file, result.data);
  checkNodes(file, result.data);
  checkPlayers(file, result.data);
  return { ...result.data, file };
}

/**
 * Reads every `.yaml` file under a folder, in the order of their names.
 * @throws {SpecError} for the first bad one, and for two cases of one description.
 */
export function loadCases(folder: string): LoadedCase[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort();
  const cases = files.map((file) => {
    const path = join(folder, file);
    return parseCase(readFileSync(path, 'utf8'), relative(folder, path).replaceAll('\\', '/'));
  });
  const seen = new Map<string, string>();
  for (const { description, file } of cases) {
    const other = seen.get(description);
    if (other !== undefined) throw new SpecError(file, null, 'description', `the same as that of ${other}`);
    seen.set(description, file);
  }
  return cases;
}

function errorOf(file: string, issue: z.core.$ZodIssue): SpecError {
  const path = [...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return at(file, [...path, key], 'there is no such key');
  }
  return at(file, path, issue.message);
}

function at(file: string, path: readonly PropertyKey[], problem: string): SpecError {
  const inPhase = path[0] === 'phases' && typeof path[1] === 'number';
  const phase = inPhase ? (path[1] as number) + 1 : null;
  const key = (inPhase ? path.slice(2) : path)
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  return new SpecError(file, phase, key, problem);
}

function checkSettings(file: string, { settings }: SpecCase): void {
  try {
    resolveSettings(settings);
  } catch (error) {
    if (error instanceof SettingsError)
      throw new SpecError(file, null, `settings.${error.setting}`, error.message);
    throw error;
  }
}

/** Every node named must be part of the deployment, and every fault one that there is. */
function checkNodes(file: string, { nodes, deployment, phases }: SpecCase): void {
  for (const [name, list] of Object.entries({ nodes, 'deployment.nodes': deployment.nodes })) {
    if (new Set(list).size < list.length) throw new SpecError(file, null, name, 'names a node twice');
  }
  const known = new Set<string>(deployment.nodes);
  for (const node of nodes) {
    if (!known.has(node)) throw new SpecError(file, null, 'nodes', `${node} is not in the deployment`);
  }
  for (const [index, { inputs }] of phases.entries()) {
    for (const [place, input] of inputs.entries()) {
      const value: unknown = Object.values(input)[0];
      const node =
        typeof value === 'object' && value !== null && 'node' in value ? String(value.node) : undefined;
      if (node !== undefined && !known.has(node))
        throw at(file, ['phases', index, 'inputs', place], `${node} is not in the deployment`);
      const fault = input.fault ?? input.heal;
      if (fault !== undefined && node === undefined && !fault.scenario.startsWith('cti-side'))
        throw at(file, ['phases', index, 'inputs', place], `${fault.scenario} needs a node`);
      const { scenario, variant } = input.fault ?? { variant: 'default' };
      if (scenario !== undefined && variant !== 'default' && !variantsOf[scenario].includes(variant))
        throw at(file, ['phases', index, 'inputs', place, 'fault'], `${scenario} has no variant ${variant}`);
    }
  }
}

const keyOf = (input: Input) => Object.keys(input)[0] as string;

/** A case must not name a player that cannot give its inputs. */
function checkPlayers(file: string, { plays, phases, clients }: SpecCase): void {
  for (const [index, { inputs }] of phases.entries()) {
    for (const [place, input] of inputs.entries()) {
      const key = keyOf(input);
      const who = plays.includes('drill') && !drillKeys.has(key) ? 'drill' : 'simulator';
      const cannot = who === 'drill' || (plays.includes('simulator') && observationKeys.has(key));
      if (cannot)
        throw at(file, ['phases', index, 'inputs', place, key], `${who} cannot give this input: see "plays"`);
    }
  }
  if (clients > 1 && plays.includes('drill'))
    throw new SpecError(file, null, 'clients', 'drill plays one client: see "plays"');
}
