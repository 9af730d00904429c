import { fileURLToPath } from 'node:url';
import { FinesseClient } from '@finesse-ha/client';
import { type Input, type LoadedCase, loadCases, type Outcome } from '@finesse-ha/spec';
import { describe, expect, it } from 'vitest';
import { Subject } from '../src/drill/subject.js';
import { breakLab, healLab, type Lab, startLab } from '../src/index.js';

const folder = fileURLToPath(new URL('../../../spec', import.meta.url));

/** `after` only lets things settle: real processes need no more than this of it. */
const settleMs = 1_500;

/** Plays one case of the specification on real processes, with one agent's client. */
class RealCase {
  readonly #lab: Lab;
  readonly #subject: Subject;
  #connecting: Promise<void> = Promise.resolve();

  constructor(lab: Lab, settings: object) {
    this.#lab = lab;
    this.#subject = new Subject(
      '1001001',
      new FinesseClient({ ...lab.clientOptions('1001001'), failover: settings }),
    );
  }

  async play({ phases }: LoadedCase): Promise<void> {
    for (const { after, inputs, outcome } of phases) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(after, settleMs)));
      const from = performance.now();
      for (const input of inputs) await this.#give(input);
      const held = await this.#subject.until(
        () => this.#differences(outcome, from).length === 0,
        outcome.withinMs ?? 500,
      );
      if (!held) expect(this.#differences(outcome, from)).toEqual([]);
    }
  }

  async end(): Promise<void> {
    await this.#subject.client.close();
    await this.#connecting.catch(() => undefined);
  }

  async #give(input: Input): Promise<void> {
    if (input.connect) this.#connecting = this.#subject.client.connect();
    else if (input.disconnect) await this.#subject.client.close();
    else if (input.fault) {
      const { scenario, node = 'primary', variant } = input.fault;
      await breakLab(this.#lab, { scenario, node, variant });
    } else if (input.heal) {
      const { scenario, node = 'primary' } = input.heal;
      await healLab(this.#lab, { scenario, node });
    } else throw new Error(`real processes cannot play ${Object.keys(input)}`);
  }

  /** What is not yet, or not, as the outcome has it. */
  #differences(outcome: Outcome, from: number): string[] {
    const { status, node, failure } = this.#subject.client.availability;
    const problems: string[] = [];
    const compare = (what: string, expected: unknown, actual: unknown) => {
      if (expected !== undefined && expected !== actual)
        problems.push(`${what} is ${actual}, not ${expected}`);
    };
    compare('status', outcome.status, status);
    compare('node', outcome.node, this.#lab.nodeOf(node));
    if (outcome.failure === null) compare('failure', null, failure);
    else if (outcome.failure !== undefined) {
      compare('mechanism', outcome.failure.mechanism, failure?.mechanism);
      compare('criterion', outcome.failure.criterion, failure?.criterion);
      compare('scenario', outcome.failure.scenario, failure?.scenario);
    }
    for (const kind of outcome.announced ?? []) {
      if (this.#subject.announced(kind, from - 50) === undefined) problems.push(`${kind} was not announced`);
    }
    return problems;
  }
}

async function playOnProcesses(one: LoadedCase): Promise<void> {
  const lab = await startLab();
  const real = new RealCase(lab, one.settings);
  try {
    await real.play(one);
  } finally {
    await real.end();
    await lab.stop();
  }
}

/** Silence and a freeze are waited for; what is loud is measured within a second, and wants the machine for itself. */
function isQuiet({ phases }: LoadedCase): boolean {
  return phases.some(({ inputs }) =>
    inputs.some(({ fault }) => fault !== undefined && fault.variant !== 'default'),
  );
}

const playable = loadCases(folder).filter(({ plays }) => plays.includes('drill'));
const named = (cases: readonly LoadedCase[]) => cases.map((one) => [one.file, one] as const);

describe('loud cases of the specification on real processes', () => {
  it.each(named(playable.filter((one) => !isQuiet(one))))(
    '%s',
    (_file, one) => playOnProcesses(one),
    120_000,
  );
});

describe('silent and frozen ones', () => {
  it.concurrent.each(named(playable.filter(isQuiet)))('%s', (_file, one) => playOnProcesses(one), 240_000);
});
