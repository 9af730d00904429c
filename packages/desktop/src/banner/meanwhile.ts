import type { ClientEvent, LoggedOutLate, UnknownInterval } from '@finesse-ha/client';
import type { Dialog } from '@finesse-ha/protocol';

/** One thing that was different after an outage. */
export type Change =
  | { kind: 'state'; from: string; to: string }
  | { kind: 'calls-new' | 'calls-ended'; dialogs: readonly Dialog[] }
  | { kind: 'call'; previous: Dialog; current: Dialog };

/** What is told after a recovery. */
export interface Summary {
  /** The node that is in service now. */
  readonly node: string;
  /** Epoch ms; `fromAt` is null when the outage began unseen, such as in a sleep. */
  readonly fromAt: number | null;
  readonly toAt: number;
  readonly changes: readonly Change[];
  readonly unknown: Pick<UnknownInterval, 'fromAt' | 'toAt'> | null;
  readonly loggedOut: { outcome: LoggedOutLate['outcome']; leftNode: string } | null;
}

export interface Meanwhile {
  /** What an outage that lasts has brought so far; null while there is none. */
  readonly outage: {
    readonly fromAt: number | null;
    readonly changes: readonly Change[];
    readonly unknown: Summary['unknown'];
  } | null;
  /** What is to be shown; null when nothing is, or it was dismissed or is out of date. */
  readonly summary: Summary | null;
}

export const noMeanwhile: Meanwhile = { outage: null, summary: null };

export type MeanwhileEvent = ClientEvent | { type: 'dismissed' };

/**
 * What changed while the service was away, from the client's own events: those between a failure and the recovery whose
 * origin is the fetch that the recovery makes.
 */
export function followMeanwhile(present: Meanwhile, event: MeanwhileEvent): Meanwhile {
  const { outage, summary } = present;
  switch (event.type) {
    case 'availability':
      return onAvailability(present, event);
    case 'update': {
      if (outage === null || event.origin !== 'resync') return present;
      const changes = changesOf(event);
      return changes.length === 0
        ? present
        : { ...present, outage: { ...outage, changes: [...outage.changes, ...changes] } };
    }
    case 'unknown-interval': {
      const { fromAt, toAt } = event;
      return outage === null ? present : { ...present, outage: { ...outage, unknown: { fromAt, toAt } } };
    }
    case 'logged-out-late':
      return summary === null
        ? present
        : {
            ...present,
            summary: { ...summary, loggedOut: { outcome: event.outcome, leftNode: event.leftNode } },
          };
    case 'dismissed':
      return { ...present, summary: null };
    default:
      return present;
  }
}

function onAvailability(
  present: Meanwhile,
  { announcement }: ClientEvent & { type: 'availability' },
): Meanwhile {
  const { status, failure, node, at } = announcement;
  switch (status) {
    case 'failing':
    case 'connecting': {
      if (present.outage !== null) return present;
      const fromAt = failure === null ? null : failure.sinceAt;
      // A new failure puts what was told of the last one out of date.
      return { outage: { fromAt, changes: [], unknown: null }, summary: null };
    }
    case 'in-service': {
      const { outage } = present;
      if (outage === null) return present;
      return { outage: null, summary: { ...outage, node, toAt: at, loggedOut: null } };
    }
    default:
      return noMeanwhile;
  }
}

function changesOf(change: ClientEvent & { type: 'update' }): Change[] {
  switch (change.kind) {
    case 'user': {
      const from = change.previous?.state;
      const to = change.current.state;
      return from === undefined || from === to ? [] : [{ kind: 'state', from, to }];
    }
    case 'dialogs': {
      const begun = without(change.current, change.previous);
      const ended = without(change.previous, change.current);
      return [
        ...(begun.length === 0 ? [] : [{ kind: 'calls-new' as const, dialogs: begun }]),
        ...(ended.length === 0 ? [] : [{ kind: 'calls-ended' as const, dialogs: ended }]),
      ];
    }
    case 'dialog':
      return [{ kind: 'call', previous: change.previous, current: change.current }];
    default:
      return [];
  }
}

function without(some: readonly Dialog[], others: readonly Dialog[]): Dialog[] {
  return some.filter(({ uri }) => !others.some((other) => other.uri === uri));
}
