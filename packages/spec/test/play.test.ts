import { describe, expect, it } from 'vitest';
import { parseCase, playCase } from '../src/index.js';

/** The problems of a case whose second phase is given; the client is in service on the primary by then. */
function problems(phase: string, more = ''): string[] {
  const text = `
description: A case
plays: [core]
${more}
phases:
  - inputs: [{ connect: {} }]
    outcome: { withinMs: 5000, status: in-service, node: primary }
  - ${phase}
`;
  return playCase(parseCase(text, 'case.yaml'), 1).problems;
}

describe('an outcome that does not hold is told', () => {
  it.each([
    ['outcome: { status: failing }', 'phase 2: status: expected failing, got in-service (at 200 ms)'],
    ['outcome: { node: secondary }', 'phase 2: node: expected secondary, got primary (at 200 ms)'],
    [
      'outcome: { withinMs: 100, status: failing }',
      'phase 2: status: expected failing, got in-service (at 200 ms)',
    ],
    ['outcome: { failure: { criterion: 1 } }', /^phase 2: failure: expected .*, got null/],
    ['outcome: { ended: { cause: conflict } }', /^phase 2: ended: expected .*, got null/],
    [
      '{ inputs: [{ presence: { available: false } }], outcome: { failure: null } }',
      /^phase 2: failure: expected null, got .*presence-unavailable/,
    ],
    [
      '{ inputs: [{ presence: { available: false } }], outcome: { failure: { criterion: 2 } } }',
      'phase 2: failure.criterion: expected 2, got 3 (at 200 ms)',
    ],
    [
      '{ inputs: [{ presence: { available: false } }], outcome: { failure: { candidates: [tomcat] } } }',
      /^phase 2: failure\.candidates: expected \["tomcat"\], got \["tomcat","web-app"\]/,
    ],
    [
      'outcome: { nodes: { primary: { presence: unavailable } } }',
      /^phase 2: nodes\.primary\.presence: expected unav/,
    ],
    ['outcome: { announced: [failing] }', /^phase 2: announced: expected failing, got {2}\(/],
    [
      '{ inputs: [{ presence: { available: false } }], outcome: { announced: [] } }',
      /^phase 2: announced: expected , got failing/,
    ],
    [
      '{ inputs: [{ presence: { available: false } }], outcome: { nothing: true } }',
      /^phase 2: nothing: expected nothing, got ann/,
    ],
    [
      'outcome: { commands: [{ ping: primary }] }',
      'phase 2: commands: expected ping primary, got no command (at 200 ms)',
    ],
    [
      '{ after: 60000, outcome: { commands: [{ probe: secondary }, { open-xmpp: primary }] } }',
      /^phase 2: commands: expected open-xmpp primary, got .*probe secondary/,
    ],
    ['{ after: 11000, outcome: { never: [{ ping: any }] } }', /^phase 2: never: ping any was given/],
    [
      '{ after: 25000, outcome: { counts: [{ ping: primary, atLeast: 3 }] } }',
      /^phase 2: counts: ping primary was given 2 times, expected 3 to Infinity/,
    ],
    [
      '{ after: 25000, outcome: { counts: [{ ping: primary, atMost: 1 }] } }',
      /given 2 times, expected 0 to 1/,
    ],
    [
      'inputs: [{ presence: { available: true, connection: previous } }]',
      'phase 2: there is no previous connection yet',
    ],
  ])('%s', (phase, message) => {
    const [first] = problems(phase);
    if (typeof message === 'string') expect(first).toBe(message);
    else expect(first).toMatch(message);
  });

  it('and so is a spread that is too narrow, too wide, or not of all clients', () => {
    const spread = (bounds: string) =>
      problems(
        `{ outcome: { withinMs: 30000, commands: [{ ping: primary }], spread: { ${bounds} } } }`,
        'clients: 3',
      );
    expect(spread('of: { ping: primary }, atMostMs: 1000')).toEqual([]);
    expect(spread('of: { ping: primary }, atLeastMs: 1000')).toEqual([
      'phase 2: spread: 0 ms, expected 1000 to Infinity',
    ]);
    expect(spread('of: { open-xmpp: secondary }')).toEqual(['phase 2: spread: only 0 of 3 clients gave it']);
  });
});

it('a phase that does not hold ends the play', () => {
  const text = `
description: A case
plays: [core]
phases:
  - outcome: { status: failing }
  - outcome: { status: ended }
`;
  expect(playCase(parseCase(text, 'case.yaml'), 1).problems).toEqual([
    'phase 1: status: expected failing, got idle (at 0 ms)',
  ]);
});

it('details are only compared where the outcome names them', () => {
  const lost = 'inputs: [{ fault: { scenario: tomcat, node: primary } }]';
  expect(
    problems(
      `{ ${lost}, outcome: { withinMs: 1000, failure: { candidates: [tomcat] }, announced: [failing] } }`,
    ),
  ).toEqual([]);
  expect(
    problems(
      `{ ${lost}, outcome: { withinMs: 1000, failure: { candidates: [tomcat] }, announced: [failing, refined] } }`,
    ),
  ).toEqual([]);
});
