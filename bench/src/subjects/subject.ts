import type { Settings } from '@finesse-ha/failover';
import type { NodeName } from '@finesse-ha/lab';

/** A node, as an application is configured with it. */
export interface NodeAddress {
  name: NodeName;
  restUrl: string;
  /** ws://host:port/ws */
  webSocketUrl: string;
  webSocketPort: number;
  domain: string;
}

/** An agent of the lab and the deployment, primary first. */
export interface Account {
  user: string;
  password: string;
  extension: string;
  nodes: readonly [NodeAddress, NodeAddress];
  /** What the deployment states to finesse-ha's failover; the others have nothing to be told. */
  settings?: Partial<Settings>;
}

/** What the application of one agent learns from its library. */
export interface Observer {
  /**
   * The text of `<state>` of every User update.
   * @param changeTime reads `<stateChangeTime>` of the same update: only who needs it pays for it
   */
  onState(state: string, changeTime: () => string | null | undefined): void;
  /** The application is told that its connection, or the node, has failed. */
  onFailing(): void;
  /** An XMPP connection is attempted. */
  onAttempt(node: NodeName): void;
  /** In service as far as the library tells. */
  onInService(node: NodeName): void;
}

/** A client library as an application uses it. */
export interface Subject {
  /** Resolves when the client is in service for the first time. */
  open(account: Account, observer: Observer): Promise<void>;
}

export const subjectNames = ['finesse-ha', '@xmpp/client', 'strophe.js', 'stanza'] as const;
export type SubjectName = (typeof subjectNames)[number];

/** The other one of two nodes. */
export function otherOf(nodes: Account['nodes'], node: NodeAddress): NodeAddress {
  return node === nodes[0] ? nodes[1] : nodes[0];
}
