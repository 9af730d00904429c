import type { Random } from './random.js';

/** Numbers at which length and count checks break. */
const edges = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xfe, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0xffffffff];

type Mutation = (
  input: Buffer,
  random: Random,
  others: readonly Buffer[],
  words: readonly Buffer[],
) => Buffer;

/** A stretch of the input, mostly a short one. */
function stretch(input: Buffer, random: Random): [start: number, end: number] {
  const start = random.below(input.length + 1);
  const longest = random.one([1, 4, 16, input.length]);
  return [start, Math.min(input.length, start + random.below(longest + 1))];
}

function replaced(input: Buffer, start: number, end: number, by: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, start), by, input.subarray(end)]);
}

const mutations: readonly Mutation[] = [
  function flipBit(input, random) {
    const copy = Buffer.from(input);
    const at = random.below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    return copy;
  },
  function setByte(input, random) {
    const copy = Buffer.from(input);
    copy[random.below(copy.length)] = random.below(256);
    return copy;
  },
  function remove(input, random) {
    return replaced(input, ...stretch(input, random), Buffer.alloc(0));
  },
  function repeat(input, random) {
    const [start, end] = stretch(input, random);
    const times = random.one([1, 1, 2, 8, 40]);
    const part = input.subarray(start, end);
    return replaced(input, end, end, Buffer.concat(Array.from({ length: times }, () => part)));
  },
  function move(input, random) {
    const [start, end] = stretch(input, random);
    const rest = replaced(input, start, end, Buffer.alloc(0));
    const at = random.below(rest.length + 1);
    return replaced(rest, at, at, input.subarray(start, end));
  },
  function putNumber(input, random) {
    const bytes = random.one([1, 2, 4]);
    const number = Buffer.alloc(4);
    number.writeUInt32BE(random.one(edges));
    const at = random.below(input.length + 1);
    return replaced(input, at, Math.min(input.length, at + bytes), number.subarray(4 - bytes));
  },
  function putWord(input, random, _others, words) {
    const word = words.length === 0 ? Buffer.from([random.below(256)]) : random.one(words);
    const [start, end] = stretch(input, random);
    return replaced(input, start, random.one([start, end]), word);
  },
  function putFromOther(input, random, others) {
    const other = random.one(others);
    const [start, end] = stretch(other, random);
    const at = random.below(input.length + 1);
    return replaced(input, at, random.one([at, input.length]), other.subarray(start, end));
  },
];

/**
 * An input, changed in one to a few ways.
 * @param others inputs to take parts from
 * @param words what the grammar of the target is made of
 */
export function mutate(
  input: Buffer,
  random: Random,
  others: readonly Buffer[],
  words: readonly Buffer[],
  maxBytes: number,
): Buffer {
  let changed = input;
  for (let left = 1 + random.below(random.one([1, 2, 4, 8])); left > 0; left -= 1) {
    if (changed.length === 0) changed = Buffer.from(random.one(others.length === 0 ? words : others));
    if (changed.length === 0) changed = Buffer.from([random.below(256)]);
    changed = random.one(mutations)(changed, random, others, words);
  }
  return changed.length > maxBytes ? changed.subarray(0, maxBytes) : changed;
}
