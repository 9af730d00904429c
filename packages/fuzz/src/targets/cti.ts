import { isDeepStrictEqual } from 'node:util';
import { decodeBody, encodeMessage, type Frame, FrameReader, maxMessageBytes } from '@finesse-ha/cti';
import { pieces } from '../random.js';
import { type Target, Violation } from '../target.js';

/** Protocol versions in which the messages' layouts differ. */
const versions = [9, 13, 18, 19, 20, 23, 24, 25];

function read(chunks: readonly Buffer[]): { frames: Frame[]; error: unknown } {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  let error: unknown = null;
  for (const chunk of chunks) {
    const result = reader.push(chunk);
    frames.push(...result.frames);
    error = result.error;
  }
  return { frames, error };
}

function checkFrame({ id, body }: Frame, version: number): string {
  const result = decodeBody(id, body, version);
  if (!result.ok) return result.error.kind;
  const { message } = result;
  if (message.type === 'UNKNOWN') return message.type;
  // A status that cannot be one (they have 16 bits) may stand in ten bytes that are also a message in the short form.
  if (message.type === 'FAILURE_CONF' && message.status > 0xffff) return `${message.type} beyond`;
  let bytes: Buffer;
  try {
    bytes = encodeMessage(message, version);
  } catch (error) {
    // What was read may not fit once more: text that was no UTF-8 grows when it is written.
    if (error instanceof RangeError && hasReplacement(message)) return `${id} grows`;
    throw error;
  }
  const again = decodeBody(id, bytes.subarray(8), version);
  if (!again.ok || !isDeepStrictEqual(again.message, message)) {
    const seen = JSON.stringify(again.ok ? again.message : again.error);
    throw new Violation(
      'reads back as it was',
      `version ${version}: ${JSON.stringify(message)} is read as ${seen}`,
    );
  }
  return message.type;
}

/** Whether a text holds what stands for bytes that are no UTF-8. */
function hasReplacement(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\uFFFD');
  return typeof value === 'object' && value !== null && Object.values(value).some(hasReplacement);
}

/** The reader of frames and the decoder of GED-188 messages. The first byte of an input chooses the protocol version. */
export function ctiTarget(): Target {
  return {
    name: 'cti',
    words: [0, 5, 0xc2, 0xff, maxMessageBytes].map((number) => {
      const word = Buffer.alloc(4);
      word.writeUInt32BE(number);
      return word;
    }),
    maxBytes: 2_000,
    covers: (url) => url.includes('/cti/dist/'),
    run(input) {
      const version = versions[(input[0] ?? 0) % versions.length] as number;
      const stream = input.subarray(1);
      const whole = read([stream]);
      const cut = read(pieces(stream));
      if (!isDeepStrictEqual(whole, cut))
        throw new Violation(
          'the same in any pieces',
          `${whole.frames.length} or ${cut.frames.length} frames`,
        );
      const outcomes = whole.frames.map((frame) => checkFrame(frame, version));
      // One frame's outcome: those of all together would be new for ever.
      return `${outcomes[0] ?? 'nothing'} ${whole.error !== null}`;
    },
  };
}
