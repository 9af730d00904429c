import { Abandoned } from './abandoned.js';
import type { Configuration } from './configurations.js';
import { Explorer, type Share } from './explore.js';
import { type PropertyId, Violation } from './monitor.js';
import { urgentMoves } from './moves.js';
import { heal, Recovery } from './recovery.js';
import type { Core } from './step.js';
import { tellStory } from './story.js';
import { nodeIds } from './world.js';

/** A property that does not hold, with a shortest run that shows it. */
export interface Broken {
  readonly property: PropertyId;
  readonly what: string;
  readonly story: readonly string[];
}

/** What the exploration of one configuration found. */
export interface CheckResult {
  readonly configuration: string;
  readonly what: string;
  readonly disturbances: number;
  /** From states with at most so many disturbances recoveries and news of what was abandoned were followed. */
  readonly followed: number;
  readonly states: number;
  readonly transitions: number;
  /** The longest of the shortest ways to a state, in moves. */
  readonly depth: number;
  /** Worlds in which nothing goes wrong any more that were run until in service, and their transitions. */
  readonly recoveryStates: number;
  readonly recoveryTransitions: number;
  /** Steps tried with news of something abandoned. */
  readonly abandonedTrials: number;
  /** The longest time to service once one node is whole, and how it comes about. */
  readonly boundMs: number;
  readonly boundStory: readonly string[];
  readonly broken: readonly Broken[];
  readonly elapsedMs: number;
}

/** What a search is to do besides, and who is told how far it is. */
export interface CheckHooks {
  /** How far the search is. */
  onProgress?(states: number, transitions: number): void;
  /** Ends at the first property that does not hold. */
  stopAtFirst?: boolean;
  /** Follows recoveries and news of what was abandoned from every state. */
  thorough?: boolean;
}

const longestStory = 200;

/**
 * Explores one configuration exhaustively and holds every property against it.
 * @param share the part of the last layer to explore; the layers before it are explored whole
 */
export function check(
  configuration: Configuration,
  core: Core,
  hooks: CheckHooks = {},
  share: Share = { index: 0, of: 1 },
): CheckResult {
  const startedAt = performance.now();
  const recovery = new Recovery(configuration.time, core);
  const abandoned = new Abandoned(configuration.time, core);
  let heard: { state: number; violation: Violation } | null = null;
  const explorer: Explorer = new Explorer(configuration, core, {
    onState: (world, index) => {
      const thorough = hooks.thorough === true;
      const followed = thorough || explorer.layers.length <= configuration.followed;
      const boundOnly = configuration.boundOnly === true && !thorough;
      if (followed && !(boundOnly && urgentMoves(world).length > 0)) recovery.from(world, index);
      if (followed && !boundOnly && heard === null) {
        try {
          abandoned.check(world);
        } catch (error) {
          if (!(error instanceof Violation)) throw error;
          heard = { state: index, violation: error };
        }
      }
      const failed = heard !== null || recovery.stuck !== null || explorer.found.length > 0;
      return !(hooks.stopAtFirst === true && failed);
    },
    ...(hooks.onProgress === undefined ? {} : { onProgress: hooks.onProgress }),
  });
  explorer.run(share);
  return {
    configuration: configuration.name,
    what: configuration.what,
    disturbances: configuration.disturbances,
    followed:
      hooks.thorough === true
        ? configuration.disturbances
        : Math.min(configuration.followed, configuration.disturbances),
    states: explorer.visited.size,
    transitions: explorer.transitions,
    depth: Math.max(...explorer.layers.map(({ depth }) => depth)),
    recoveryStates: recovery.states,
    recoveryTransitions: recovery.transitions,
    abandonedTrials: abandoned.trials,
    boundMs: recovery.worst.ms,
    boundStory: recoveryStory(explorer, recovery, recovery.worst),
    broken: brokenOf(explorer, recovery, heard),
    elapsedMs: Math.round(performance.now() - startedAt),
  };
}

function brokenOf(
  explorer: Explorer,
  recovery: Recovery,
  heard: { state: number; violation: Violation } | null,
): Broken[] {
  const broken: Broken[] = explorer.found.map(({ property, what, state, choice }) => ({
    property,
    what,
    story: tellStory(explorer.path(state, choice)),
  }));
  if (heard !== null) {
    const { property, message } = heard.violation;
    broken.push({ property, what: message, story: tellStory(explorer.path(heard.state)) });
  }
  if (recovery.stuck !== null) {
    const { property, message } = recovery.stuck.violation;
    broken.push({ property, what: message, story: recoveryStory(explorer, recovery, recovery.stuck) });
  }
  return broken;
}

function recoveryStory(
  explorer: Explorer,
  recovery: Recovery,
  { state, whole }: { state: number; whole: 0 | 1 },
): string[] {
  const path = explorer.path(state);
  const world = path.at(-1)?.outcome.world ?? explorer.start();
  return [
    ...tellStory(path),
    `          from here on ${nodeIds[whole]} is whole and messages arrive`,
    ...tellStory(recovery.replay(world, whole, longestStory)),
    ...(world === heal(world, whole) ? ['          (it was so already)'] : []),
  ];
}
