import { type CtiMessage, decodeBody, encodeMessage, FrameReader } from '@finesse-ha/cti';
import { type Cell, median } from '../report/report.js';

/** UCCE 12.5's. */
const version = 23;
const messages = 100_000;
/** As much as a socket gives at once. */
const chunkBytes = 65_536;
const rounds = 5;

/** How fast messages that were really sent are read again, beside JSON of the same content. */
export function decodingRates(heard: readonly CtiMessage[]): Record<string, Cell>[] {
  if (heard.length === 0) throw new Error('nothing was heard on the CTI session: there is nothing to decode');
  const sample = Array.from(
    { length: messages },
    (_unused, index) => heard[index % heard.length] as CtiMessage,
  );
  const wire = Buffer.concat(sample.map((message) => encodeMessage(message, version)));
  const json = sample.map((message) => JSON.stringify(message));
  const jsonBytes = json.reduce((sum, text) => sum + text.length, 0);
  const ours = perSecond(() => decodeAll(wire));
  const theirs = perSecond(() => {
    let read = 0;
    for (const text of json) if (JSON.parse(text) !== null) read += 1;
    return read;
  });
  return [
    {
      form: 'GED-188, frames and every field',
      messagesPerSecond: ours,
      bytesPerMessage: wire.length / messages,
      ratio: ours / theirs,
    },
    { form: 'JSON', messagesPerSecond: theirs, bytesPerMessage: jsonBytes / messages, ratio: 1 },
  ];
}

function decodeAll(wire: Buffer): number {
  const reader = new FrameReader();
  let read = 0;
  for (let at = 0; at < wire.length; at += chunkBytes) {
    for (const { id, body } of reader.push(wire.subarray(at, at + chunkBytes)).frames) {
      const result = decodeBody(id, body, version);
      if (!result.ok) throw new Error(`message ${id} cannot be read`);
      read += 1;
    }
  }
  return read;
}

/** Median of some rounds after one that does not count. */
function perSecond(readAll: () => number): number {
  const rates = Array.from({ length: rounds + 1 }, () => {
    const startedAt = performance.now();
    const read = readAll();
    if (read !== messages) throw new Error(`${read} messages were read, not ${messages}`);
    return read / ((performance.now() - startedAt) / 1_000);
  });
  return median(rates.slice(1));
}
