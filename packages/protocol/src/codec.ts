import type { Element } from './ltx.js';
import { clone } from './ltx.js';
import { parseXml, xml } from './xml.js';

/** XML that is well-formed but not what was expected; `path` names the element, `problem` what is wrong with it. */
export class CodecError extends Error {
  readonly kind = 'codec';
  readonly path: string;
  readonly problem: string;
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.name = 'CodecError';
    this.path = path;
    this.problem = problem;
  }
}

/**
 * The root of a document, checked by name. Case does not matter: Finesse writes `User` over REST and `user` in
 * notifications (technote 212077), and documents both.
 * @throws {XmlError | CodecError}
 */
export function rootOf(input: string | Element, ...names: string[]): Element {
  const element = typeof input === 'string' ? parseXml(input) : input;
  const name = element.name.toLowerCase();
  if (!names.some((one) => one.toLowerCase() === name)) {
    throw new CodecError(element.name, `expected <${names.join('> or <')}>`);
  }
  return element;
}

/**
 * Reads the children of an element by name, whatever their order and letter case, and keeps those that nobody asked for,
 * so that they survive a round trip.
 */
export class ChildReader {
  readonly path: string;
  readonly #children = new Map<string, Element[]>();
  readonly #rest = new Set<Element>();

  constructor(parent: Element, path = parent.name) {
    this.path = path;
    for (const child of parent.getChildElements()) {
      const key = child.name.toLowerCase();
      const same = this.#children.get(key);
      if (same === undefined) this.#children.set(key, [child]);
      else same.push(child);
      this.#rest.add(child);
    }
  }

  element(name: string): Element | undefined {
    const [first] = this.#children.get(name.toLowerCase()) ?? [];
    if (first !== undefined) this.#rest.delete(first);
    return first;
  }

  elements(name: string): Element[] {
    const all = this.#children.get(name.toLowerCase()) ?? [];
    for (const one of all) this.#rest.delete(one);
    return all;
  }

  /** Undefined when the element is absent; an empty element is an empty string. */
  optionalText(name: string): string | undefined {
    return this.element(name)?.text().trim();
  }

  text(name: string): string {
    return this.optionalText(name) ?? '';
  }

  /** Undefined when absent or empty. @throws {CodecError} when it is no number */
  number(name: string): number | undefined {
    const text = this.optionalText(name);
    if (text === undefined || text === '') return undefined;
    const value = Number(text);
    if (!Number.isFinite(value)) throw new CodecError(`${this.path}/${name}`, `"${text}" is not a number`);
    return value;
  }

  boolean(name: string): boolean | undefined {
    const text = this.optionalText(name);
    return text === undefined || text === '' ? undefined : text.toLowerCase() === 'true';
  }

  /** Every child that was not asked for. Call last. */
  unknown(): Element[] {
    return [...this.#rest];
  }
}

type Writable = string | number | boolean | undefined;

/** `<name>value</name>`, or nothing for undefined. */
export function leaf(name: string, value: Writable): Element | undefined {
  return value === undefined ? undefined : xml(name, {}, String(value));
}

/** An element of leaves in the order given, then elements, then what was not known when it was read. */
export function record(
  name: string,
  leaves: Record<string, Writable>,
  ...more: (Element | undefined)[]
): Element {
  const children = Object.entries(leaves).map(([key, value]) => leaf(key, value));
  return xml(name, {}, ...children, ...more);
}

/** Copies, because an element can have one parent only. */
export function copies(elements: readonly Element[]): Element[] {
  return elements.map((element) => clone(element));
}
