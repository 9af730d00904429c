import { setTimeout as delay } from 'node:timers/promises';
import { LabError, type NodeName, nodeNames } from '@finesse-ha/lab';
import { startLab, type TestAgent, type TestLab } from '../test-lab.js';
import { ClientProcess } from './client-process.js';
import { environmentOf } from './environment.js';
import { Observer } from './observer.js';
import type { ConformancePlan } from './plan.js';
import { type Judgement, judge } from './rules.js';

/** The client to examine, the faults to play on it, and who is told of what. */
export interface ConformanceOptions {
  /** The program and its arguments. It is started anew for each fault, and ended by SIGTERM. */
  command: readonly string[];
  plans: readonly ConformancePlan[];
  /** How long a client may take to be back. Default 60 s. */
  withinMs?: number | undefined;
  /** Ends the run early; what is started is stopped. */
  signal?: AbortSignal | undefined;
  /** What is being done, while it is done. */
  onProgress?(fault: string, what: string): void;
  /** What the client prints, as it prints it. */
  onOutput?(text: string): void;
  /** A fault has been played and judged. */
  onRow?(row: ConformanceRow): void;
}

/** One fault with its judgements. */
export interface ConformanceRow {
  fault: string;
  passed: boolean;
  judgements: Judgement[];
}

/** How long a client may take to have its first session. */
const firstSessionWithinMs = 30_000;
/** Nothing heard of a client for so long: it has done what it does after a change. */
const calmMs = 1_000;
const calmWithinMs = 10_000;

/**
 * Starts a lab, plays each fault on a client of its own, and judges what the nodes saw.
 * @throws {ClientStartError} when the command cannot be started
 * @throws {LabError} when the lab does not start, or the command never has a session with presence
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceRow[]> {
  const lab = await startLab({ logTraffic: true, agents: options.plans.length });
  try {
    const rows: ConformanceRow[] = [];
    for (const [index, plan] of options.plans.entries()) {
      // An agent of its own for each: what one leaves behind is not held against the next.
      const agent = lab.agent(lab.agentIds[index] ?? '');
      const row = await play(lab, agent, plan, options);
      rows.push(row);
      options.onRow?.(row);
    }
    return rows;
  } finally {
    await lab.stop();
  }
}

async function play(
  lab: TestLab,
  agent: TestAgent,
  plan: ConformancePlan,
  { command, withinMs = 60_000, signal, onProgress, onOutput }: ConformanceOptions,
): Promise<ConformanceRow> {
  const tell = (what: string) => onProgress?.(plan.name, what);
  const observer = new Observer(lab.lab, agent.id);
  const client = await ClientProcess.start(command, environment(lab, agent), onOutput ?? (() => undefined));
  try {
    tell('waiting for the client');
    const first = () => observer.sessions.find(({ available }) => available);
    const over = AbortSignal.any([client.gone, ...(signal === undefined ? [] : [signal])]);
    await observer.until(() => first() !== undefined, firstSessionWithinMs, over);
    signal?.throwIfAborted();
    const session = first();
    if (session === undefined) {
      const how = client.how === null ? '' : ` (it ended: ${client.how})`;
      throw new LabError(`the client never had an XMPP session with presence as ${agent.id}${how}`);
    }
    await calm(observer, signal);
    const from = session.node;
    const subscribedBefore = [...session.subscriptions];
    const stateBefore = await stateOf(agent);
    // The line of our own request is not the client's.
    await calm(observer, signal);
    observer.reset();

    tell(`the client is on ${from}; breaking`);
    const nodes = plan.where === 'both' ? nodeNames : [from];
    const broken = new Set<NodeName>(nodes);
    const { scenario, variant } = plan;
    let since = performance.now();
    await Promise.all(nodes.map((node) => lab.fault(scenario, { node, variant })));
    if (plan.healAfterMs !== null) {
      await delay(plan.healAfterMs, undefined, signal === undefined ? {} : { signal });
      await Promise.all(nodes.map((node) => lab.lab.heal(scenario, { node })));
      broken.clear();
      since = performance.now();
    }
    const back = () => observer.sessions.find(({ node }) => observer.inService(node) && !broken.has(node));
    await observer.until(() => back() !== undefined, withinMs, over);
    signal?.throwIfAborted();
    const returned = back();
    const backAfterMs = returned === undefined ? null : Math.round(performance.now() - since);
    tell(returned === undefined ? 'not back in time' : `back on ${returned.node}`);

    // What comes with a session, presence and subscriptions, may take its time.
    await calm(observer, signal);
    await Promise.all(lab.lab.broken.map((fault) => lab.lab.heal(fault.scenario, { node: fault.node })));
    tell('healed');
    const whole = () => nodeNames.every((node) => observer.inService(node));
    if (!(await observer.until(whole, firstSessionWithinMs, signal))) {
      signal?.throwIfAborted();
      throw new LabError('the lab is not in service again');
    }
    await calm(observer, signal);
    const judgements = judge({
      from,
      subscribedBefore,
      backAfterMs,
      backOn: returned?.node ?? null,
      withinMs,
      contacts: [...observer.contacts],
      mostAtOnce: observer.mostAtOnce,
      sessionsAtEnd: [...observer.sessions],
      stateBefore,
      stateAtEnd: await stateOf(agent),
      ended: client.how,
    });
    return { fault: plan.name, passed: judgements.every(({ verdict }) => verdict !== 'failed'), judgements };
  } finally {
    await client.stop();
    observer.stop();
  }
}

function environment(lab: TestLab, agent: TestAgent): Record<string, string> {
  const teamId = lab.lab.deployment.agents.find(({ id }) => id === agent.id)?.teamId ?? '';
  return environmentOf(agent, teamId, lab.lab.certificate.certFile);
}

/** Resolves when the client has done nothing for a while, or does not become calm at all. */
async function calm(observer: Observer, signal: AbortSignal | undefined): Promise<void> {
  const until = performance.now() + calmWithinMs;
  let changed = true;
  while (changed && performance.now() < until) {
    const heard = observer.heard;
    changed = await observer.until(() => observer.heard !== heard, calmMs, signal);
    signal?.throwIfAborted();
  }
}

/** The agent's state as a node has it; null where none tells. */
async function stateOf({ id, password, nodes }: TestAgent): Promise<string | null> {
  const authorization = `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`;
  for (const { restUrl } of Object.values(nodes)) {
    const response = await fetch(`${restUrl}/finesse/api/User/${id}`, { headers: { authorization } });
    const state = /<state>(\w+)<\/state>/.exec(await response.text())?.[1];
    if (response.ok && state !== undefined) return state;
  }
  return null;
}
