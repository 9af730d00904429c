import type { Socket } from 'node:net';
import { type PeerMessage, parsePeerMessage } from './peer-messages.js';

/** A snapshot of many thousand agents is shorter. */
const maxLineChars = 16 * 1024 * 1024;

export interface PeerSocketHandlers {
  onMessage(message: PeerMessage): void;
  /** Once, whatever ended it. */
  onClose(): void;
}

/** A socket that carries lines of JSON. One that carries anything else is closed. */
export class PeerSocket {
  readonly #socket: Socket;
  #pending = '';
  /** Epoch of `performance.now`. */
  heardAt = performance.now();

  constructor(socket: Socket, handlers: PeerSocketHandlers) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.heardAt = performance.now();
      const lines = (this.#pending + text).split('\n');
      this.#pending = lines.pop() ?? '';
      if (this.#pending.length > maxLineChars) socket.destroy();
      for (const line of lines) {
        if (socket.destroyed) return;
        const message = parsePeerMessage(line);
        if (message === null) socket.destroy();
        else handlers.onMessage(message);
      }
    });
    socket.on('error', () => undefined);
    socket.once('close', () => handlers.onClose());
  }

  /** @param written called when the operating system has it, or will never have it */
  send(message: PeerMessage, written?: () => void): void {
    this.#socket.write(`${JSON.stringify(message)}\n`, written);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
