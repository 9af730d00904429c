import type { Element } from './ltx.js';
import { copyOf, parseXml, xml } from './xml.js';

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

/** Elements that were read but not understood. They are written back. Left out where there are none. */
export interface Extensible {
  unknown?: readonly Element[] | undefined;
}

/**
 * The root of a document, checked by name. Case does not matter: Finesse writes `User` over REST and `user` in
 * notifications (technote 212077), and documents both.
 * @throws {XmlError | CodecError}
 */
export function rootOf(input: string | Element, name: string): Element {
  const element = typeof input === 'string' ? parseXml(input) : input;
  if (element.name.toLowerCase() !== name.toLowerCase())
    throw new CodecError(element.name, `expected <${name}>`);
  return element;
}

/** Plain elements by their names, and those that are not plain or come a second time. */
export interface Fields {
  fields: Record<string, string>;
  rest: Element[];
}

const elementName = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;
/** What nearly all are, found in a tenth of the time. */
const commonName = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

function isElementName(name: string): boolean {
  return commonName.test(name) || elementName.test(name);
}

/** Whether an element holds text only. */
function isPlain({ children }: Element): boolean {
  return children.length === 0 || children.every((child) => typeof child === 'string');
}

/** Splits elements into name and text. */
export function readFields(elements: readonly Element[]): Fields {
  const fields = new Map<string, string>();
  const rest: Element[] = [];
  for (const element of elements) {
    const { name } = element;
    if (isPlain(element) && isElementName(name) && !fields.has(name))
      fields.set(name, element.getText().trim());
    else rest.push(element);
  }
  return { fields: Object.fromEntries(fields), rest };
}

const truth = new Map([
  ['true', true],
  ['false', false],
]);
const decimal = /^[+-]?\d{1,15}(\.\d{1,15})?$/;

/**
 * Reads the children of an element by name, whatever their order and letter case. What nobody asked for, what comes a
 * second time and what makes no sense is kept, so that it survives a round trip: one strange field must not make the
 * rest unreadable, least of all the status of a node.
 */
export class ChildReader {
  readonly #children: Element['children'];
  /** By their places, those that were asked for. */
  readonly #taken: boolean[] = [];
  /** Parts of those that were not understood. */
  readonly #leftOver: Element[] = [];

  constructor(parent: Element) {
    this.#children = parent.children;
  }

  /** The place of the first child of this name. A list is quicker than a map of two dozen names that are asked for once. */
  #find(name: string): number {
    const children = this.#children;
    let lower: string | undefined;
    for (let place = 0; place < children.length; place += 1) {
      const child = children[place] as Element | string;
      if (typeof child === 'string' || child.name.length !== name.length) continue;
      const own = child.name;
      if (own === name) return place;
      lower ??= name.toLowerCase();
      if (own.toLowerCase() === lower) return place;
    }
    return -1;
  }

  /** The first child of this name. */
  element(name: string): Element | undefined {
    const place = this.#find(name);
    if (place < 0) return undefined;
    this.#taken[place] = true;
    return this.#children[place] as Element;
  }

  /** Undefined when the element is absent; an empty element is an empty string. */
  optionalText(name: string): string | undefined {
    return this.untrimmed(name)?.trim();
  }

  /** The same with the blanks around it. */
  untrimmed(name: string): string | undefined {
    const child = this.element(name);
    if (child === undefined) return undefined;
    if (!isPlain(child)) this.#keep(child, child.getChildElements());
    return child.getText();
  }

  /** Empty when the element is absent. */
  text(name: string): string {
    return this.optionalText(name) ?? '';
  }

  /** Undefined when absent, empty, or no number. */
  number(name: string): number | undefined {
    return this.#value(name, (text) => (decimal.test(text) ? Number(text) : undefined));
  }

  /** Undefined when absent, empty, or neither `true` nor `false`. */
  boolean(name: string): boolean | undefined {
    return this.#value(name, (text) => truth.get(text.toLowerCase()));
  }

  #value<T>(name: string, read: (text: string) => T | undefined): T | undefined {
    const place = this.#find(name);
    if (place < 0) return undefined;
    const child = this.#children[place] as Element;
    const text = child.getText().trim();
    const value = read(text);
    if (value === undefined && text !== '') return undefined;
    this.#taken[place] = true;
    if (!isPlain(child)) this.#keep(child, child.getChildElements());
    return value;
  }

  /**
   * What `read` makes of a child that has children; what it leaves over goes into a copy of the child. Where it makes
   * undefined of it, the child counts as not understood.
   */
  nested<T>(name: string, read: (reader: ChildReader) => T | undefined): T | undefined {
    const place = this.#find(name);
    if (place < 0) return undefined;
    const child = this.#children[place] as Element;
    const reader = new ChildReader(child);
    const value = read(reader);
    if (value === undefined) return undefined;
    this.#taken[place] = true;
    this.#keep(child, reader.unknown());
    return value;
  }

  /** The one element in a child. */
  content(name: string): Element | undefined {
    const child = this.element(name);
    if (child === undefined) return undefined;
    const [first, ...others] = child.getChildElements();
    this.#keep(child, others);
    return first;
  }

  /** The entries of a list: the children called `entry` of the child called `name`. */
  list<T>(name: string, entry: string, read: (element: Element) => T): T[] {
    const child = this.element(name);
    if (child === undefined) return [];
    const { entries, unknown } = readList(child, entry, read);
    this.#keep(child, unknown);
    return entries;
  }

  /** The texts of a list. An entry that is more than a text counts as not understood. */
  texts(name: string, entry: string): string[] {
    const all = this.list(name, entry, (element) => element);
    const more = all.filter((element) => !isPlain(element));
    const child = this.element(name);
    if (child !== undefined) this.#keep(child, more);
    return all.filter(isPlain).map((element) => element.getText().trim());
  }

  /** The plain children of a child, by their names. */
  fields(name: string): Record<string, string> {
    const child = this.element(name);
    if (child === undefined) return {};
    const { fields, rest } = readFields(child.getChildElements());
    this.#keep(child, rest);
    return fields;
  }

  /** Every child that was not asked for. Call last. */
  unknown(): Element[] {
    const rest: Element[] = [];
    this.#children.forEach((child, place) => {
      if (typeof child !== 'string' && this.#taken[place] !== true) rest.push(child);
    });
    rest.push(...this.#leftOver);
    return rest;
  }

  #keep(child: Element, rest: readonly Element[]): void {
    if (rest.length > 0) this.#leftOver.push(xml(child.name, {}, ...copies(rest)));
  }
}

/** The children called `entry`, as `read` makes them, and the others. */
export function readList<T>(
  parent: Element,
  entry: string,
  read: (element: Element) => T,
): { entries: T[]; unknown: Element[] } {
  const entries: T[] = [];
  const unknown: Element[] = [];
  const wanted = entry.toLowerCase();
  for (const child of parent.getChildElements()) {
    if (child.name.toLowerCase() === wanted) entries.push(read(child));
    else unknown.push(child);
  }
  return { entries, unknown };
}

/** `{ unknown }` where there is any, to be spread into an `Extensible`. */
export function kept(unknown: readonly Element[]): Extensible {
  return unknown.length === 0 ? {} : { unknown };
}

type Writable = string | number | boolean | undefined;

/** `<name>value</name>`, or nothing for undefined. */
export function leaf(name: string, value: Writable): Element | undefined {
  return value === undefined ? undefined : xml(name, {}, String(value));
}

/** An element of leaves in the order given, then elements, then what was not understood when it was read. */
export function record(
  name: string,
  leaves: Readonly<Record<string, Writable>>,
  ...more: (Element | undefined)[]
): Element {
  const element = xml(name);
  for (const key in leaves) append(element, leaf(key, leaves[key]));
  for (const child of more) append(element, child);
  return element;
}

/**
 * Leaves whose names are data, not code.
 * @throws {CodecError} when a name cannot be the name of an element
 */
export function fieldLeaves(path: string, fields: Readonly<Record<string, string>>): Element[] {
  return Object.entries(fields).map(([name, value]) => {
    if (!isElementName(name)) throw new CodecError(path, `"${name}" cannot be the name of an element`);
    return xml(name, {}, value);
  });
}

/** `<name><entry/>...</name>`, or nothing when there is no entry. */
export function listOf(name: string, entries: readonly (Element | undefined)[]): Element | undefined {
  return entries.length === 0 ? undefined : xml(name, {}, ...entries);
}

/** Copies, because an element can have one parent only. */
export function copies(elements: readonly Element[] | undefined): Element[] {
  return elements === undefined ? [] : elements.map(copyOf);
}

function append(parent: Element, child: Element | undefined): void {
  if (child !== undefined) parent.cnode(child);
}
