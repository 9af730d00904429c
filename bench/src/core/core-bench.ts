/** `npm run bench core`: the failover core, the model checker and the simulator, each by its own measure of work. */

import type { FailoverEvent, FailoverState } from '@finesse-ha/failover';
import * as failover from '@finesse-ha/failover';
import { check, configurations, simulate } from '@finesse-ha/proof';
import { type Findings, median } from '../report/report.js';

export interface CoreBenchOptions {
  /** Steps of the core that are replayed in one round. */
  steps: number;
  rounds: number;
  /** Schedules that the simulator runs in one round. */
  runs: number;
  onProgress(what: string): void;
}

interface Step {
  state: FailoverState;
  event: FailoverEvent;
}

export async function coreBench({ steps, rounds, runs, onProgress }: CoreBenchOptions): Promise<Findings> {
  const configuration = configurations.find(({ name }) => name === 'crossed');
  if (configuration === undefined) throw new Error('there is no configuration crossed');
  const perRound = {
    steps: [] as number[],
    states: [] as number[],
    transitions: [] as number[],
    hours: [] as number[],
  };
  for (let round = 0; round <= rounds; round += 1) {
    onProgress(`round ${round} of ${rounds}`);
    const recorded: Step[] = [];
    // What the checker asks of the core is as varied as anything that a client will.
    const checked = check(configuration, {
      createState: failover.createState,
      step: (state, event) => {
        if (recorded.length < steps) recorded.push({ state, event });
        return failover.step(state, event);
      },
    });
    const perSecond = replay(recorded);
    const simulated = await simulate({ runs, seed: 1 + round * runs });
    // The first round warms the compiler up.
    if (round === 0) continue;
    perRound.steps.push(perSecond);
    perRound.states.push(checked.states / (checked.elapsedMs / 1_000));
    perRound.transitions.push(
      (checked.transitions + checked.recoveryTransitions + checked.abandonedTrials) /
        (checked.elapsedMs / 1_000),
    );
    perRound.hours.push(simulated.virtualHoursPerSecond);
  }
  const hours = median(perRound.hours);
  return {
    sections: [
      {
        title: `Medians of ${rounds} rounds`,
        rows: [
          { what: 'failover core', unit: 'steps per second, one thread', figure: median(perRound.steps) },
          { what: 'model checker', unit: 'states per second, one thread', figure: median(perRound.states) },
          {
            what: 'model checker',
            unit: 'steps per second with the properties checked, ways back and abandoned news among them',
            figure: median(perRound.transitions),
          },
          { what: 'simulator', unit: 'virtual hours per second, two threads', figure: hours },
          { what: 'simulator', unit: 'times as fast as the clock', figure: hours * 3_600 },
        ],
      },
    ],
    notes: [
      `${steps} steps of the checker's configuration ${configuration.name} replayed; ${runs} schedules of 2 virtual minutes.`,
    ],
  };
}

/** Steps per second. */
function replay(recorded: readonly Step[]): number {
  const startedAt = performance.now();
  let commands = 0;
  for (const { state, event } of recorded) commands += failover.step(state, event)[1].length;
  const elapsedMs = performance.now() - startedAt;
  if (commands === 0) throw new Error('the steps asked for nothing: nothing was measured');
  return recorded.length / (elapsedMs / 1_000);
}
