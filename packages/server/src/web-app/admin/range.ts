/** Which objects of a long list a request wants: `Range: objects=1-1500` ("Contacts", "TeamResource, Get Phone Books"). */
import type { FastifyRequest } from 'fastify';
import { rangeNotSatisfiable } from '../errors.js';
import { limits } from './records.js';

/** Objects counted from 1, both ends included. */
export interface ObjectRange {
  readonly first: number;
  readonly last: number;
}

const PATTERN = /^objects=([1-9][0-9]{0,6})-([1-9][0-9]{0,6})$/;

/**
 * The range that a request names, or undefined for everything.
 * @throws ApiError 416 for one that is malformed, turned round, or of more than 6000
 */
export function rangeOf(request: FastifyRequest): ObjectRange | undefined {
  const { range } = request.headers;
  if (range === undefined) return undefined;
  const [, from, to] = PATTERN.exec(range.trim()) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (!(first <= last) || last - first >= limits.contacts) throw rangeNotSatisfiable(range);
  return { first, last };
}

/** The objects in the range, and the value of Content-Range when they are not all. */
export function inRange<T>(
  all: readonly T[],
  range: ObjectRange | undefined,
): { objects: T[]; part?: string } {
  const { first, last } = range ?? { first: 1, last: limits.contacts };
  const objects = all.slice(first - 1, last);
  if (objects.length === all.length) return { objects };
  return { objects, part: `objects ${first}-${first + objects.length - 1}/${all.length}` };
}
