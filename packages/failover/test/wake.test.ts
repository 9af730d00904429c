import { describe, expect, it } from 'vitest';
import type { Command, FailoverEvent } from '../src/index.js';
import { Drive } from './support/drive.js';

/** What the core asks for when an event comes after it slept through all its deadlines. */
function afterSleep(drive: Drive, event: Parameters<Drive['feed']>[0]): string[] {
  drive.now += drive.state.settings.sleepMs + 600_000;
  return drive.feed(event).map(({ type }: Command) => type);
}

/** A client on a connection that is `up`, or still `opening`. */
function connected(phase: 'up' | 'opening'): { drive: Drive; generation: number } {
  const drive = new Drive();
  if (phase === 'up') drive.cooperate(1_000, { type: 'connect' });
  else {
    const probes = drive.feed({ type: 'connect' }).filter((command) => command.type === 'probe');
    for (const { node, probe } of probes) {
      drive.feed({
        type: 'system-info',
        node,
        probe,
        answer: { kind: 'status', status: 'in-service', heartbeat: 'unknown', deployment: 'UCCE' },
      } as Parameters<Drive['feed']>[0]);
    }
  }
  expect(drive.state.link?.phase).toBe(phase);
  return { drive, generation: drive.state.link?.generation ?? 0 };
}

const loss = (generation: number): Omit<Extract<FailoverEvent, { type: 'xmpp-lost' }>, 'at'> => ({
  type: 'xmpp-lost',
  generation,
  cause: 'closed',
  detail: 'ended',
});

describe('what a machine finds that slept', () => {
  it('a connection that was being opened: given up', () => {
    const { drive } = connected('opening');
    expect(afterSleep(drive, { type: 'timer' })).toContain('close-xmpp');
  });

  it('a connection that was being opened, and has failed: nothing to give up', () => {
    const { drive, generation } = connected('opening');
    expect(afterSleep(drive, loss(generation))).not.toContain('close-xmpp');
    expect(drive.state.link).toBeNull();
  });

  it('a connection that was up: asked for a sign of life', () => {
    const { drive } = connected('up');
    const asked = afterSleep(drive, { type: 'timer' });
    expect(asked).toContain('ping');
    expect(asked).not.toContain('close-xmpp');
  });

  it('a connection that was up, and has ended: not asked any more', () => {
    const { drive, generation } = connected('up');
    const asked = afterSleep(drive, loss(generation));
    expect(asked).not.toContain('ping');
    expect(asked).not.toContain('close-xmpp');
  });

  it('the end of another connection: no news of this one', () => {
    const { drive, generation } = connected('up');
    expect(afterSleep(drive, loss(generation - 1))).toContain('ping');
    const opening = connected('opening');
    expect(afterSleep(opening.drive, loss(opening.generation - 1))).toContain('close-xmpp');
  });
});
