import type { Criterion, Mechanism, Scenario } from '@finesse-ha/failover';
import type { FaultVariant } from '../faults.js';

/** The page's five, in its order. */
export const scenarios: readonly Scenario[] = [
  'notification-service',
  'xmpp-connection',
  'tomcat',
  'web-app',
  'cti-connection',
];

/** One row of the drill before it is played. */
export interface RowPlan {
  scenario: Scenario;
  variant: FaultVariant;
  alternate: 'available' | 'down';
}

/** One row as played; the keys and values of `--json`. */
export interface RowResult extends RowPlan {
  /** Null when no failure was told. */
  mechanism: Mechanism | null;
  criterion: Criterion | null;
  /** From the fault to the announcement, the slowest agent's. */
  detectedMs: number | null;
  /** From the fault to `recovered`, the slowest agent's. */
  recoveredMs: number | null;
  recoveredOn: 'same' | 'alternate' | null;
  lost: number;
  doubled: number;
  /** Calls that were gone or changed without cause, in the application's picture or a node's. */
  callsLost: number;
  passed: boolean;
  /** Why it did not pass; absent from rows that did. */
  problems?: string[];
}

/** Every row: loud ones, the silent network, frozen processes; each with the alternate up and down. */
export function allRows(): RowPlan[] {
  const both = (scenario: Scenario, variant: FaultVariant): RowPlan[] => [
    { scenario, variant, alternate: 'available' },
    { scenario, variant, alternate: 'down' },
  ];
  return [
    ...scenarios.flatMap((scenario) => both(scenario, 'default')),
    ...both('xmpp-connection', 'silent'),
    ...both('notification-service', 'frozen'),
    ...both('tomcat', 'frozen'),
    ...both('cti-connection', 'frozen'),
  ];
}

/** What may tell of each fault. Where a process is frozen, the first of several observers wins. */
export function expectedMechanisms({ scenario, variant }: RowPlan): readonly Mechanism[] {
  if (variant === 'default') {
    switch (scenario) {
      case 'notification-service':
      case 'xmpp-connection':
        return ['xmpp-disconnected'];
      case 'tomcat':
      case 'web-app':
        return ['presence-unavailable'];
      case 'cti-connection':
        return ['systeminfo-out-of-service'];
    }
  }
  switch (scenario) {
    case 'xmpp-connection':
      return ['ping-unanswered'];
    case 'notification-service':
      // The web app notices its frozen service too, and its SystemInfo says so to whoever asks.
      return ['ping-unanswered', 'systeminfo-out-of-service'];
    case 'tomcat':
      return ['presence-unavailable', 'systeminfo-unreachable'];
    default:
      return ['systeminfo-out-of-service'];
  }
}

/** The criterion that goes with a mechanism, by the page. */
export function criterionOf(mechanism: Mechanism): Criterion {
  switch (mechanism) {
    case 'xmpp-disconnected':
    case 'ping-unanswered':
      return 1;
    case 'systeminfo-out-of-service':
      return 2;
    case 'presence-unavailable':
    case 'systeminfo-unreachable':
      return 3;
  }
}

/**
 * How long a change may be on its way from CTI to the application: one that was told just before the fault is within
 * the time that the client reports as unknown, although it happened a moment before its last word from the node.
 */
export const onItsWayMs = 1_000;

/** A loud fault is told within this time, and recovered from on the alternate within the other. */
export const loudLimitsMs = { detected: 1_000, recoveredOnAlternate: 3_000 };
