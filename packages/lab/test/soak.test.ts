import { describe, expect, it } from 'vitest';
import { processReports } from '../src/soak/report.js';
import { planFaults } from '../src/soak/schedule.js';
import { runSoak } from '../src/soak/soak.js';
import { riseOfFloor, slopeWithin } from '../src/soak/trend.js';

const hourMs = 3_600_000;

describe('the faults of a soak', () => {
  const options = { seed: 5, durationMs: 5 * hourMs, perHour: 100 };

  it('are the same for the same seed, others for another, and about as many as asked for', () => {
    const planned = planFaults(options);
    expect(planFaults(options)).toEqual(planned);
    expect(planFaults({ ...options, seed: 6 })).not.toEqual(planned);
    expect(planned.length).toBeGreaterThan(350);
    expect(planned.length).toBeLessThan(550);
  });

  it('never break both CTI sides at once', () => {
    const sides = planFaults(options).filter(({ fault }) => fault.scenario.startsWith('cti-side'));
    expect(sides.length).toBeGreaterThan(20);
    for (const [index, { atMs, lastsMs }] of sides.entries()) {
      expect(sides[index + 1]?.atMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(atMs + lastsMs);
    }
  });
});

describe('trends', () => {
  it('are those within the lives of processes, not those from one to the next', () => {
    const points = [1, 2, 3].flatMap((life) =>
      [0, 1, 2].map((step) => ({
        life,
        atMs: (life * 10 + step) * 60_000,
        value: life * 1_000 + step,
        load: 0,
      })),
    );
    expect(slopeWithin(points)).toMatchObject({ perHour: expect.closeTo(60), longestMs: 120_000 });
    expect(slopeWithin(points.slice(0, 1))).toBeNull();
  });

  it('leave out what goes with the agents served, and tell nothing when those went with the time', () => {
    const agentsAt = (minute: number) => (minute % 50 < 20 ? 3 : 17);
    const points = (leakPerMinute: number, agents: (minute: number) => number) =>
      Array.from({ length: 60 }, (_, minute) => ({
        life: 1,
        atMs: minute * 60_000,
        load: agents(minute),
        value: 2 * agents(minute) + leakPerMinute * minute,
      }));
    expect(slopeWithin(points(0, agentsAt))?.perHour).toBeCloseTo(0);
    expect(slopeWithin(points(0.5, agentsAt))?.perHour).toBeCloseTo(30);
    expect(slopeWithin(points(0.5, (minute) => minute))).toBeNull();
  });

  it('are not told of what comes down again, however late', () => {
    const points = (valueAt: (minute: number) => number) =>
      Array.from({ length: 61 }, (_, minute) => {
        const load = minute < 20 ? 20 : 0;
        return { life: 1, atMs: minute * 60_000, load, value: 2 * load + valueAt(minute) };
      });
    const rise = (valueAt: (minute: number) => number) => riseOfFloor(points(valueAt), 2);
    expect(rise((minute) => (minute > 40 && minute % 5 > 0 ? 25 : 0))).toBe(0);
    // Down for a moment in an outage: that is not where it was.
    expect(rise((minute) => (minute === 7 ? -40 : 0))).toBe(0);
    expect(rise((minute) => minute)).toBe(40);
  });

  it('tell a process that keeps its sockets from one that does not', () => {
    const sample = (process: string, pid: number, minute: number, sockets: number) => {
      const steady = { rssBytes: 6e7, heapBytes: 1e7, fds: 30, handles: 10, timers: 3 };
      return { atMs: minute * 60_000, process, pid, agents: 5, sockets, ...steady };
    };
    const minutes = Array.from({ length: 121 }, (_, minute) => minute);
    const samples = minutes.flatMap((minute) => [
      sample('steady', 1, minute, 20 + (minute % 3)),
      // Connections that are kept for a while after many agents left.
      sample('slow', 3, minute, minute > 90 && minute % 5 !== 0 ? 45 : 20),
      sample('leaking', 2, minute, 20 + minute),
    ]);
    const leaks = processReports(samples, 2 * hourMs).map(({ process, trends }) => [
      process,
      trends.sockets.leaks,
      trends.fds.leaks,
    ]);
    expect(leaks).toEqual([
      ['leaking', true, false],
      ['slow', false, false],
      ['steady', false, false],
    ]);
  });
});

describe('what a web host needs to warm up', () => {
  /** Two hours: idle for the first of them, then working; it takes 50 MB within four minutes of work, and what leaks. */
  const samples = (leakPerMinute: number) =>
    Array.from({ length: 121 }, (_, minute) => {
      const working = Math.max(0, minute - 70);
      const bytes = 90e6 + Math.min(working, 4) * 12.5e6 + working * leakPerMinute;
      const steady = { heapBytes: 3e7, fds: 30, sockets: 20, handles: 10, timers: 3 };
      return {
        atMs: minute * 60_000,
        process: 'web-host',
        pid: 1,
        agents: working > 0 ? 20 : 0,
        rssBytes: bytes,
        ...steady,
      };
    });
  const leaks = (leakPerMinute: number) =>
    processReports(samples(leakPerMinute), 2 * hourMs)[0]?.trends.rssBytes.leaks;

  it('is no leak, however late its work begins; a leak beside it is told', () => {
    expect(leaks(0)).toBe(false);
    expect(leaks(1e6)).toBe(true);
  });
});

describe('a soak of some seconds', () => {
  it('plays faults on real processes, compares all, and finds nothing', { timeout: 60_000 }, async () => {
    const report = await runSoak({ durationMs: 4_000, agents: 3, faultsPerHour: 4_000, seed: 4 });
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ passed: true, interrupted: false, agents: 3, unexpectedExits: 0 });
    expect(report.faults.length).toBeGreaterThan(0);
    expect(report.comparisons).toBeGreaterThan(0);
    expect(report.updates).toMatchObject({ lost: 0, doubled: 0 });
    expect(report.processes.map(({ process }) => process)).toContain('primary-web-host');
    expect(report.samples.some(({ heapBytes }) => heapBytes !== null)).toBe(true);
  });

  it('ends early when it is told to, with the report so far', { timeout: 60_000 }, async () => {
    const stopping = new AbortController();
    const report = await runSoak({
      durationMs: hourMs,
      agents: 2,
      signal: stopping.signal,
      onProgress: (what) => {
        if (what.endsWith('all is well')) stopping.abort();
      },
    });
    expect(report).toMatchObject({ interrupted: true, passed: true, plannedMs: hourMs });
  });
});
