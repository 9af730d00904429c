import { type FailoverState, type NodeState, ownLinkTurnMs, refugeMs, spreadMs } from '@finesse-ha/failover';
import type { TimeModel } from './settings.js';
import { type Place, placeOf, type Question, type World } from './world.js';

/**
 * Two 32-bit hashes of a sequence of small numbers. Together they tell states apart: with n states the chance that any
 * two different ones are taken for one is about n^2 / 2^65, which is one in a million for six million states.
 */
export class Fingerprint {
  high = 0;
  low = 0;

  reset(): void {
    this.high = 0x9e3779b9 | 0;
    this.low = 0x85ebca6b | 0;
  }

  add(value: number): void {
    let high = Math.imul(this.high ^ value, 0x2c1b3c6d);
    high = (high << 13) | (high >>> 19);
    this.high = (Math.imul(high, 5) + 0x52dce729) | 0;
    let low = Math.imul(this.low ^ (value + 0x7f4a7c15), 0x297a2d39);
    low = (low << 17) | (low >>> 15);
    this.low = (Math.imul(low, 9) + 0x38495ab5) | 0;
  }

  finish(): void {
    this.high = mix(this.high ^ Math.imul(this.low, 0x9e3779b1));
    this.low = mix(this.low ^ Math.imul(this.high, 0x85ebca77));
  }
}

function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

const codes = new Map<string, number>();

/** A small number for each word: words get theirs when they are first met, the same in every run of one process. */
function code(word: string | boolean | null): number {
  if (word === null) return 0;
  if (typeof word === 'boolean') return word ? 1 : 2;
  // A hash of the word itself, so that two processes agree.
  let number = codes.get(word);
  if (number === undefined) {
    number = 17;
    for (let index = 0; index < word.length; index += 1)
      number = (Math.imul(number, 31) + word.charCodeAt(index)) | 0;
    codes.set(word, number);
  }
  return number;
}

/** The fields of the core's state that the canonical form knows; a new one must be thought about here first. */
export const knownFields = {
  state:
    'attempts connectedTold current deadlineAt deployment ended everInService failure inServiceAt lastAt lastLoss link log nextAttemptAt nextGeneration nextProbe nodes online onceMore patienceAt phase place random settings stageAt status',
  node: 'detail heartbeat hostAnswers id inServiceSinceAt leftAt nextProbeAt notBeforeAt polls probe rejected systemInfo toldAt unanswered',
  link: 'deadlineAt generation lastReceivedAt node phase pingAt presence resync resyncAt resyncFailures resyncId sinceAt strikes trusted unavailableAt verified',
} as const;

/**
 * Writes the canonical form of a world: what two worlds must share for everything that can follow to be the same.
 * Instants count from now, in ticks; one that has passed counts as now; ages count up to where nothing asks further.
 * Identifiers (generations, probes, resyncs) are equal or not; counters count up to where they saturate. The two nodes
 * are named by their part (current, alternate), not by their place.
 */
export class Canon {
  readonly #print: Fingerprint;
  readonly #time: TimeModel;
  #now = 0;

  constructor(print: Fingerprint, time: TimeModel) {
    this.#print = print;
    this.#time = time;
  }

  /** A deadline: ticks still to go, 0 when it has come, -1 when there is none. */
  #until(at: number | null): void {
    this.#print.add(at === null ? -1 : at <= this.#now ? 0 : Math.ceil((at - this.#now) / this.#time.tickMs));
  }

  /** An age: ticks since, up to a limit beyond which it makes no difference. */
  #since(at: number | null, limitMs: number): void {
    if (at === null) this.#print.add(-1);
    else this.#print.add(Math.ceil(Math.min(this.#now - at, limitMs) / this.#time.tickMs));
  }

  /** The core's state alone. */
  core(core: FailoverState, now: number): void {
    const print = this.#print;
    this.#now = now;
    const { settings, link, failure, onceMore } = core;
    print.add(code(core.phase));
    print.add(code(core.status));
    print.add(code(core.ended?.cause ?? null));
    print.add(code(core.online));
    print.add(code(core.deployment));
    const running = core.phase === 'running';
    if (!running) {
      // What is known of the nodes is forgotten when the application connects anew; which ones there are is not.
      print.add(core.nodes.length);
      return;
    }
    const current = core.nodes.find((node) => node.id === core.current) as NodeState;
    const alternate = core.nodes.find((node) => node.id !== core.current);
    this.#until(core.deadlineAt);
    print.add(code(core.everInService));
    print.add(code(core.connectedTold));
    print.add(
      Math.min(
        core.attempts,
        settings.quickAttempts + doublings(settings.attemptBaseMs, settings.attemptCapMs),
      ),
    );
    // Whatever ends a connection sets the time of the next attempt anew.
    if (link === null) this.#until(core.nextAttemptAt);
    print.add(code((core.lastLoss?.backAt ?? 0) > core.stageAt));
    if (core.status !== 'in-service') this.#until(core.patienceAt);
    this.#since(core.inServiceAt, settings.stableMs);
    if (onceMore === null) print.add(-2);
    else {
      print.add(code(onceMore.answered));
      print.add(onceMore.probe === current.probe?.id ? 1 : 0);
      if (onceMore.answered !== 'no')
        this.#since(onceMore.at, settings.freshMs + settings.probeTimeoutMs + this.#time.tickMs);
    }
    print.add(code(failure?.mechanism ?? null));
    if (failure !== null) {
      print.add(code(failure.scope));
      print.add(failure.criterion);
      print.add(failure.node === core.current ? 1 : 0);
      for (const scenario of failure.candidates) print.add(code(scenario));
      print.add(code(core.lastLoss?.cause === 'system-shutdown'));
      print.add(code(core.lastLoss?.cause === 'timeout'));
      print.add(code(current.notBeforeAt > core.stageAt));
      print.add(core.place);
      this.#until(failure.sinceAt + core.place * spreadMs(settings));
      this.#until(failure.sinceAt + core.place * ownLinkTurnMs(settings));
      this.#until(core.stageAt + refugeMs(settings));
    }
    print.add(-3);
    if (link !== null) {
      print.add(code(link.phase));
      print.add(code(link.presence));
      print.add(code(link.verified));
      if (link.phase === 'opening' || link.presence === 'unknown') this.#until(link.deadlineAt);
      this.#since(link.unavailableAt, settings.presenceTimeoutMs + widest(core) + this.#time.tickMs);
      if (link.pingAt === null) this.#since(link.lastReceivedAt, settings.pingIntervalMs);
      else this.#since(link.pingAt, settings.pingTimeoutMs);
      print.add(link.pingAt === null ? -1 : link.strikes);
      print.add(code(link.resync));
      if (link.resync === 'needed') this.#until(link.resyncAt);
      else if (link.resync === 'running') this.#since(link.resyncAt, settings.resyncTimeoutMs);
      print.add(Math.min(link.resyncFailures, 6));
      print.add(code(link.trusted));
    }
    print.add(-4);
    this.#node(core, current);
    print.add(core.nodes.length);
    if (alternate !== undefined) this.#node(core, alternate);
  }

  #node(core: FailoverState, node: NodeState): void {
    const print = this.#print;
    const { settings, failure } = core;
    print.add(code(node.systemInfo));
    print.add(code(node.heartbeat));
    print.add(code(node.hostAnswers));
    print.add(code(node.rejected !== null));
    const inService = core.status === 'in-service';
    // In service only a word of this very instant would count for a failure that is told in it.
    if (inService) this.#since(node.toldAt, this.#time.tickMs);
    else {
      const counts = node.toldAt !== null && node.toldAt >= core.stageAt;
      this.#since(counts ? node.toldAt : null, settings.freshMs + this.#time.tickMs);
      print.add(failure !== null && node.toldAt !== null && node.toldAt >= failure.sinceAt ? 1 : 0);
    }
    const steady = Math.max(settings.flapHoldCapMs, settings.presenceTimeoutMs + widest(core));
    this.#since(node.inServiceSinceAt, steady + this.#time.tickMs);
    if (inService && node.id === core.current) print.add(Math.min(node.unanswered, settings.unansweredLimit));
    if (node.probe === null) print.add(-1);
    else {
      this.#until(node.probe.deadlineAt);
      this.#since(node.probe.sentAt, settings.pingTimeoutMs);
    }
    this.#until(node.nextProbeAt);
    if (!inService)
      print.add(
        Math.min(
          node.polls,
          doublings(settings.failingPollMs, Math.max(settings.failingPollCapMs, settings.agentsPerNode * 10)),
        ),
      );
    this.#until(node.notBeforeAt);
    // More departures than double the hold up to its cap count as that many; none expires within a run.
    print.add(Math.min(node.leftAt.length, 2 + doublings(settings.flapHoldMs, settings.flapHoldCapMs)));
  }

  /** The whole world. */
  world(world: World): void {
    const print = this.#print;
    this.core(world.core, world.now);
    const here = placeOf(world.core.current);
    const there: Place = here === 0 ? 1 : 0;
    for (const place of [here, there]) {
      const parts = world.parts[place];
      print.add(code(parts.service));
      print.add(code(parts.link));
      print.add(code(parts.host));
      print.add(code(parts.app));
      print.add(code(parts.cti));
      this.#question(world.questions[place]);
    }
    const { wire, fetch, monitor } = world;
    print.add(-5);
    if (wire !== null) {
      print.add(code(wire.phase));
      print.add(
        (wire.alive ? 1 : 0) +
          (wire.openHeld ? 2 : 0) +
          (wire.presenceHeld ? 4 : 0) +
          (wire.infoHeld ? 8 : 0),
      );
      print.add(wire.bytes ? 1 : 0);
      print.add(code(wire.end));
      for (const available of wire.presence) print.add(available ? 1 : 2);
      print.add(-6);
      for (const status of wire.info) print.add(code(status));
      print.add(-7);
    }
    print.add(code(fetch?.delivery ?? null));
    if (fetch !== null) print.add(world.core.link?.resyncId === fetch.id ? 1 : 0);
    // Within one instant it counts what came in it; in service nothing else does, because a search begins with a failure.
    print.add(code(world.namesAlternate));
    const inService = world.core.status === 'in-service';
    for (const place of [here, there]) {
      const justNow = monitor.heardAt[place] === world.now;
      print.add(justNow ? 1 : 0);
      if (justNow || !inService) print.add(code(monitor.heard[place]));
      this.#since(monitor.inSince[place], world.core.settings.tieGraceMs);
    }
    print.add(code(monitor.word));
    print.add(code(monitor.presence));
    this.#since(monitor.lackingSince, world.core.settings.presenceTimeoutMs);
    print.add(Math.min(monitor.pings, 2));
    print.add(code(monitor.slept));
    print.add(code(monitor.fetched));
    print.add((monitor.outdated[here] ? 1 : 0) + (monitor.outdated[there] ? 2 : 0));
    if (!inService) print.add(code(monitor.onceMore));
    this.#until(monitor.quietUntil[here]);
    this.#until(monitor.quietUntil[there]);
    print.add(monitor.spins);
  }

  #question(question: Question | null): void {
    const print = this.#print;
    print.add(code(question?.delivery ?? null));
    const held = question?.held;
    if (held === undefined || held === null) return;
    print.add(code(held.kind));
    if (held.kind === 'status') {
      print.add(code(held.status));
      print.add(code(held.heartbeat));
    }
  }
}

/** How often a step doubles until it reaches its cap. */
function doublings(first: number, cap: number): number {
  return Math.max(0, Math.ceil(Math.log2(cap / first)));
}

/** The widest of the spreads that this client's place in the crowd is a part of. */
function widest(core: FailoverState): number {
  return Math.max(spreadMs(core.settings), ownLinkTurnMs(core.settings));
}
