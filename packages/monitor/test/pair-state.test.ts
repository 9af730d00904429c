import { describe, expect, it } from 'vitest';
import { nodeState, pairState } from '../src/pair-state.js';

describe('the state of a node', () => {
  it.each([
    ['in-service', 'up', 'available', 'up', ''],
    ['in-service', null, null, 'up', ''],
    ['in-service', 'up', 'unavailable', 'split', 'IN_SERVICE but finesse is unavailable'],
    ['in-service', 'up', 'unknown', 'split', 'IN_SERVICE but no presence of finesse'],
    ['in-service', 'none', 'unknown', 'split', 'IN_SERVICE but XMPP is down'],
    ['out-of-service', 'up', 'available', 'down', 'OUT_OF_SERVICE'],
    ['unreachable', 'up', 'available', 'split', 'finesse is available but SystemInfo is not'],
    ['unreachable', 'none', 'unknown', 'down', 'SystemInfo unreachable'],
    ['unknown', null, null, 'down', 'SystemInfo is not known'],
  ] as const)('%s, XMPP %s, finesse %s is %s', (systemInfo, xmpp, presence, state, why) => {
    expect(nodeState({ systemInfo, xmpp, presence })).toEqual({ state, why });
  });
});

it('a split node is not one to rely on', () => {
  expect(pairState(['up', 'up'])).toBe('both');
  expect(pairState(['up', 'split'])).toBe('one');
  expect(pairState(['down', 'split'])).toBe('none');
});
