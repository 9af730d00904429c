import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadCases, playCase } from '../src/index.js';

const folder = fileURLToPath(new URL('../../../spec', import.meta.url));
/** A case holds whatever the dice say: each is played with several. */
const seeds = [1, 20_260, 305_419_896, 987_654_321];

it.each(loadCases(folder).map((one) => [one.file, one] as const))('%s', (_file, one) => {
  for (const seed of seeds) expect(playCase(one, seed).problems, `seed ${seed}`).toEqual([]);
});
