import { createPlatform, FinesseClient, FinesseRest, type Platform } from '@finesse-ha/client';
import { CtiRequestError } from '@finesse-ha/cti';
import type { NodeName } from '../deployment.js';
import { breakLab, healLab } from '../faults.js';
import { type Lab, type LabOptions, startLab } from '../lab.js';
import { WatchedCall } from './calls.js';
import { judge } from './judge.js';
import { Ledger } from './ledger.js';
import { onItsWayMs, type RowPlan, type RowResult } from './rows.js';
import { keyOf, Subject, seenOf } from './subject.js';

/** How long a change may take to arrive while all is well. */
const arrivalMs = 5_000;
/** Silence takes pings every 10 s and two strikes, or CTI heartbeats every 5 s and three misses; a loud fault no time. */
const detectWithinMs = { default: 10_000, silent: 60_000, frozen: 90_000 };
const recoverWithinMs = 60_000;
const changeEveryMs = 120;

/** The node that the agents are on, and the one that they may move to. */
const own: NodeName = 'primary';
const alternateNode: NodeName = 'secondary';

/**
 * Plays one row in a lab of its own: a real fault while every agent is in a call, states that change meanwhile, and a count of
 * what arrived.
 */
export async function playRow(
  plan: RowPlan,
  options: Pick<LabOptions, 'agents' | 'notification'>,
  onProgress: (what: string) => void,
): Promise<RowResult> {
  onProgress('starting a lab');
  const lab = await startLab(options);
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
  readonly #ledger: Ledger;
  readonly #subjects: Subject[];
  readonly #platform: Platform = createPlatform();
  readonly #problems: string[] = [];
  /** By agent, as it was before the failure. */
  readonly #calls = new Map<string, WatchedCall>();
  readonly #callsLost = new Set<string>();
  /** Agents whose application's picture is not the server's at the end. */
  #wrongPictures = 0;

  constructor(lab: Lab, plan: RowPlan, onProgress: (what: string) => void) {
    this.#lab = lab;
    this.#plan = plan;
    this.#onProgress = onProgress;
    this.#ledger = new Ledger(lab.ctiSides);
    this.#subjects = lab.deployment.agents.map(
      ({ id }) => new Subject(id, new FinesseClient(lab.clientOptions(id))),
    );
  }

  async play(): Promise<RowResult> {
    const { scenario, variant, alternate } = this.#plan;
    this.#onProgress('signing in');
    await this.#ledger.open();
    await Promise.all(this.#subjects.map((subject) => this.#signIn(subject)));
    await this.#steadyChanges(({ id }, turn) => this.#ledger.change(id, turn % 2 === 0));
    this.#onProgress('calling everybody');
    await Promise.all(this.#subjects.map((subject) => this.#call(subject)));
    await this.#steadyChanges((subject) => this.#changeInCall(subject));
    if (alternate === 'down') {
      await breakLab(this.#lab, { scenario: 'node', node: alternateNode, variant: 'default' });
    }
    // A change is under way when the fault strikes, and others follow all through it.
    const changing = this.#changeUntilStopped();
    this.#onProgress('broken; waiting to be told');
    const brokenAt = performance.now();
    await breakLab(this.#lab, { scenario, node: own, variant });
    await this.#announced('failing', brokenAt, detectWithinMs[variant], 'not every client told a failure');
    if (alternate === 'down') {
      this.#onProgress('healing; waiting for the recovery');
      await healLab(this.#lab, { scenario, node: own });
    } else this.#onProgress('waiting for the recovery');
    const recovered = await this.#announced(
      'recovered',
      brokenAt,
      recoverWithinMs,
      'not every client recovered',
    );
    const recoveredOn = this.#places();
    await changing.stop();
    if (alternate === 'available') {
      this.#onProgress('healing; nobody may move back');
      await healLab(this.#lab, { scenario, node: own });
      await this.#lab.waitInService(own);
    }
    if (recovered) await this.#steadyChanges((subject) => this.#changeInCall(subject));
    if ([...this.#places()].join() !== [...recoveredOn].join()) this.#problems.push('somebody moved back');
    await this.#comparePictures();
    await this.#compareCalls();
    return judge(this.#plan, {
      subjects: this.#subjects,
      brokenAt,
      recoveredOn: recovered ? recoveredOn : new Set(),
      lost: this.#countLost() + this.#wrongPictures,
      callsLost: this.#callsLost.size,
      problems: this.#problems,
    });
  }

  async end(): Promise<void> {
    await Promise.all(this.#subjects.map(({ client }) => client.close()));
    await this.#ledger.close();
    await this.#platform.close();
    await this.#lab.stop();
  }

  async #signIn({ client }: Subject): Promise<void> {
    await client.connect({ signal: AbortSignal.timeout(20_000) });
    await client.signIn();
  }

  /** Somebody calls the agent, whose application shows it. */
  async #call(subject: Subject): Promise<void> {
    const { id, client } = subject;
    await this.#ledger.calls.begin(id, this.#extension(id));
    const shown = () =>
      client.dialogs.length === 1 && client.dialogs[0]?.mediaProperties?.callVariables.length === 1;
    if (!(await subject.until(shown, arrivalMs))) this.#problems.push(`${id}: the call did not arrive`);
    this.#calls.set(id, new WatchedCall(client));
  }

  #extension(agentId: string): string {
    return this.#lab.credentials(agentId).extension;
  }

  #changeInCall({ id }: Subject): Promise<void> {
    return this.#ledger.calls.change(id, this.#extension(id));
  }

  /** Changes that must arrive one by one: the clients are in service. */
  async #steadyChanges(change: (subject: Subject, turn: number) => Promise<void>): Promise<void> {
    await Promise.all(
      this.#subjects.map(async (subject) => {
        for (const turn of [0, 1, 2]) {
          await change(subject, turn);
          const arrived = () => {
            const last = this.#ledger.changesOf(subject.id).at(-1);
            return last !== undefined && keyOf(last) === keyOf(seenOf(subject.client.user));
          };
          if (await subject.until(arrived, arrivalMs)) continue;
          this.#problems.push(`${subject.id}: a change while in service did not arrive`);
        }
      }),
    );
  }

  /** Changes every agent's state again and again until told to stop. */
  #changeUntilStopped(): { stop: () => Promise<void> } {
    let stopped = false;
    const run = async () => {
      while (!stopped) {
        const changes = this.#subjects.map((subject) => this.#changeInCall(subject));
        for (const result of await Promise.allSettled(changes)) {
          if (result.status === 'fulfilled' || result.reason instanceof CtiRequestError) continue;
          throw result.reason;
        }
        await new Promise((resolve) => setTimeout(resolve, changeEveryMs));
      }
    };
    const done = run();
    return {
      stop: () => {
        stopped = true;
        return done;
      },
    };
  }

  async #announced(
    kind: 'failing' | 'recovered',
    sinceAt: number,
    withinMs: number,
    otherwise: string,
  ): Promise<boolean> {
    const held = await Promise.all(
      this.#subjects.map((subject) =>
        subject.until(() => subject.announced(kind, sinceAt) !== undefined, withinMs),
      ),
    );
    const all = held.every(Boolean);
    if (!all) this.#problems.push(otherwise);
    return all;
  }

  #places(): Set<NodeName | undefined> {
    return new Set(this.#subjects.map(({ client }) => this.#lab.nodeOf(client.availability.node)));
  }

  #countLost(): number {
    return this.#subjects.reduce((sum, subject) => {
      const lost = subject.lost(this.#ledger.changesOf(subject.id), onItsWayMs);
      const [first] = lost;
      if (first !== undefined) this.#problems.push(`${subject.id}: never told of ${keyOf(first)}`);
      return sum + lost.length;
    }, 0);
  }

  /** At the end every application's picture must be what CTI holds and what the node answers by REST. */
  async #comparePictures(): Promise<void> {
    await Promise.all(
      this.#subjects.map(async (subject) => {
        const cti = keyOf(await this.#ledger.ask(subject.id));
        const picture = () => keyOf(seenOf(subject.client.user));
        await subject.until(() => picture() === cti, arrivalMs);
        const rest = await this.#restKey(subject);
        if (picture() === cti && rest === cti) return;
        this.#wrongPictures += 1;
        this.#problems.push(`${subject.id}: the application has ${picture()}, REST ${rest}, CTI ${cti}`);
      }),
    );
  }

  async #restKey({ id, client }: Subject): Promise<string> {
    try {
      return keyOf(seenOf(await this.#rest(id, client.availability.node).user({ timeoutMs: arrivalMs })));
    } catch (error) {
      return `an error: ${sentenceOf(error)}`;
    }
  }

  /** At the end every call must be as it was, in the application's picture and in that of each node in service. */
  async #compareCalls(): Promise<void> {
    const statuses = await Promise.all(
      this.#lab.nodes.map(async (node) => ({ ...node, status: await this.#lab.nodeStatus(node.name) })),
    );
    const nodes = statuses.filter(({ status }) => status === 'IN_SERVICE');
    await Promise.all(
      this.#subjects.map(async (subject) => {
        const { id, client } = subject;
        const call = this.#calls.get(id);
        const truth = this.#ledger.calls.truth(id);
        const found = (whose: string, fault: string | null) => {
          if (fault === null) return;
          this.#callsLost.add(id);
          this.#problems.push(`${id}: the call ${fault}, says ${whose}`);
        };
        if (call === undefined) return found('the application', 'was never there');
        if (call.vanished) found('the application, for a while', 'is gone');
        await subject.until(() => call.fault(client.dialogs, truth) === null, arrivalMs);
        found('the application', call.fault(client.dialogs, truth));
        for (const { name, url } of nodes) {
          try {
            const dialogs = await this.#rest(id, url).dialogs({ timeoutMs: arrivalMs });
            found(name, call.fault(dialogs, truth));
          } catch (error) {
            found(name, `cannot be asked for: ${sentenceOf(error)}`);
          }
        }
      }),
    );
  }

  #rest(agentId: string, url: string): FinesseRest {
    const { user, password, ca } = this.#lab.clientOptions(agentId);
    return new FinesseRest(this.#platform, url, { user, password, ca });
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
