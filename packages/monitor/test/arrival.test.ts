import { expect, it } from 'vitest';
import { ArrivalMeter } from '../src/arrival.js';

const at = Date.parse('2026-11-28T12:00:00.000Z');
const change = (loginId: string, ms: number) => ({
  loginId,
  stateChangeTime: new Date(at + ms).toISOString(),
});

it('measures a change of state to the arrival of its notification, by the clock of the node', () => {
  const meter = new ArrivalMeter();
  meter.arrived(change('1', 10), at + 20, 0);
  expect(meter.last, 'before the node is in service').toBeNull();
  // Our clock is two seconds behind the node's.
  meter.begin(at - 2_000);
  meter.arrived(change('1', -1), at - 1_990, 2_000);
  expect(meter.last, 'changed before that, by the clock of the node').toBeNull();
  meter.arrived(change('1', 1_000), at - 900, 2_000);
  expect(meter.last).toEqual({ ms: 100, at: at - 900 });
  meter.arrived(change('2', 2_000), at + 2_005, -10);
  expect(meter.last, 'within what the skew is known to').toEqual({ ms: 0, at: at + 2_005 });
});

it('takes nothing that is no change of its time', () => {
  const meter = new ArrivalMeter();
  meter.begin(at);
  meter.arrived(change('1', -5_000), at + 10, 0);
  meter.arrived({ loginId: '1', stateChangeTime: '' }, at + 10, 0);
  meter.arrived({ loginId: '1' }, at + 10, 0);
  expect(meter.last).toBeNull();
  meter.arrived(change('1', 100), at + 130, 0);
  meter.arrived(change('1', 100), at + 60_000, 0);
  expect(meter.last, 'published again').toEqual({ ms: 30, at: at + 130 });
  meter.end();
  expect(meter.last).toBeNull();
});
