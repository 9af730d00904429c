import { PairPicture } from '@finesse-ha/monitor';
import { expect, it } from 'vitest';
import { boardLines } from '../src/watch-board.js';

const plain = (_style: string, text: string) => text;
const dayMs = 86_400_000;

it('both nodes at a glance, with time in state, measures and the last incidents', () => {
  const picture = new PairPicture();
  const up = { systemInfo: 'in-service', xmpp: 'up', presence: 'available' } as const;
  picture.observe('https://a:8445', up, 0);
  picture.observe('https://b:8445', up, 0);
  picture.observe('https://b:8445', { ...up, presence: 'unavailable' }, 30_000);
  picture.measured({
    node: 'https://a:8445',
    roundTripMs: 12.4,
    pingMs: 3,
    arrival: { ms: 40, at: 1_000 },
    clockSkewMs: -40,
    heartbeatAgeMs: 900,
    maintenance: true,
    certificateExpiresAt: 10 * dayMs + 90_000,
  });
  const incident = { node: 'https://b:8445', startedAt: 30_000, endedAt: null, endNoticedLate: false };
  const lines = boardLines(picture, [{ ...incident, cause: 'presence gone' }], 90_000, plain);
  expect(lines).toEqual([
    'ONE NODE UP: there is nothing to fail over to',
    'https://b:8445: IN_SERVICE but finesse is unavailable',
    '',
    '                    https://a:8445             https://b:8445',
    'state               UP for 1 min 30 s          SPLIT for 1 min 0 s',
    'SystemInfo          in-service for 1 min 30 s  in-service for 1 min 30 s',
    'XMPP                up for 1 min 30 s          up for 1 min 30 s',
    'finesse             available for 1 min 30 s   unavailable for 1 min 0 s',
    'REST round trip     12 ms                      -',
    'XMPP ping           3 ms                       -',
    'publish to arrival  40 ms, 1 min 29 s ago      -',
    'CTI heartbeat age   0.9 s                      -',
    'clock skew          -40 ms                     -',
    'certificate         10 days left               -',
    'maintenance         ON                         -',
    '',
    'last incidents',
    '1970-01-01 00:00:30Z  https://b:8445  1 min 0 s, lasts  presence gone',
  ]);
});
