import { FinesseClient } from '@finesse-ha/client';
import { VirtualClock } from './clock.js';
import type { CtiSides } from './cti-link.js';
import { begin, drawFaults, type Fault, type FaultField } from './faults.js';
import { Machine } from './machine.js';
import { Path } from './network.js';
import { SimNode } from './node.js';
import { type Breach, Observer } from './observer.js';
import { Random } from './random.js';
import { password } from './session.js';
import { Truth } from './truth.js';
import { teamNode } from './web-app.js';
import { act, busy, work } from './workload.js';

/** What a run is: the same plan gives the same run, byte for byte. */
export interface RunPlan {
  readonly seed: number;
  readonly clients: number;
  /** Virtual time. */
  readonly minutes: number;
  /** Instead of those that the seed draws: what a minimized failure is told by. */
  readonly faults?: readonly Fault[];
}

/** What came of one simulated deployment. */
export interface RunResult {
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly breaches: readonly Breach[];
  readonly virtualMs: number;
  readonly happenings: number;
  readonly updates: number;
  readonly recoveriesMs: readonly number[];
  /** Of everything that was told, in order: equal for equal runs. */
  readonly trace: number;
}

/** The last faults are mended so long before the end: the bound of the model checker, and the nodes' own starting. */
const quietMs = 75_000;
/** After the end everything must be let go within this. */
const farewellMs = 5_000;
const startMs = 2_000;
/** Before the end every agent is changed once more, to see who is told. */
const rollCallMs = 6_000;

interface Client {
  readonly machine: Machine;
  readonly paths: readonly [Path, Path];
  readonly observer: Observer;
  readonly client: FinesseClient;
  readonly subscribes: boolean;
}

/**
 * One simulated deployment from sign-in to close: clients, both nodes and the CTI sides under virtual time, with faults.
 * Real time passes only for what the client's own promises need.
 */
export async function run(plan: RunPlan): Promise<RunResult> {
  const clock = new VirtualClock();
  const stream = (number: number) => new Random(plan.seed, number);
  const endMs = plan.minutes * 60_000;
  const agents = Array.from({ length: plan.clients }, (_unused, index) => String(1_001_001 + index));
  const truth = new Truth(() => clock.now, agents);
  const cti: CtiSides = { truth, up: { A: true, B: true } };
  const nodes = [
    new SimNode(clock, stream(0), cti, 'fin-a.example'),
    new SimNode(clock, stream(1), cti, 'fin-b.example'),
  ] as const;
  nodes[0].peer = nodes[1];
  nodes[1].peer = nodes[0];
  for (const node of nodes) node.start();
  const trace = new Trace(clock);
  const faults = plan.faults ?? drawFaults(stream(2), plan.clients, startMs, endMs - quietMs);
  // A node that breaks for good may be the only one that would have told of the other.
  const namesBoth = faults.some(({ lastsMs }) => lastsMs > endMs);
  const deployment: Deployment = { plan, clock, nodes, truth, trace, namesBoth };
  const clients = agents.map((agent, index) => createClient(deployment, agent, index));
  const field: FaultField = { nodes, cti, clients };
  for (const fault of faults) {
    clock.at(fault.atMs, () => {
      const mend = begin(fault, field);
      clock.after(fault.lastsMs, mend);
    });
  }
  const random = stream(3);
  work(clock, random, truth, clients, endMs - quietMs / 2);
  // When it works again everybody does at once what could not be done before: in the midst of recoveries.
  for (const { atMs, lastsMs } of faults) {
    if (lastsMs < endMs) busy(clock, random, truth, clients, atMs + lastsMs);
  }
  clock.at(endMs - rollCallMs, () => {
    for (const { observer, subscribes } of clients) if (subscribes) observer.beginRollCall(agents);
    for (const agent of agents) truth.setState(agent, { state: 'NOT_READY', reasonCodeId: '1' });
  });
  let happenings = 0;
  const go = async (untilMs: number) => {
    while (clock.step(untilMs)) {
      happenings += 1;
      // What goes on inside of a node settles no promise of a client's.
      const touched = clients.filter(({ machine }) => machine.takeTouched());
      if (touched.length === 0) continue;
      await settled();
      for (const { observer, machine } of touched) observer.settle(machine);
    }
  };
  await go(endMs);
  for (const { observer, client } of clients) {
    const on = nodes.find(({ origin }) => origin === observer.node);
    observer.atEnd(client, on?.view(observer.agent), on?.available ?? false);
  }
  const closing = clients.map(({ client, observer, machine }) =>
    client.close().then(() => observer.afterClose(machine)),
  );
  await settled();
  let closed = 0;
  for (const one of closing) void one.then(() => (closed += 1));
  await go(endMs + farewellMs);
  await settled();
  if (closed < clients.length) clients[0]?.observer.breach('closed-is-closed', 'close() does not resolve');
  return {
    seed: plan.seed,
    faults,
    breaches: clients.flatMap(({ observer }) => observer.breaches),
    virtualMs: endMs,
    happenings,
    updates: clients.reduce((sum, { observer }) => sum + observer.updates, 0),
    recoveriesMs: clients.flatMap(({ observer }) => observer.recoveriesMs),
    trace: trace.digest,
  };
}

/**
 * Lets promises that have been settled run on, and what follows from them: from within a promise, Node's next tick comes
 * when no promise has anything left to do. (An immediate would do as well, for a tenth more of all time.)
 */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

interface Deployment {
  readonly plan: RunPlan;
  readonly clock: VirtualClock;
  readonly nodes: readonly [SimNode, SimNode];
  readonly truth: Truth;
  readonly trace: Trace;
  /** The application names both nodes. */
  readonly namesBoth: boolean;
}

function createClient(deployment: Deployment, agent: string, index: number): Client {
  const { plan, clock, nodes, truth, trace, namesBoth } = deployment;
  const random = new Random(plan.seed, 100 + index);
  const quality = () => ({
    latencyMs: random.between(1, 60),
    jitterMs: random.between(0, 20),
    lossRate: random.chance(0.2) ? 0.01 : 0,
    bytesPerMs: 1_000,
  });
  const paths = [new Path(clock, random, quality()), new Path(clock, random, quality())] as const;
  const observer = new Observer(clock, truth, agent);
  const reachable = new Map(nodes.map((node, place) => [node.domain, { node, path: paths[place as 0 | 1] }]));
  const machine = new Machine(clock, random, reachable, observer);
  const both = nodes.map(({ origin }) => origin);
  const client = new FinesseClient({
    nodes: namesBoth || random.chance(0.7) ? both : both.slice(0, 1),
    user: agent,
    password,
    extension: agent,
    platform: machine,
    transport: random.chance(0.7) ? 'websocket' : 'tcp',
    notification: { tcp: { tls: 'none' } },
    failover: { agentsPerNode: Math.max(1, plan.clients) },
  });
  observer.watch(client);
  client.on('*', (event) => trace.add(agent, event));
  const subscribes = random.chance(0.5);
  if (subscribes) act(observer, client.subscribe(teamNode));
  clock.at(random.between(0, 1_000), () => {
    machine.touch();
    // An end is told by an announcement, too: the run is then found not to be in service.
    client.connect().then(
      () => act(observer, client.signIn()),
      () => undefined,
    );
  });
  return { machine, paths, observer, client, subscribes };
}

/** A digest of all that applications were told, so that two runs can be compared. */
class Trace {
  readonly #clock: VirtualClock;
  #high = 0x811c9dc5;
  #low = 0x1000193;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  add(agent: string, event: { type: string }): void {
    const text = `${agent} ${this.#clock.now} ${event.type} ${'announcement' in event ? (event.announcement as { why: string }).why : ''}`;
    for (let index = 0; index < text.length; index += 1) {
      this.#high = Math.imul(this.#high ^ text.charCodeAt(index), 0x01000193);
      this.#low = (Math.imul(this.#low, 31) + this.#high) | 0;
    }
  }

  get digest(): number {
    return (this.#high ^ this.#low) >>> 0;
  }
}
