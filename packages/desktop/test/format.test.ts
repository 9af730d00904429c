import { expect, test } from 'vitest';
import { duration, instant, isoDuration, spokenDuration } from '../src/strings/format.ts';

test('a running time is written as clocks do', () => {
  expect([0, 7_900, 760_000, 3_723_000].map(duration)).toEqual(['0:00', '0:07', '12:40', '1:02:03']);
  expect(duration(-5)).toBe('0:00');
  expect(isoDuration(7_900)).toBe('PT7S');
});

test('a duration in words is as exact as it needs to be', () => {
  expect([0, 400, 1_000, 2_430, 42_400, 180_000, 7_200_000].map(spokenDuration)).toEqual([
    '0.1 seconds',
    '0.4 seconds',
    '1 second',
    '2.4 seconds',
    '42 seconds',
    '3 minutes',
    '2 hours',
  ]);
});

test('a time of Finesse may be missing', () => {
  expect(instant('2026-11-23T08:10:23.121Z')).toBe(Date.UTC(2026, 10, 23, 8, 10, 23, 121));
  expect([undefined, '', 'soon'].map(instant)).toEqual([null, null, null]);
});
