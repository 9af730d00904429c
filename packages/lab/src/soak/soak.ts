import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createPlatform } from '@finesse-ha/client';
import { CtiRequestError } from '@finesse-ha/cti';
import { queueNode, teamUsersNode } from '@finesse-ha/protocol';
import { type Lab, startLab } from '../lab.js';
import { compare } from './comparison.js';
import { FaultLog } from './fault-log.js';
import { type Sample, sampleAll, serviceCounts } from './gauges.js';
import { leaksOf, processReports, type SoakProblem, type SoakReport } from './report.js';
import { type PlannedFault, planFaults, randomFrom } from './schedule.js';
import { SoakAgent } from './soak-agent.js';
import { Traffic } from './traffic.js';
import { Truth } from './truth.js';

/** How long a soak takes, how much happens in it, and who is told of what. */
export interface SoakOptions {
  durationMs: number;
  /** Default 20. */
  agents?: number | undefined;
  /** On average. Default 60. */
  faultsPerHour?: number | undefined;
  /** Draws the faults and the traffic; the same seed draws the same faults. Default 1. */
  seed?: number | undefined;
  /** Ends it early, with the report so far. */
  signal?: AbortSignal | undefined;
  /** What is going on, about once a second. */
  onProgress?: ((what: string) => void) | undefined;
  /** The report so far, every ten minutes. */
  onSummary?: ((report: SoakReport) => void) | undefined;
  /** Something is wrong, as soon as it is known. */
  onProblem?: ((problem: SoakProblem) => void) | undefined;
}

const actionsPerMinute = 12;
/** An agent that is not in service so long although a node was there for it all the time is stranded. */
const strandedMs = 60_000;
/** All is compared when it has been calm so long. */
const calmMs = 2_000;
const lookEveryMs = 500;
const summaryEveryMs = 600_000;
const problemLimit = 100;
const signInWithinMs = 30_000;
/** The queue that agents watch, of the contact center that the lab ships with. */
const queueId = '5022';
const subscriptionsPerAgent = 2;

/**
 * Lets agents work while random faults come and go, watches for what hours bring to light, and reports.
 * @throws {LabError} when the lab does not come up
 */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  options.onProgress?.('starting a lab');
  const forcedLogoutMs = 60_000;
  const lab = await startLab({ agents: options.agents ?? 20, forcedLogoutMs, gauged: true });
  const soak = new Soak(lab, options, forcedLogoutMs);
  try {
    return await soak.run();
  } finally {
    await soak.end();
  }
}

class Soak {
  readonly #lab: Lab;
  readonly #options: SoakOptions;
  readonly #forcedLogoutMs: number;
  readonly #platform = createPlatform();
  readonly #truth: Truth;
  readonly #traffic: Traffic;
  readonly #agents: SoakAgent[];
  readonly #log = new FaultLog();
  readonly #stopping = new AbortController();
  readonly #startedAt = performance.now();
  readonly #problems: SoakProblem[] = [];
  readonly #samples: Sample[] = [];
  readonly #counts = {
    changes: 0,
    lost: 0,
    doubled: 0,
    comparisons: 0,
    stranded: 0,
    exits: 0,
    logouts: 0,
    logoutsExplained: 0,
  };
  readonly #subscriptions = { start: -1, end: 0, mostOfOneUser: 0 };
  #failed = false;
  /** Resolves when a comparison under way is done: faults wait for it. */
  #comparing: Promise<void> = Promise.resolve();
  #comparedAt = 0;
  readonly #doubledBefore = new Map<string, number>();
  readonly #strandedSince = new Map<string, number>();
  /** Since when nodes can be joined, by `performance.now()`. */
  #joinableSinceAt: number | null = null;

  constructor(lab: Lab, options: SoakOptions, forcedLogoutMs: number) {
    this.#lab = lab;
    this.#options = options;
    this.#forcedLogoutMs = forcedLogoutMs;
    this.#truth = new Truth(lab.ctiSides);
    this.#traffic = new Traffic({
      truth: this.#truth,
      // Its own sequence: how fast traffic goes must not change which faults come.
      random: randomFrom(this.#seed ^ 0x5bd1e995),
      actionsPerMinute,
      onProblem: (what) => this.#problem('traffic', what),
    });
    this.#agents = lab.deployment.agents.map(
      ({ id }) =>
        new SoakAgent(lab, id, {
          onOutage: (outage) => this.#log.outage(outage, this.#joinableSinceAt),
          onEnded: (agentId, why) => this.#problem('ended', `${agentId}: ${why}`),
        }),
    );
    this.#truth.onLogout = ({ agentId }) => this.#onLogout(agentId);
    lab.on('exit', ({ process, how, expected }) => {
      if (expected) return;
      this.#counts.exits += 1;
      this.#problem('exit', `${process} ended by ${how}`);
    });
  }

  get #seed(): number {
    return this.#options.seed ?? 1;
  }

  get #faultsPerHour(): number {
    return this.#options.faultsPerHour ?? 60;
  }

  get #elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  async run(): Promise<SoakReport> {
    const { durationMs, signal } = this.#options;
    const faults = planFaults({ seed: this.#seed, durationMs, perHour: this.#faultsPerHour });
    this.#options.onProgress?.('signing in');
    await this.#truth.open();
    await Promise.all(this.#agents.map((agent) => this.#signIn(agent)));
    this.#traffic.start(this.#agents);
    // Not AbortSignal.any of a timeout: Node 20 may collect such a signal before its time, and then nothing ever ends.
    const over = new AbortController();
    const end = () => over.abort();
    const timer = setTimeout(end, durationMs);
    for (const one of [this.#stopping.signal, signal]) one?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
    const until = over.signal;
    // Every fault to come waits on it.
    setMaxListeners(0, until);
    const playing = Promise.all(faults.map((one) => this.#play(one, until)));
    await Promise.all([
      playing,
      this.#every(lookEveryMs, until, () => this.#look()),
      this.#every(Math.min(10_000, durationMs / 40), until, () => this.#measure()),
      this.#every(summaryEveryMs, until, async () => this.#options.onSummary?.(this.#report())),
    ]);
    clearTimeout(timer);
    this.#options.onProgress?.('comparing for the last time');
    await this.#finish();
    return this.#report({ over: true });
  }

  async end(): Promise<void> {
    this.#stopping.abort();
    await this.#traffic.stop();
    await Promise.all(this.#agents.map(({ client }) => client.close()));
    await this.#truth.close();
    await this.#platform.close();
    await this.#lab.stop();
  }

  async #signIn({ id, client }: SoakAgent): Promise<void> {
    await client.connect({ signal: AbortSignal.timeout(signInWithinMs) });
    const teamId = this.#lab.deployment.agents.find((agent) => agent.id === id)?.teamId ?? '';
    await client.subscribe(teamUsersNode(teamId));
    await client.subscribe(queueNode(queueId));
    await client.signIn();
  }

  async #play({ fault, atMs, lastsMs }: PlannedFault, until: AbortSignal): Promise<void> {
    const { scenario, node, variant } = fault;
    try {
      await delay(atMs, undefined, { signal: until });
    } catch {
      // Over before its time came.
      return;
    }
    await this.#comparing;
    const side = scenario === 'cti-side-a' ? 'A' : scenario === 'cti-side-b' ? 'B' : null;
    if (side !== null) this.#truth.broken = side;
    this.#log.broken(fault);
    try {
      await this.#lab.fault(scenario, { node, variant });
      await delay(lastsMs, undefined, { signal: until }).catch(() => undefined);
      await this.#lab.heal(scenario, { node });
    } catch (error) {
      this.#problem('fault', `${scenario} ${variant} of ${node}: ${sentenceOf(error)}`);
    }
    if (side !== null) this.#truth.broken = null;
    this.#log.healed(fault);
  }

  async #every(ms: number, until: AbortSignal, act: () => Promise<void> | undefined): Promise<void> {
    while (!until.aborted) {
      await delay(ms, undefined, { signal: until }).catch(() => undefined);
      if (!until.aborted) await act();
    }
  }

  /** Who is stranded, and whether it is calm enough to compare. */
  async #look(): Promise<void> {
    const statuses = await this.#lab.nodeStatuses();
    const now = performance.now();
    const joinable = statuses.some(({ node, status }) => status === 'IN_SERVICE' && this.#log.spares(node));
    this.#joinableSinceAt = joinable ? (this.#joinableSinceAt ?? now) : null;
    for (const { id, outSinceAt, client } of this.#agents) {
      if (outSinceAt === null || this.#joinableSinceAt === null) continue;
      const sinceAt = Math.max(outSinceAt, this.#joinableSinceAt);
      if (now - sinceAt < strandedMs || this.#strandedSince.get(id) === outSinceAt) continue;
      this.#strandedSince.set(id, outSinceAt);
      this.#counts.stranded += 1;
      this.#problem('stranded', `${id} is not in service: ${client.availability.why}`);
    }
    const out = this.#agents.filter(({ outSinceAt }) => outSinceAt !== null).length;
    const what = this.#log.active.map(({ scenario, variant, node }) => `${scenario} ${variant} ${node}`);
    this.#options.onProgress?.(
      `${Math.round(this.#elapsedMs / 1_000)} s, ${this.#agents.length - out} of ${this.#agents.length} in service, ${this.#problems.length} problems; ${what.join(', ') || 'all is well'}`,
    );
    const well = statuses.every(({ status }) => status === 'IN_SERVICE');
    if (well && this.#calm(now)) await this.#compareAll();
  }

  #calm(now: number): boolean {
    return (
      this.#log.active.length === 0 &&
      this.#truth.whole &&
      now - this.#comparedAt > calmMs &&
      this.#agents.every((agent) => agent.outSinceAt === null && now - agent.inServiceAt > calmMs)
    );
  }

  async #compareAll(): Promise<void> {
    let done: () => void = () => undefined;
    this.#comparing = new Promise((resolve) => {
      done = resolve;
    });
    await this.#traffic.pause();
    try {
      await Promise.all(this.#agents.map((agent) => this.#compare(agent)));
      this.#counts.comparisons += 1;
      await this.#checkSubscriptions();
    } finally {
      this.#comparedAt = performance.now();
      this.#traffic.resume();
      done();
    }
  }

  async #compare(agent: SoakAgent): Promise<void> {
    const context = {
      lab: this.#lab,
      truth: this.#truth,
      traffic: this.#traffic,
      platform: this.#platform,
    };
    const changes = this.#truth.changesOf(agent.id).length;
    const { unknown } = agent;
    try {
      const { lost, wrong } = await compare(agent, context);
      // A fault that began before the comparison may have come out during it: what is not settled is compared again.
      this.#counts.changes += changes;
      this.#counts.lost += lost.length;
      for (const key of lost)
        this.#problem('lost', `${agent.id} was never told of ${key}; it was told not to know ${unknown}`);
      for (const one of wrong) this.#problem('picture', `${agent.id}: ${one}`);
    } catch (error) {
      if (!(error instanceof CtiRequestError)) throw error;
      this.#problem('picture', `${agent.id} cannot be compared: ${error.message}`);
    }
    const doubled = agent.doubled - (this.#doubledBefore.get(agent.id) ?? 0);
    this.#doubledBefore.set(agent.id, agent.doubled);
    this.#counts.doubled += doubled;
    for (const what of agent.takeEvidence())
      this.#problem('doubled', `${agent.id} twice or too late: ${what}`);
  }

  async #checkSubscriptions(): Promise<void> {
    const counts = await serviceCounts(this.#lab);
    const total = counts.reduce((sum, { subscriptions }) => sum + subscriptions, 0);
    const most = Math.max(0, ...counts.map(({ mostOfOneUser }) => mostOfOneUser));
    if (this.#subscriptions.start < 0) this.#subscriptions.start = total;
    this.#subscriptions.end = total;
    if (most > subscriptionsPerAgent && most > this.#subscriptions.mostOfOneUser) {
      this.#problem(
        'subscriptions',
        `an agent has ${most} subscriptions instead of ${subscriptionsPerAgent}`,
      );
    }
    this.#subscriptions.mostOfOneUser = Math.max(most, this.#subscriptions.mostOfOneUser);
  }

  async #measure(): Promise<void> {
    const agentsOn = (url: string) =>
      this.#agents.filter(({ outSinceAt, client }) => outSinceAt === null && client.availability.node === url)
        .length;
    this.#samples.push(...(await sampleAll(this.#lab, this.#elapsedMs, agentsOn)));
  }

  #onLogout(agentId: string): void {
    const agent = this.#agents.find(({ id }) => id === agentId);
    const outMs = performance.now() - (agent?.outSinceAt ?? performance.now());
    // Without a node for as long as Finesse waits, being logged out is what Finesse does.
    if (outMs >= this.#forcedLogoutMs * 0.9) this.#counts.logoutsExplained += 1;
    else {
      this.#counts.logouts += 1;
      this.#problem('logout', `${agentId} was logged out after ${Math.round(outMs)} ms out of service`);
    }
  }

  /** Everything is mended by now; waits for everybody and compares once more. */
  async #finish(): Promise<void> {
    const untilAt = performance.now() + strandedMs;
    while (performance.now() < untilAt) {
      if (this.#calm(performance.now())) {
        await this.#compareAll();
        await this.#measure();
        return;
      }
      await delay(lookEveryMs / 5);
    }
    const out = this.#agents.filter(({ outSinceAt }) => outSinceAt !== null);
    this.#counts.stranded += out.length;
    for (const { id, client } of out) {
      this.#problem('stranded', `${id} is not in service at the end: ${client.availability.why}`);
    }
    if (out.length === 0) this.#problem('picture', 'at the end nothing could be compared');
  }

  #problem(kind: SoakProblem['kind'], what: string): void {
    const problem = { atMs: Math.round(this.#elapsedMs), kind, what };
    this.#failed = true;
    if (this.#problems.length < problemLimit) this.#problems.push(problem);
    this.#options.onProblem?.(problem);
  }

  #report({ over = false } = {}): SoakReport {
    const elapsedMs = Math.round(this.#elapsedMs);
    const processes = processReports(this.#samples, elapsedMs);
    // A leak is judged at the end only: half of a short while holds too few outages to be even.
    const leaks = over ? leaksOf(processes, elapsedMs) : [];
    const { changes, lost, doubled, comparisons, stranded, exits, logouts, logoutsExplained } = this.#counts;
    return {
      startedAt: new Date(Date.now() - elapsedMs).toISOString(),
      node: process.version,
      seed: this.#seed,
      agents: this.#agents.length,
      faultsPerHour: this.#faultsPerHour,
      plannedMs: this.#options.durationMs,
      elapsedMs,
      interrupted: this.#options.signal?.aborted === true,
      faults: this.#log.report(),
      updates: {
        told: this.#agents.reduce((sum, { delivered }) => sum + delivered, 0),
        changes,
        lost,
        doubled,
      },
      traffic: { ...this.#traffic.counts },
      comparisons,
      forcedLogouts: { unexplained: logouts, afterLongOutage: logoutsExplained },
      stranded,
      unexpectedExits: exits,
      processes,
      subscriptions: { ...this.#subscriptions },
      samples: this.#samples,
      problems: [...this.#problems, ...leaks],
      passed: !this.#failed && leaks.length === 0,
    };
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
