import { Element } from '@finesse-ha/protocol';

/**
 * Whether two representations say the same. What is undefined is the same as what is absent; elements that nobody
 * understood are compared as text. Most that are compared differ early on: writing both as XML first took longer than
 * reading them.
 */
export function alike(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (one instanceof Element) return other instanceof Element && one.toString() === other.toString();
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>];
  for (const key in left) if (!alike(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}
