import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check, configurations, type PropertyId } from '../../src/index.js';
import { PlantedCores, plantedBugs, plantedWords } from './planted-cores.js';

/** The property that each bug breaks. What a healthy alternate would hide is looked for where there is none. */
const breaks: Readonly<Record<string, { property: PropertyId; alone?: true }>> = {
  'announces-early': { property: 'in-service-is-available' },
  'closes-in-criterion-2': { property: 'keeps-connection' },
  'closes-in-criterion-3': { property: 'keeps-connection' },
  'command-after-close': { property: 'closed-is-closed' },
  'fails-back': { property: 'no-failing-back' },
  'gives-up-without-ping': { property: 'keeps-connection' },
  'hears-old-connection': { property: 'abandoned-is-silent' },
  'hears-old-fetch': { property: 'abandoned-is-silent' },
  'hears-old-probe': { property: 'abandoned-is-silent' },
  'ignores-alternate': { property: 'recovers' },
  'joins-unasked': { property: 'leaves-only-unavailable' },
  'leaves-available-node': { property: 'leaves-only-unavailable' },
  'loses-the-tie': { property: 'asks-once-more' },
  'moves-without-closing': { property: 'one-connection' },
  'no-fetch-deadline': { property: 'recovers' },
  'no-opening-deadline': { property: 'recovers', alone: true },
  'no-ping': { property: 'recovers' },
  'no-probe-deadline': { property: 'recovers' },
  'no-slow-poll': { property: 'recovers' },
  'not-asked-once-more': { property: 'asks-once-more' },
  'probe-after-close': { property: 'closed-is-closed' },
  'probes-twice': { property: 'one-probe' },
  'timer-after-close': { property: 'closed-is-closed' },
  'trusts-old-systeminfo': { property: 'in-service-is-available' },
  'trusts-xmpp-alone': { property: 'in-service-is-available' },
  'waits-for-presence': { property: 'recovers', alone: true },
};

describe('the model checker finds every bug that is planted in the core', { timeout: 180_000 }, () => {
  let cores: PlantedCores;
  beforeAll(() => {
    cores = new PlantedCores(plantedBugs);
  });
  afterAll(() => cores?.remove());

  it('every patch has an entry here, and every entry a patch', () => {
    expect(Object.keys(breaks).sort()).toEqual(plantedBugs);
  });

  it.each(plantedBugs.map((bug) => [bug, plantedWords(bug)]))('%s: %s', async (bug) => {
    const { property, alone } = breaks[bug] as (typeof breaks)[string];
    const name = alone === true ? 'alone' : 'pair';
    const configuration = configurations.find((one) => one.name === name)!;
    const core = await cores.load(bug);
    const { broken } = check({ ...configuration, disturbances: 1 }, core, { stopAtFirst: true });
    const found = broken.find((one) => one.property === property);
    expect(
      found,
      `broken instead: ${broken.map((one) => one.property).join(', ') || 'nothing'}`,
    ).toBeDefined();
    expect(found?.story[0]).toContain('the application connects');
    expect(found?.story.join('\n')).toMatch(/VIOLATION|from here on|->/);
  });
});
