import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Input, type NodeName, Player, parseCase } from '../src/index.js';

const pair = parseCase('description: A pair\nplays: [core]\nphases: [{}]\n', 'a pair');
const nodes: readonly NodeName[] = ['primary', 'secondary'];
const node = fc.constantFrom(...nodes);
const scenario = fc.constantFrom(
  'notification-service' as const,
  'xmpp-connection' as const,
  'tomcat' as const,
  'web-app' as const,
  'cti-connection' as const,
  'node' as const,
);
/** The longest that anything takes once there is something to find: a session found dead, polls, the hold off a flapping node. */
const soonMs = 180_000;

/** Variants that a scenario does not have are none of the world's concern: it takes both for "not answering". */
const variant = fc.constantFrom('default' as const, 'silent' as const, 'frozen' as const);
const happening: fc.Arbitrary<Input | { run: number }> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ run: fc.integer({ min: 0, max: 60_000 }) }) },
  { weight: 3, arbitrary: fc.record({ fault: fc.record({ scenario, node, variant }) }) },
  { weight: 2, arbitrary: fc.record({ heal: fc.record({ scenario, node }) }) },
  { weight: 1, arbitrary: fc.record({ sleep: fc.integer({ min: 0, max: 600_000 }) }) },
  { weight: 1, arbitrary: fc.record({ network: fc.constantFrom('online' as const, 'offline' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      loses: fc.record({ node, messages: fc.subarray(['presence' as const, 'notification' as const]) }),
    }),
  },
);

function play(happenings: readonly (Input | { run: number })[], seed: number): Player {
  const player = new Player(pair, seed);
  player.give({ connect: {} });
  for (const one of happenings) {
    if ('run' in one) player.runTo(player.now + one.run);
    else player.give(one);
  }
  return player;
}

/** Mends all that can be broken about a node and the way to it. */
function mend(player: Player, name: NodeName): void {
  player.give({ network: 'online' });
  player.give({ loses: { node: name, messages: [] } });
  for (const mended of ['node', 'xmpp-connection', 'web-app', 'cti-connection'] as const) {
    player.give({ heal: { scenario: mended, node: name } });
    player.runTo(player.now + 3_000);
  }
}

it('is in service on a node that is whole, whatever happened before and whatever is wrong with the other', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 25 }), node, fc.integer(), (happenings, whole, seed) => {
      const player = play(happenings, seed);
      mend(player, whole);
      player.runTo(player.now + soonMs);
      expect(player.state.status).toBe('in-service');
    }),
    { numRuns: 200 },
  );
});

it('stays where it is, and quietly, once both nodes are whole', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 25 }), fc.integer(), (happenings, seed) => {
      const player = play(happenings, seed);
      for (const name of nodes) mend(player, name);
      player.runTo(player.now + soonMs);
      const from = player.given.length;
      player.runTo(player.now + soonMs);
      const types = new Set(player.given.slice(from).map(({ command }) => command.type));
      types.delete('announce'); // of the other node's conditions
      expect([...types].filter((type) => type !== 'probe' && type !== 'ping')).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
