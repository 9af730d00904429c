import type { ActionOptions, FinesseClient } from '@finesse-ha/client';
import type { ReasonCode, User } from '@finesse-ha/protocol';

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

export interface Queue {
  readonly uri: string;
  readonly name: string;
  readonly statistics: QueueStatistics;
}

export interface WrapUpReason {
  readonly uri: string;
  readonly label: string;
}

export interface PhoneBook {
  readonly uri: string;
  readonly name: string;
}

export interface Contact {
  readonly uri: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly phoneNumber: string;
  readonly description: string;
}

/** What the views need of a client beyond what a connection and the agent's own state need. */
interface CallsAndTeams {
  makeCall(toAddress: string, options?: ActionOptions): Promise<unknown>;
  answer(dialogId: string): Promise<unknown>;
  hold(dialogId: string): Promise<unknown>;
  retrieve(dialogId: string): Promise<unknown>;
  drop(dialogId: string): Promise<unknown>;
  dropParticipant(dialogId: string, mediaAddress: string): Promise<unknown>;
  consult(dialogId: string, toAddress: string): Promise<unknown>;
  transfer(dialogId: string): Promise<unknown>;
  conference(dialogId: string): Promise<unknown>;
  transferTo(dialogId: string, toAddress: string): Promise<unknown>;
  sendDtmf(dialogId: string, digits: string): Promise<unknown>;
  updateCallData(
    dialogId: string,
    data: { wrapUpReason?: string; callVariables?: Record<string, string> },
  ): Promise<unknown>;
  silentMonitor(agentExtension: string): Promise<unknown>;
  barge(dialogId: string): Promise<unknown>;
  watchTeam(teamId: string): Promise<unknown>;
  readonly team: Team | null;
  watchQueues(): Promise<unknown>;
  readonly queues: readonly Queue[];
  /** Calls the listener when the team or the queues have changed. Returns the function that ends it. */
  onBoards(listener: () => void): () => void;
  setUserState(userId: string, state: string, options?: { reasonCodeId?: string }): Promise<unknown>;
  reasonCodes(category: 'NOT_READY' | 'LOGOUT'): Promise<readonly ReasonCode[]>;
  wrapUpReasons(): Promise<readonly WrapUpReason[]>;
  phoneBooks(): Promise<readonly PhoneBook[]>;
  contacts(phoneBookId: string): Promise<readonly Contact[]>;
  sendTeamMessage(message: {
    content: string;
    teams: readonly string[];
    durationSeconds: number;
  }): Promise<unknown>;
}

/** The client as the desktop uses it. */
export type Finesse = Pick<
  FinesseClient,
  | 'availability'
  | 'user'
  | 'dialogs'
  | 'systemInfo'
  | 'decisions'
  | 'connect'
  | 'close'
  | 'on'
  | 'signIn'
  | 'signOut'
  | 'setState'
> &
  CallsAndTeams;
