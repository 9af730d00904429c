import type { Settings } from '@finesse-ha/failover';
import {
  crossedSettings,
  plainSettings,
  plainTime,
  scaledSettings,
  scaledTime,
  type TimeModel,
} from './settings.js';

/** What is explored: everything that can follow from at most so many disturbances. */
export interface Configuration {
  readonly name: string;
  /** One sentence for the report. */
  readonly what: string;
  readonly settings: Settings;
  readonly time: TimeModel;
  /** How many nodes the application names; with one, the other is learned from SystemInfo. */
  readonly nodes: 1 | 2;
  /** There is no other node to be learned. */
  readonly alone?: true;
  /** How many disturbances a run may contain: changes of a component, messages lost, late or false, sleeps, and so on. */
  readonly disturbances: number;
  /**
   * From states with at most so many disturbances the way back to service and news of what was abandoned are followed
   * too, which costs twice what the exploration does. A thorough run follows them from every state.
   */
  readonly followed: number;
  /**
   * The way back is followed only from states in which nothing is due at that very moment, and news of what was
   * abandoned is not tried: the other configurations do both on the same code, this one is after the bound in seconds.
   */
  readonly boundOnly?: true;
}

/** What `verify` explores, the largest first. */
export const configurations: readonly Configuration[] = [
  {
    name: 'pair',
    what: 'two nodes, durations of a few ticks in the order of the defaults, anything at any tick',
    settings: scaledSettings,
    time: scaledTime,
    nodes: 2,
    disturbances: 2,
    followed: 1,
  },
  {
    name: 'defaults',
    what: 'two nodes, the default settings, anything next to what the client waits for',
    settings: plainSettings,
    time: plainTime,
    nodes: 2,
    disturbances: 1,
    followed: 1,
    boundOnly: true,
  },
  {
    name: 'crossed',
    what: 'two nodes, durations of a few ticks in another order than the defaults, anything at any tick',
    settings: crossedSettings,
    time: scaledTime,
    nodes: 2,
    disturbances: 1,
    followed: 1,
  },
  {
    name: 'learned',
    what: 'one node named, the alternate learned from SystemInfo, otherwise as pair',
    settings: scaledSettings,
    time: scaledTime,
    nodes: 1,
    disturbances: 1,
    followed: 1,
  },
  {
    name: 'alone',
    what: 'one node and no alternate: nothing but its own recovery helps, otherwise as pair',
    settings: scaledSettings,
    time: scaledTime,
    nodes: 1,
    alone: true,
    disturbances: 1,
    followed: 1,
  },
];
