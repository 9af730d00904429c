import type { Configuration } from './configurations.js';
import { Canon, Fingerprint } from './fingerprint.js';
import type { PropertyId, Violation } from './monitor.js';
import { disturbances, freeMoves, type Move } from './moves.js';
import { type Core, createWorld, type Outcome, outcomesOf } from './step.js';
import { Visited } from './visited.js';
import { nodeIds, type World } from './world.js';

/** A property that does not hold, and the move that shows it: in which state, and which of the choices there. */
export interface Found {
  readonly property: PropertyId;
  readonly what: string;
  readonly state: number;
  readonly choice: number;
}

/** The states that need this many disturbances to be reached. */
export interface Layer {
  readonly disturbances: number;
  readonly states: number;
  readonly transitions: number;
  /** The longest of the shortest ways through this layer, in moves. */
  readonly depth: number;
}

/** Which part of the last layer to explore: layers before it are explored whole by everybody. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

export interface ExplorerHandlers {
  /** A state is met for the first time. Returns false to end the search. */
  onState(world: World, index: number): boolean;
  /** A state is met again. */
  onAgain?(world: World, index: number): void;
  onProgress?(states: number, transitions: number): void;
}

/** One step of a run. */
export interface Step {
  readonly world: World;
  readonly move: Move;
  readonly outcome: Outcome;
}

interface Reached {
  readonly world: World;
  readonly index: number;
}

const startAt = 1_000_000;
/** The bit that marks a choice among the disturbances. */
const disturbing = 0x8000;

/**
 * The search: breadth first within a layer, layer after layer of disturbances. So every state is met with the fewest
 * disturbances, and whatever is found is told by a shortest run.
 */
export class Explorer {
  readonly visited = new Visited();
  readonly layers: Layer[] = [];
  readonly found: Found[] = [];
  transitions = 0;
  /** Where the states of the last layer begin. */
  lastLayerFrom = 0;
  readonly #configuration: Configuration;
  readonly #core: Core;
  readonly #handlers: ExplorerHandlers;
  readonly #print = new Fingerprint();
  readonly #canon: Canon;
  #ended = false;

  constructor(configuration: Configuration, core: Core, handlers: ExplorerHandlers) {
    this.#configuration = configuration;
    this.#core = core;
    this.#handlers = handlers;
    this.#canon = new Canon(this.#print, configuration.time);
  }

  /** The world before the application connects: every component up. */
  start(): World {
    const { settings, nodes, alone } = this.#configuration;
    const learns = nodes === 1 && alone !== true;
    return createWorld(this.#core.createState(settings, nodeIds.slice(0, nodes), 0, startAt), learns);
  }

  run(share: Share = { index: 0, of: 1 }): void {
    const root = this.start();
    this.#enter(root, -1, 0);
    let layer: Reached[] = [{ world: root, index: 0 }];
    const last = this.#configuration.disturbances;
    for (let spent = 0; spent <= last && !this.#ended; spent += 1) {
      if (spent === last) this.lastLayerFrom = this.visited.size;
      const before = { states: spent === 0 ? 0 : this.visited.size, transitions: this.transitions };
      let frontier: Reached[] = layer;
      if (spent > 0) {
        const mine = spent === last ? shareOf(layer, share) : layer;
        frontier = this.#expandAll(mine, true, spent);
      }
      layer = [];
      let depth = 0;
      while (frontier.length > 0) {
        depth += 1;
        if (spent < last) for (const reached of frontier) layer.push(reached);
        frontier = this.#expandAll(frontier, false, spent);
      }
      this.layers.push({
        disturbances: spent,
        states: this.visited.size - before.states,
        transitions: this.transitions - before.transitions,
        depth,
      });
    }
  }

  #expandAll(from: readonly Reached[], disturbed: boolean, spent: number): Reached[] {
    const next: Reached[] = [];
    for (const reached of from) {
      if (this.#ended) break;
      this.#expand(reached, disturbed, spent, next);
    }
    this.#handlers.onProgress?.(this.visited.size, this.transitions);
    return next;
  }

  #expand(from: Reached, disturbed: boolean, spent: number, into: Reached[]): void {
    let choice = disturbed ? disturbing : 0;
    for (const move of disturbed ? disturbances(from.world) : freeMoves(from.world)) {
      for (const outcome of outcomesOf(from.world, move, this.#configuration.time, this.#core, spent === 0)) {
        this.transitions += 1;
        if (outcome.violation !== null) this.#report(outcome.violation, from.index, choice);
        else this.#reach(outcome.world, from.index, choice, into);
        choice += 1;
      }
    }
  }

  #reach(world: World, from: number, choice: number, into: Reached[]): void {
    const index = this.#enter(world, from, choice);
    if (index < 0) {
      this.#handlers.onAgain?.(world, this.visited.find(this.#print.high, this.#print.low));
      return;
    }
    into.push({ world, index });
    if (!this.#handlers.onState(world, index)) this.#ended = true;
  }

  #enter(world: World, parent: number, choice: number): number {
    this.#print.reset();
    this.#canon.world(world);
    this.#print.finish();
    return this.visited.add(this.#print.high, this.#print.low, parent, choice);
  }

  #report(violation: Violation, state: number, choice: number): void {
    if (this.found.some(({ property }) => property === violation.property)) return;
    this.found.push({ property: violation.property, what: violation.message, state, choice });
  }

  /** The steps that lead to a state, and on by one more choice if one is given. */
  path(index: number, last?: number): Step[] {
    const choices: number[] = last === undefined ? [] : [last];
    for (let state = index; state > 0; state = this.visited.parentOf(state)) {
      choices.push(this.visited.choiceOf(state));
    }
    const steps: Step[] = [];
    let world = this.start();
    for (const choice of choices.reverse()) {
      const step = this.#choose(world, choice);
      steps.push(step);
      world = step.outcome.world;
    }
    return steps;
  }

  /** The world that a state stands for, as it was first met. */
  worldOf(index: number): World {
    return this.path(index).at(-1)?.outcome.world ?? this.start();
  }

  #choose(world: World, choice: number): Step {
    const disturbed = choice >= disturbing;
    let rest = disturbed ? choice - disturbing : choice;
    for (const move of disturbed ? disturbances(world) : freeMoves(world)) {
      const outcomes = outcomesOf(world, move, this.#configuration.time, this.#core, false);
      const outcome = outcomes[rest];
      if (outcome !== undefined) return { world, move, outcome };
      rest -= outcomes.length;
    }
    throw new RangeError(`there is no choice ${choice}: a run cannot be played again`);
  }
}

/**
 * Deals a layer out by the components that are up: runs that differ only in what comes later stay together, so that
 * the shares overlap little. The largest groups first, each to the smallest share.
 */
function shareOf(layer: readonly Reached[], share: Share): Reached[] {
  if (share.of === 1) return [...layer];
  const groups = new Map<string, Reached[]>();
  for (const reached of layer) {
    const key = JSON.stringify(reached.world.parts);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [reached]);
    else group.push(reached);
  }
  const shares: Reached[][] = Array.from({ length: share.of }, () => []);
  for (const group of [...groups.values()].sort((one, other) => other.length - one.length)) {
    const smallest = shares.reduce((least, each) => (each.length < least.length ? each : least));
    for (const reached of group) smallest.push(reached);
  }
  return shares[share.index] ?? [];
}
