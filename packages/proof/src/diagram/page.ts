import * as core from '@finesse-ha/failover';
import { configurations } from '../checker/configurations.js';
import { properties } from '../checker/properties.js';
import { stateMachine } from './state-machine.js';

/** What is written into a page between `<!-- begin NAME -->` and `<!-- end NAME -->`. */
const parts: Readonly<Record<string, () => string>> = {
  'state machine': () => {
    const pair = configurations.find(({ name }) => name === 'pair');
    if (pair === undefined) throw new Error('there is no configuration pair');
    return ['```mermaid', stateMachine({ ...pair, disturbances: 1 }, core), '```'].join('\n');
  },
  properties: () => properties.map(({ id, words }) => `- **${id}**: ${words}`).join('\n'),
};

/**
 * The text of docs/failover.md with what comes from the code itself written anew: the state machine, drawn by driving the
 * core through all that one disturbance leads to, and the properties that the checker holds against it.
 * @throws {Error} naming the part that the text has no markers for
 */
export function failoverPage(text: string): string {
  return Object.entries(parts).reduce((page, [name, write]) => {
    const [begin, end] = [`<!-- begin ${name} -->\n`, `\n<!-- end ${name} -->`];
    const from = page.indexOf(begin);
    const to = page.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`the page has no markers for "${name}"`);
    return page.slice(0, from + begin.length) + write() + page.slice(to);
  }, text);
}
