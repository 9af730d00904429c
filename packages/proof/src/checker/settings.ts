import { resolveSettings, type Settings } from '@finesse-ha/failover';

/** How time passes in an exploration. */
export interface TimeModel {
  /** `ticks`: at every multiple of `tickMs` something may happen. `events`: only when the core's next deadline comes. */
  advance: 'ticks' | 'events';
  /** Instants are told apart to this much. */
  tickMs: number;
}

/** Every instant is a whole second, so that the core's own constants (1 s between unanswered polls) are ticks too. */
export const scaledTime: TimeModel = { advance: 'ticks', tickMs: 1_000 };

/**
 * Settings in which every duration is a few ticks, in the order that the defaults have (see docs/failover.md):
 * spreads and graces one tick, polls and timeouts two, quiet intervals three and more. Nothing expires from the memory
 * of departures within a run; the hold that follows from it does.
 */
export const scaledSettings: Settings = resolveSettings({
  agentsPerNode: 4,
  loginsPerSecond: 3, // a spread of one tick
  ownLinkSpreadMs: 1_000,
  tieGraceMs: 1_000,
  attemptBaseMs: 1_000,
  failingPollMs: 1_000,
  onceMoreTimeoutMs: 1_000,
  failingPollCapMs: 2_000,
  probeTimeoutMs: 2_000,
  presenceTimeoutMs: 2_000,
  pingTimeoutMs: 2_000,
  freshMs: 2_000,
  quickWindowMs: 2_000,
  quickAttempts: 2,
  unansweredLimit: 2,
  attemptCapMs: 2_000,
  flapHoldMs: 2_000,
  pingIntervalMs: 3_000,
  openTimeoutMs: 3_000,
  stableMs: 3_000,
  pollIntervalMs: 3_000,
  resyncTimeoutMs: 3_000,
  flapHoldCapMs: 3_000,
  alternatePollMs: 3_000,
  sleepMs: 6_000,
  flapMemoryMs: 1_000_000_000,
  logLimit: 0,
});

/**
 * As `scaledSettings`, but where the defaults have one duration before the other, these have it the other way round:
 * polls quicker than pings, requests that may outlast polls, an opening shorter than the first presence may take, no
 * patience with the node, and a spread that outlasts everything.
 */
export const crossedSettings: Settings = resolveSettings({
  ...scaledSettings,
  agentsPerNode: 4,
  loginsPerSecond: 1, // a spread of three ticks
  ownLinkSpreadMs: 0,
  attemptBaseMs: 2_000,
  attemptCapMs: 4_000,
  failingPollMs: 2_000,
  failingPollCapMs: 4_000,
  onceMoreTimeoutMs: 3_000,
  probeTimeoutMs: 3_000,
  presenceTimeoutMs: 3_000,
  openTimeoutMs: 1_000,
  pingIntervalMs: 2_000,
  pingTimeoutMs: 3_000,
  freshMs: 1_000,
  quickWindowMs: 0,
  quickAttempts: 1,
  unansweredLimit: 1,
  pollIntervalMs: 2_000,
  alternatePollMs: 1_000,
  resyncTimeoutMs: 1_000,
  stableMs: 1_000,
  flapHoldMs: 1_000,
});

/** The defaults, without the decision log, which decides nothing, and without an end to the memory of departures. */
export const plainSettings: Settings = resolveSettings({ flapMemoryMs: 1_000_000_000, logLimit: 0 });

/** Time for the defaults: only what the core waits for makes a moment. */
export const plainTime: TimeModel = { advance: 'events', tickMs: 100 };
