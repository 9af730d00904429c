import { expect, it } from 'vitest';
import { createState, defaultSettings } from '../src/index.js';
import { Drive } from './support/drive.js';

it('before the application connects nothing is known, wanted or remembered', () => {
  const unknown = {
    systemInfo: 'unknown',
    heartbeat: 'unknown',
    toldAt: null,
    inServiceSinceAt: null,
    unanswered: 0,
    hostAnswers: false,
    detail: '',
    probe: null,
    nextProbeAt: null,
    polls: 0,
    notBeforeAt: 0,
    leftAt: [],
    rejected: null,
  };
  expect(createState(defaultSettings, ['a', 'b'], 7, 5_000)).toEqual({
    settings: defaultSettings,
    phase: 'idle',
    status: 'idle',
    lastAt: 5_000,
    random: 7,
    deployment: 'UCCE',
    online: true,
    nodes: [
      { id: 'a', ...unknown },
      { id: 'b', ...unknown },
    ],
    current: 'a',
    link: null,
    failure: null,
    stageAt: 5_000,
    place: 0,
    patienceAt: 5_000,
    attempts: 0,
    nextAttemptAt: 5_000,
    onceMore: null,
    lastLoss: null,
    inServiceAt: null,
    everInService: false,
    connectedTold: false,
    nextGeneration: 1,
    nextProbe: 1,
    ended: null,
    deadlineAt: null,
    log: [],
  });
});

it('an end is a phase of its own', () => {
  const drive = new Drive();
  drive.cooperate(1_000, { type: 'connect' });
  drive.feed({ type: 'denied', cause: 'license', detail: 'HTTP 403' });
  expect(drive.state).toMatchObject({ phase: 'ended', status: 'ended', deadlineAt: null });
});

it('the log keeps its last entries, as many as it may', () => {
  const whole = new Drive();
  const short = new Drive(undefined, 1, { logLimit: 3 });
  for (const drive of [whole, short]) drive.cooperate(1_000, { type: 'connect' });
  expect(whole.state.log.length).toBeGreaterThan(3);
  expect(short.state.log).toEqual(whole.state.log.slice(-3));
});

it('bytes that arrive when something is due do not put it off', () => {
  const drive = new Drive();
  drive.cooperate(1_000, { type: 'connect' });
  const due = drive.state.nodes.map(({ nextProbeAt }) => nextProbeAt ?? Number.POSITIVE_INFINITY);
  drive.now = Math.max(...due);
  const generation = drive.state.link?.generation ?? 0;
  expect(drive.feed({ type: 'received', generation })).toContainEqual(
    expect.objectContaining({ type: 'probe' }),
  );
});
