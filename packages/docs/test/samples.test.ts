/**
 * Every sample of the documentation, executed: programs are type-checked together and each run on one lab, commands are
 * run on it, YAML is read by the readers that it is for. What is not run stands with its reason in `samples/listing.ts`
 * and `samples/commands.ts`.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readDeploymentFile } from '@finesse-ha/lab';
import { readConfig } from '@finesse-ha/monitor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type CommandLine, commandsOf, helpOf, planOf, plans, unknownOptions } from './samples/commands.js';
import { nameOf, pages, root, type Sample, samplesOf } from './samples/extract.js';
import { frames, isAbout, notRun, prints } from './samples/listing.js';
import { type Compiled, compile, isProgram } from './samples/project.js';
import { Scene } from './samples/scene.js';

const found = pages().map(samplesOf);
const samples = found.flatMap((page) => page.samples);
const programs = samples.filter(isProgram);
const toRun = programs.filter((sample) => !notRun.some((one) => isAbout(one, sample)));
const of = (...languages: string[]) => samples.filter(({ language }) => languages.includes(language));
const commands = of('sh').flatMap((sample) =>
  commandsOf(sample).map((command, index) => ({ name: `${nameOf(sample)} ${index + 1}`, sample, command })),
);
const withPlan = (kind: string, alone = false) =>
  commands.filter(({ command }) => {
    const plan = planOf(command);
    return plan?.kind === kind && (plan.kind !== 'run' || (plan.alone ?? false) === alone);
  });

let scene: Scene;
let compiled: Compiled;
beforeAll(async () => {
  scene = await Scene.open(toRun.length + 1);
  compiled = compile('samples', programs, (text) => text);
  // What `--config` of the samples names is the sample of it.
  const monitor = of('yaml').find(({ text }) => /^nodes: \[/.test(text));
  if (monitor !== undefined) writeFileSync(join(scene.folder, 'etc', 'monitor.yaml'), yamlOf(monitor));
});
afterAll(() => scene?.close());

/** What other languages' blocks are, and who runs them. */
const others: Readonly<Record<string, string>> = {
  text: 'what a command prints',
  mermaid: 'drawn by whoever shows the page; the kind of the diagram is checked',
};

describe('the pages', () => {
  it('name the language of every block', () => {
    expect(found.flatMap(({ nameless }) => nameless)).toEqual([]);
    const known = ['ts', 'tsx', 'js', 'sh', 'yaml', 'json', ...Object.keys(others)];
    expect(samples.filter(({ language }) => !known.includes(language)).map(nameOf)).toEqual([]);
  });

  it('show examples as they are', () => {
    const page = readFileSync(`${root}docs/guide/migration.md`, 'utf8');
    const folder = `${root}examples/migration/`;
    const clients = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
    for (const name of clients) expect(page, name).toContain(readFileSync(folder + name, 'utf8').trim());
    expect(clients).toHaveLength(3);
  });

  it('link to what exists', () => {
    const broken = pages().flatMap((file) =>
      [...readFileSync(root + file, 'utf8').matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)|src(?:set)?="([^"]+)"/g)]
        .map(([, target, , source]) => target ?? source ?? '')
        .filter((target) => !/^(https?|mailto):/.test(target))
        .filter((target) => !existsSync(join(root, dirname(file), target)))
        .map((target) => `${file}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('have every sample that is spoken of here, once', () => {
    for (const about of [...frames, ...prints, ...notRun]) {
      const named = samples.filter((sample) => isAbout(about, sample)).map(nameOf);
      expect(named, `${about.file}: ${about.contains}`).toHaveLength(1);
    }
  });

  it('have no command that nobody knows what to do with', () => {
    const unplanned = commands.filter(({ command }) => planOf(command) === undefined);
    expect(unplanned.map(({ name, command }) => `${name}: ${command.text}`)).toEqual([]);
    for (const [, plan] of plans) if ('because' in plan) expect(plan.because).not.toBe('');
  });

  it.each(of('json').map((sample) => [nameOf(sample), sample.text]))('%s is JSON', (_, text) => {
    expect(JSON.parse(text)).toBeTypeOf('object');
  });

  it.each(of('mermaid').map((sample) => [nameOf(sample), sample.text]))('%s is a diagram', (_, text) => {
    expect(text).toMatch(/^(sequenceDiagram|stateDiagram-v2|flowchart \w+)\n/);
    expect(text.split('\n').length).toBeGreaterThan(3);
  });
});

it('programs fit the packages, all of them', () => {
  expect(compiled.problems).toEqual([]);
});

describe.concurrent('on one lab', () => {
  // Two at a time: each is a process of its own, and some start a lab.
  const lanes = [0, 1];
  it.each(lanes)('programs do what they say (lane %i)', { timeout: 180_000 }, async (lane) => {
    for (const sample of toRun.filter((_, at) => at % lanes.length === lane)) await runProgram(sample);
  });

  it.each(of('yaml').map((sample) => [nameOf(sample), sample] as const))('%s is read', (_, sample) => {
    const file = join(scene.folder, 'etc', `${sample.line}.yaml`);
    writeFileSync(file, yamlOf(sample));
    const { run, nodes } = parse(sample.text) as { run?: unknown; nodes?: unknown };
    if (run !== undefined) expect(readDeploymentFile(file)).toBeTypeOf('object');
    else if (Array.isArray(nodes)) {
      expect(readConfig(file, { FINESSE_PASSWORD: 'finesse' }).nodes).toHaveLength(nodes.length);
    } else expect.fail('neither a deployment nor the configuration of a monitor');
  });

  it('commands that are not run have the options that they are given', { timeout: 120_000 }, async () => {
    for (const { name, command } of withPlan('help')) {
      const [, subcommand = ''] = command.words;
      const text = await helpOf(subcommand);
      expect(text, name).toContain(`Usage: finesse-ha ${subcommand} `);
      expect(unknownOptions(command, text), name).toEqual([]);
    }
  });

  it('scripts of npm exist', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: object };
    const own = ['install', 'ci'];
    for (const { name, command } of withPlan('script')) {
      const [, verb = '', script = ''] = command.words;
      expect([...Object.keys(scripts), ...own], name).toContain(verb === 'run' ? script : verb);
    }
  });

  it('commands end as they should', { timeout: 180_000 }, async () => {
    // One that stands on several pages is run once.
    const once = new Map(withPlan('run').map((one) => [scene.adapt(one.command.words.join(' ')), one]));
    for (const { name, command } of once.values()) await runCommand(name, command);
  });
});

describe('on the same lab, broken', () => {
  it('commands that break it end as they should', { timeout: 120_000 }, async () => {
    for (const { name, command } of withPlan('run', true)) await runCommand(name, command);
  });
});

/** The lab's users are numbers, which YAML would take for such. */
function yamlOf({ text }: Sample): string {
  return scene.adapt(text).replace(/^(user: )(\d+)$/m, '$1"$2"');
}

async function runProgram(sample: Sample): Promise<void> {
  const program = compiled.programOf(sample);
  const index = toRun.indexOf(sample);
  const text = scene.adaptProgram(readFileSync(program, 'utf8'), index);
  writeFileSync(program, `${text}\n${endOf(text)}\n`);
  const { code, stdout, stderr } = await scene.node([program], { env: scene.environment(index) });
  const said = prints.find((one) => isAbout(one, sample))?.prints;
  expect({ sample: nameOf(sample), code }, `${stdout}\n${stderr}`).toEqual({
    sample: nameOf(sample),
    code: 0,
  });
  if (said !== undefined) expect(stdout, nameOf(sample)).toMatch(said);
}

/** How a program ends once it has done all that it says. One that closes what it opened must end by itself. */
function endOf(text: string): string {
  if (text.includes("once('SIGTERM'")) return "process.kill(process.pid, 'SIGTERM');";
  return /\.(close|stop)\(\)|asyncDispose/.test(text) ? '' : 'process.exit();';
}

async function runCommand(name: string, command: CommandLine): Promise<void> {
  const plan = planOf(command);
  if (plan?.kind !== 'run') throw new Error(`${name} is not to be run`);
  const [, ...args] = command.words.map((word) => scene.adapt(word));
  const { until } = plan;
  const { code, stdout, stderr } = await scene.finesseHa(args, {
    env: { ...command.env, FINESSE_PASSWORD: 'finesse' },
    ...(until === undefined ? {} : { until }),
  });
  expect(plan.exit, `${name}: ${command.text}\nended with ${code}\n${stdout}\n${stderr}`).toContain(code);
  if (until !== undefined) expect(stdout, name).toMatch(until);
}
