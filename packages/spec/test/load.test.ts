import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { caseJsonSchema, loadCases, parseCase, SpecError } from '../src/index.js';

const good = `
description: A case
plays: [core]
phases:
  - inputs:
      - connect: {}
    outcome: { status: connecting }
`;

/** The message with which a case is refused. */
function refusal(text: string): string {
  try {
    parseCase(text, 'some/case.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return (error as SpecError).message;
  }
  return 'not refused';
}

it('fills up what a case does not say', () => {
  const parsed = parseCase(good, 'some/case.yaml');
  expect(parsed).toMatchObject({
    file: 'some/case.yaml',
    settings: {},
    nodes: ['primary', 'secondary'],
    deployment: { type: 'UCCE', nodes: ['primary', 'secondary'] },
    clients: 1,
  });
  expect(parsed.phases[0]?.after).toBe(0);
});

describe('a bad case is refused with file, phase and key', () => {
  const phase = (text: string) => `description: A case\nplays: [core]\nphases:\n  - {}\n  - ${text}\n`;
  it.each([
    ['a: b: c', /^some\/case\.yaml: .*line 1/s],
    ['- 1', /^some\/case\.yaml: Invalid input: expected object/],
    [good.replace('plays:', 'players:'), /^some\/case\.yaml: plays: /],
    [`${good}more: 1\n`, 'some/case.yaml: more: there is no such key'],
    [good.replace('[core]', '[everybody]'), /^some\/case\.yaml: plays\[0\]: Invalid option/],
    [
      `${good}settings: { pingIntervalMs: 0 }\n`,
      /^some\/case\.yaml: settings\.pingIntervalMs: .*must be a positive/,
    ],
    [`${good}settings: { ping: 1 }\n`, /^some\/case\.yaml: settings\.ping: .*does not exist/],
    [`${good}nodes: [primary, primary]\n`, 'some/case.yaml: nodes: names a node twice'],
    [
      `${good}deployment: { nodes: [primary] }\n`,
      'some/case.yaml: nodes: secondary is not in the deployment',
    ],
    [phase('afterwards: 5'), 'some/case.yaml: phase 2: afterwards: there is no such key'],
    [phase('after: soon'), /^some\/case\.yaml: phase 2: after: Invalid input: expected number/],
    [phase('inputs: [{ conect: {} }]'), 'some/case.yaml: phase 2: inputs[0].conect: there is no such key'],
    [
      phase('inputs: [{ connect: {}, sleep: 5 }]'),
      'some/case.yaml: phase 2: inputs[0]: an input has exactly one key',
    ],
    [
      phase('inputs: [{ fault: { scenario: fire, node: primary } }]'),
      /phase 2: inputs\[0\]\.fault\.scenario: Invalid/,
    ],
    [
      phase('inputs: [{ fault: { scenario: tomcat } }]'),
      'some/case.yaml: phase 2: inputs[0]: tomcat needs a node',
    ],
    [
      phase('inputs: [{ fault: { scenario: web-app, node: primary, variant: frozen } }]'),
      'some/case.yaml: phase 2: inputs[0].fault: web-app has no variant frozen',
    ],
    [phase('outcome: { status: fine }'), /phase 2: outcome\.status: Invalid option/],
    [
      phase('outcome: { never: [{ probe: primary, ping: primary }] }'),
      /phase 2: outcome\.never\[0\]: names exactly one/,
    ],
    [
      phase('inputs: [{ timer: {} }]').replace('[core]', '[core, simulator]'),
      'some/case.yaml: phase 2: inputs[0].timer: simulator cannot give this input: see "plays"',
    ],
    [
      phase('inputs: [{ sleep: 5 }]').replace('[core]', '[core, drill]'),
      'some/case.yaml: phase 2: inputs[0].sleep: drill cannot give this input: see "plays"',
    ],
    [
      `${good}clients: 2\n`.replace('[core]', '[core, drill]'),
      /^some\/case\.yaml: clients: drill plays one client/,
    ],
    [
      `${good}nodes: [primary]\ndeployment: { nodes: [primary] }\n`.replace(
        'connect: {}',
        'heal: { scenario: node, node: secondary }',
      ),
      'some/case.yaml: phase 1: inputs[0]: secondary is not in the deployment',
    ],
  ])('%j', (text, message) => {
    if (typeof message === 'string') expect(refusal(text)).toBe(message);
    else expect(refusal(text)).toMatch(message);
  });
});

describe('a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'finesse-ha-spec-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('of cases is read in the order of their names, and nothing else in it', () => {
    writeFileSync(join(folder, 'b.yaml'), good.replace('A case', 'Another'));
    writeFileSync(join(folder, 'a.yaml'), good);
    writeFileSync(join(folder, 'README.md'), '# no case');
    expect(loadCases(folder).map(({ file }) => file)).toEqual(['a.yaml', 'b.yaml']);
  });

  it('with one description twice is refused', () => {
    writeFileSync(join(folder, 'b.yaml'), good);
    writeFileSync(join(folder, 'a.yaml'), good);
    expect(() => loadCases(folder)).toThrow('b.yaml: description: the same as that of a.yaml');
  });
});

it('spec/schema.json is the JSON Schema of what the loader takes (update it with `npx vitest run packages/spec -u`)', async () => {
  const schema = `${JSON.stringify(caseJsonSchema(), null, 2)}\n`;
  await expect(schema).toMatchFileSnapshot('../../../spec/schema.json');
});
