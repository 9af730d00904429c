import { FinesseClient } from '@finesse-ha/client';
import { agentStateName, CtiRequestError, CtiSession } from '@finesse-ha/cti';
import type { NodeName } from '../deployment.js';
import { breakLab, healLab } from '../faults.js';
import { type Lab, startLab } from '../lab.js';
import { criterionOf, expectedMechanisms, loudLimitsMs, type RowPlan, type RowResult } from './rows.js';
import { Subject, seenOf } from './subject.js';

/** How long a change may take to arrive while all is well. */
const arrivalMs = 5_000;
/** Silence takes pings every 10 s and two strikes, or CTI heartbeats every 5 s and three misses; a loud fault no time. */
const detectWithinMs = { default: 10_000, silent: 60_000, frozen: 90_000 };
const recoverWithinMs = 60_000;
const changeEveryMs = 120;

/** Plays one row in a lab of its own: a real fault, states that change meanwhile, and a count of what arrived. */
export async function playRow(
  plan: RowPlan,
  agents: number,
  onProgress: (what: string) => void,
): Promise<RowResult> {
  onProgress('starting a lab');
  const lab = await startLab({ agents });
  const row = new Row(lab, plan, onProgress);
  try {
    return await row.play();
  } finally {
    await row.end();
  }
}

class Row {
  readonly #lab: Lab;
  readonly #plan: RowPlan;
  readonly #onProgress: (what: string) => void;
  readonly #cti: CtiSession;
  readonly #subjects: Subject[];
  readonly #problems: string[] = [];
  #lost = 0;
  #reason = 100;

  constructor(lab: Lab, plan: RowPlan, onProgress: (what: string) => void) {
    this.#lab = lab;
    this.#plan = plan;
    this.#onProgress = onProgress;
    // States are changed from outside, as a phone or a supervisor's desktop on another system would: at the CTI server.
    this.#cti = new CtiSession({ sides: lab.ctiSides, clientId: 'drill', peripheralId: 5000 });
    this.#subjects = lab.deployment.agents.map(
      ({ id }) => new Subject(id, new FinesseClient(lab.clientOptions(id))),
    );
  }

  async play(): Promise<RowResult> {
    const { scenario, variant, alternate } = this.#plan;
    const node: NodeName = 'primary';
    this.#onProgress('signing in');
    const opened = new Promise((resolve) => this.#cti.once('open', resolve));
    this.#cti.start();
    await opened;
    await Promise.all(
      this.#subjects.map(async ({ client }) => {
        await client.connect({ signal: AbortSignal.timeout(20_000) });
        await client.signIn();
      }),
    );
    await this.#steadyChanges();
    if (alternate === 'down')
      await breakLab(this.#lab, { scenario: 'node', node: 'secondary', variant: 'default' });
    // A change is under way when the fault strikes, and others follow all through it.
    const changing = this.#changeUntilStopped();
    this.#onProgress('broken; waiting to be told');
    const brokenAt = performance.now();
    await breakLab(this.#lab, { scenario, node, variant });
    const told = await this.#all(
      (subject) => subject.announced('failing', brokenAt) !== undefined,
      detectWithinMs[variant],
    );
    if (!told) this.#problems.push('not every client told a failure');
    if (alternate === 'down') {
      this.#onProgress('healing');
      await healLab(this.#lab, { scenario, node });
    }
    this.#onProgress('waiting for the recovery');
    const recovered = await this.#all(
      (subject) => subject.announced('recovered', brokenAt) !== undefined,
      recoverWithinMs,
    );
    if (!recovered) this.#problems.push('not every client recovered');
    changing.stop();
    await changing.done;
    if (recovered) await this.#steadyChanges();
    await this.#comparePictures();
    return this.#judge(brokenAt);
  }

  async end(): Promise<void> {
    await Promise.all(this.#subjects.map(({ client }) => client.close()));
    await this.#cti.stop();
    await this.#lab.stop();
  }

  /** Changes that must arrive one by one: the clients are in service. */
  async #steadyChanges(): Promise<void> {
    await Promise.all(
      this.#subjects.map(async (subject) => {
        for (const ready of [true, false, true]) {
          const reason = await this.#change(subject.id, ready);
          const arrived = () => {
            const { state, reasonCode } = seenOf(subject.client.user);
            return ready ? state === 'READY' : state === 'NOT_READY' && reasonCode === reason;
          };
          if (!(await subject.until(arrived, arrivalMs))) {
            this.#lost += 1;
            this.#problems.push(`${subject.id}: a change while in service did not arrive`);
          }
        }
      }),
    );
  }

  /** Changes an agent's state at the CTI server. Returns the reason code given. */
  async #change(agentId: string, ready: boolean): Promise<string> {
    // The lab's own reason codes, so that they are shown with their labels.
    const reasonCode = 10 + (this.#reason++ % 3);
    await this.#cti.setAgentState(
      ready ? { agentId, state: 'AVAILABLE' } : { agentId, state: 'NOT_READY', reasonCode },
    );
    return String(reasonCode);
  }

  /** Changes every agent's state again and again until told to stop. */
  #changeUntilStopped(): { stop: () => void; done: Promise<void> } {
    let stopped = false;
    const run = async () => {
      for (let turn = 0; !stopped; turn += 1) {
        const results = await Promise.allSettled(
          this.#subjects.map(({ id }) => this.#change(id, turn % 2 === 1)),
        );
        for (const result of results) {
          if (result.status === 'fulfilled' || result.reason instanceof CtiRequestError) continue;
          throw result.reason;
        }
        await new Promise((resolve) => setTimeout(resolve, changeEveryMs));
      }
    };
    return {
      stop: () => {
        stopped = true;
      },
      done: run(),
    };
  }

  async #all(condition: (subject: Subject) => boolean, withinMs: number): Promise<boolean> {
    const held = await Promise.all(
      this.#subjects.map((subject) => subject.until(() => condition(subject), withinMs)),
    );
    return held.every(Boolean);
  }

  /** At the end every application's picture must be the CTI server's truth. */
  async #comparePictures(): Promise<void> {
    for (const subject of this.#subjects) {
      const truth = await this.#cti.queryAgentState(subject.id);
      const cti = agentStateName(truth.agentState);
      const state = cti === 'AVAILABLE' ? 'READY' : cti;
      const time = new Date(truth.stateChangedAt ?? 0).toISOString();
      const equal = () => {
        const seen = seenOf(subject.client.user);
        return seen.state === state && seen.stateChangeTime === time;
      };
      if (await subject.until(equal, arrivalMs)) continue;
      this.#lost += 1;
      this.#problems.push(
        `${subject.id}: the application has ${JSON.stringify(seenOf(subject.client.user))}, CTI ${state} since ${time}`,
      );
    }
  }

  #judge(brokenAt: number): RowResult {
    const { scenario, variant, alternate } = this.#plan;
    const worst = (kind: 'failing' | 'recovered') => {
      const times = this.#subjects.map((subject) => subject.announced(kind, brokenAt)?.at);
      return times.some((at) => at === undefined)
        ? null
        : Math.round(Math.max(...(times as number[])) - brokenAt);
    };
    const failures = this.#subjects.map(
      (subject) => subject.announced('failing', brokenAt)?.announcement.failure ?? null,
    );
    const [first = null] = failures;
    const detectedMs = worst('failing');
    const recoveredMs = worst('recovered');
    const places = new Set(this.#subjects.map(({ client }) => this.#lab.nodeOf(client.availability.node)));
    const recoveredOn = recoveredMs === null ? null : places.has('primary') ? 'same' : 'alternate';
    const doubled = this.#subjects.reduce((sum, subject) => sum + subject.doubled, 0);

    const expected = expectedMechanisms(this.#plan);
    for (const failure of failures) {
      if (failure === null) continue;
      if (!expected.includes(failure.mechanism)) this.#problems.push(`told by ${failure.mechanism}`);
      if (failure.criterion !== criterionOf(failure.mechanism))
        this.#problems.push(`criterion ${failure.criterion}`);
    }
    if (places.size > 1) this.#problems.push('the agents ended up on different nodes');
    if (alternate === 'down' && recoveredOn === 'alternate')
      this.#problems.push('recovered on a node that is down');
    if (alternate === 'available' && recoveredOn === 'same')
      this.#problems.push('did not recover on the alternate');
    if (this.#lost > 0) this.#problems.push(`${this.#lost} lost`);
    if (doubled > 0) this.#problems.push(`${doubled} doubled`);
    if (variant === 'default') {
      if ((detectedMs ?? 0) > loudLimitsMs.detected) this.#problems.push('told too late');
      const slow = alternate === 'available' && (recoveredMs ?? 0) > loudLimitsMs.recoveredOnAlternate;
      if (slow) this.#problems.push('recovered too late');
    }
    const passed = this.#problems.length === 0;
    return {
      scenario,
      variant,
      alternate,
      mechanism: first?.mechanism ?? null,
      criterion: first?.criterion ?? null,
      detectedMs,
      recoveredMs,
      recoveredOn,
      lost: this.#lost,
      doubled,
      passed,
      ...(passed ? {} : { problems: this.#problems }),
    };
  }
}
