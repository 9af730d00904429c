import type { User } from '@finesse-ha/protocol';

/** A member of a team as a supervisor sees them. */
export type TeamUser = User;

/** A team that is watched, with its members as last told. */
export interface Team {
  readonly id: string;
  readonly name: string;
  readonly users: readonly TeamUser[];
}

/** What is counted of a queue (dev guide 12.5 p.144). A number that is not known is undefined. */
export interface QueueStatistics {
  readonly callsInQueue?: number | undefined;
  /** ISO 8601, or empty when no call waits. */
  readonly startTimeOfLongestCallInQueue?: string | undefined;
  readonly agentsReady?: number | undefined;
  readonly agentsNotReady?: number | undefined;
  readonly agentsTalkingInbound?: number | undefined;
  readonly agentsTalkingOutbound?: number | undefined;
  readonly agentsTalkingInternal?: number | undefined;
  readonly agentsWrapUpNotReady?: number | undefined;
  readonly agentsWrapUpReady?: number | undefined;
}

/** A queue of the agent, with its latest statistics. */
export interface Queue {
  readonly uri: string;
  readonly name: string;
  readonly statistics: QueueStatistics;
}

/** A reason that a call may be wrapped up with. */
export interface WrapUpReason {
  readonly uri: string;
  readonly label: string;
}

/** A phone book that the agent may use. */
export interface PhoneBook {
  readonly uri: string;
  readonly name: string;
}

/** An entry of a phone book. */
export interface Contact {
  readonly uri: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly phoneNumber: string;
  readonly description: string;
}
