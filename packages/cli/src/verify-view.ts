import type { CheckResult, Verdict, Verification } from '@finesse-ha/proof';
import { painter, table } from './terminal.js';

/** A verification for people: what was explored, each property with its verdict, the bounds, and what breaks one. */
export function verificationText(result: Verification, stream: { isTTY?: boolean }): string {
  const paint = painter(stream);
  const verdict = ({ holds }: { holds: boolean }) =>
    holds ? paint('green', 'holds') : paint('red', 'BROKEN');
  const parts = [
    paint('bold', 'Explored'),
    exploredTable(result.configurations),
    `${count(result.states)} states, ${count(result.transitions)} transitions, depth ${result.depth}, in ${seconds(result.elapsedMs)}`,
    '',
    paint('bold', 'Properties'),
    ...result.properties.map((one) => `${verdict(one)}  ${one.property}: ${one.words}`),
    '',
    paint('bold', 'In service again, once a node is whole and messages arrive, after at most'),
    table(
      result.bounds.map(({ configuration, boundMs }) => [
        seconds(boundMs),
        `${configuration}${configuration === 'defaults' ? ' (the default settings)' : ' (durations of a few ticks of 1 s)'}`,
      ]),
    ),
    ...result.properties.flatMap((one) => stories(one)),
  ];
  return parts.join('\n');
}

function exploredTable(configurations: readonly CheckResult[]): string {
  return table([
    [
      'configuration',
      'disturbances',
      'states',
      'transitions',
      'depth',
      'recoveries from',
      'recovery states',
      'time',
      'what',
    ],
    ...configurations.map((one) => [
      one.configuration,
      `up to ${one.disturbances}`,
      count(one.states),
      count(one.transitions),
      String(one.depth),
      `up to ${one.followed}`,
      count(one.recoveryStates),
      seconds(one.elapsedMs),
      one.what,
    ]),
  ]);
}

function stories({ property, broken }: Verdict): string[] {
  return broken.flatMap(({ configuration, what, story }) => [
    '',
    `${property} is broken (${configuration}): ${what}`,
    ...story.map((line) => `  ${line}`),
  ]);
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
