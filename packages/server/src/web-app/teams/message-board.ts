/** Team messages of the pair: kept by both nodes, so that a supervisor's message outlives either, and told by both. */
import { type Element, formatNotificationItem, teamMessagesNode } from '@finesse-ha/protocol';
import { z } from 'zod';
import type { PeerNode } from '../peer.js';
import { teamMessageElement, teamMessageUri } from './team-message-view.js';
import { type TeamMessage, TeamMessages, teamMessageSchema } from './team-messages.js';

/** Path of the peer's messages; the id of one follows. */
export const PEER_MESSAGES_PATH = '/finesse/internal/team-messages';

/** What the board needs of the rest of the web app. */
export interface MessageBoardPorts {
  /** Absent in a deployment of one node. */
  readonly peer: PeerNode | undefined;
  publish(node: string, payload: () => Element): void;
  /** The peer did not take or give messages. */
  onPeerFailure(error: unknown): void;
}

/** Room for all the messages of a big deployment. */
const MAX_LIST_BYTES = 1_048_576;

/** The messages of this node, kept equal to the peer's. */
export class MessageBoard {
  readonly messages = new TeamMessages();
  readonly #ports: MessageBoardPorts;

  constructor(ports: MessageBoardPorts) {
    this.#ports = ports;
  }

  /** Takes over what the peer has: this process has just started and may have been away. */
  async catchUp(): Promise<void> {
    await this.#withPeer(async (peer) => {
      const text = await peer.exchange({
        method: 'GET',
        path: PEER_MESSAGES_PATH,
        maxAnswerBytes: MAX_LIST_BYTES,
      });
      for (const message of z.array(teamMessageSchema).parse(JSON.parse(text))) this.post(message);
    });
  }

  /**
   * Shows a message on both nodes.
   * @returns false when the peer did not take it
   */
  async create(message: TeamMessage): Promise<boolean> {
    this.post(message);
    return this.#withPeer(async (peer) => {
      const body = JSON.stringify(message);
      await peer.exchange({ method: 'POST', path: PEER_MESSAGES_PATH, body, maxAnswerBytes: 0 });
    });
  }

  /**
   * Takes a message back on both nodes.
   * @returns false when the peer did not
   */
  async withdraw(id: string): Promise<boolean> {
    this.remove(id);
    return this.#withPeer(async (peer) => {
      await peer.exchange({ method: 'DELETE', path: `${PEER_MESSAGES_PATH}/${id}`, maxAnswerBytes: 0 });
    });
  }

  /** Shows a message on this node. */
  post(message: TeamMessage): void {
    if (this.messages.add(message)) this.#publish('POST', message);
  }

  /** Takes a message back on this node. */
  remove(id: string): void {
    const message = this.messages.delete(id);
    if (message !== undefined) this.#publish('DELETE', message);
  }

  #publish(event: 'POST' | 'DELETE', message: TeamMessage): void {
    const data = { kind: 'unknown', element: teamMessageElement(message, 'teamMessage') } as const;
    const update = { event, source: teamMessageUri(message.id), requestId: '', data };
    for (const team of message.teams) {
      this.#ports.publish(teamMessagesNode(team), () => formatNotificationItem(update));
    }
  }

  async #withPeer(speak: (peer: PeerNode) => Promise<void>): Promise<boolean> {
    if (this.#ports.peer === undefined) return true;
    try {
      await speak(this.#ports.peer);
      return true;
    } catch (error) {
      this.#ports.onPeerFailure(error);
      return false;
    }
  }
}
