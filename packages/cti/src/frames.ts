import { maxMessageBytes } from './values.js';

/** A message cut out of the byte stream. */
export interface Frame {
  /** MessageType. */
  id: number;
  body: Buffer;
}

/** A length beyond the protocol's limit: no reading on can mend the stream. */
export interface FrameError {
  kind: 'too-long';
  messageId: number;
  /** What the header says. */
  bodyBytes: number;
}

const headerBytes = 8;

/** Puts the byte stream together again, however it was split or joined on the way (Messaging Conventions, message header). */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);
  #error: FrameError | null = null;

  /**
   * Takes bytes in and gives every message that is now complete, in order, and the error that ends the stream if there is
   * one. After an error all further bytes are ignored.
   */
  push(bytes: Uint8Array): { frames: Frame[]; error: FrameError | null } {
    const frames: Frame[] = [];
    if (this.#error !== null) return { frames, error: this.#error };
    const input = this.#pending.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#pending, bytes]);
    let at = 0;
    while (input.length - at >= headerBytes) {
      const bodyBytes = input.readUInt32BE(at);
      const id = input.readUInt32BE(at + 4);
      if (bodyBytes > maxMessageBytes - headerBytes) {
        this.#error = { kind: 'too-long', messageId: id, bodyBytes };
        this.#pending = Buffer.alloc(0);
        return { frames, error: this.#error };
      }
      const end = at + headerBytes + bodyBytes;
      if (input.length < end) break;
      frames.push({ id, body: input.subarray(at + headerBytes, end) });
      at = end;
    }
    this.#pending = input.subarray(at);
    return { frames, error: null };
  }
}
