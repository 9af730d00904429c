/**
 * The XML that Finesse and XMPP peers send nearly always, read at a fraction of the cost: whole elements in one string, of
 * elements, attributes in double or single quotes, text and the five predefined entities. An agent's notification is two
 * such documents, one within the other, and the strict parser was half of what it cost a client (profile of `bench
 * client`: 170 us, of which 45 in saxes and 35 in building the tree around it).
 */
import type { Element } from './ltx.js';
import { XmlElement } from './xml-element.js';
import type { XmlLimits } from './xml-error.js';
import { rememberEscaped } from './xml-writer.js';

/** Characters that are none in XML or that the strict parser normalizes. Pairs of surrogates are left to it too. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is they that are looked for.
const unusual = /[\0-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]/;
const declaration = /^<\?xml version="1\.0"(?: encoding="[Uu][Tt][Ff]-8")?\?>/;
const name = /^[A-Za-z_][A-Za-z0-9_.:-]*$/;
/** Another white space in a value would have to be normalized. */
const notInValue = /[<\t\n]/;
const [blankSpace, slash, greaterThan] = [0x20, 0x2f, 0x3e];
const blank = /^[ \t\n]*$/;

/** Thrown within this file only: the document is not as plain as that. */
const notPlain = new Error('not plain');

/**
 * From one ampersand to the next: a notification's hundred entities take 2.6 us this way, five passes of `replaceAll` 4.5
 * and a function for each 9.3 (measured, Node 20).
 */
function unescaped(text: string): string {
  let at = text.indexOf('&');
  if (at < 0) return text;
  let read = '';
  let from = 0;
  // Quotes and `>` can be written in two ways in a text, of which the writer has one.
  let asWritten = !text.includes('>');
  for (; at >= 0; at = text.indexOf('&', from)) {
    read += text.slice(from, at);
    if (text.startsWith('lt;', at + 1)) {
      read += '<';
      from = at + 4;
    } else if (text.startsWith('gt;', at + 1)) {
      read += '>';
      from = at + 4;
    } else if (text.startsWith('amp;', at + 1)) {
      read += '&';
      from = at + 5;
    } else {
      asWritten = false;
      if (text.startsWith('quot;', at + 1)) read += '"';
      else if (text.startsWith('apos;', at + 1)) read += "'";
      else throw notPlain;
      from = at + 6;
    }
  }
  read += text.slice(from);
  if (asWritten) rememberEscaped(read, text);
  return read;
}

/** What the strict parser has more to say about. CDATA, comments, DOCTYPE and processing instructions begin like no name. */
function isUnusual(text: string): boolean {
  return unusual.test(text) || text.includes(']]>');
}

/**
 * The root of a plain document; null for everything else, well-formed or not: that is for the strict parser, which also
 * finds the words for what is wrong.
 */
export function parsePlain(text: string, { maxDepth }: XmlLimits): Element | null {
  const body = text.startsWith('<?') ? text.replace(declaration, '') : text;
  if (isUnusual(body)) return null;
  const reader = new PlainReader(body, 0, maxDepth);
  const root = reader.next();
  return root !== null && (reader.at === body.length || blank.test(body.slice(reader.at))) ? root : null;
}

/**
 * Plain elements one after another, with nothing but white space between them: the stanzas of a stream.
 * @param onElement told each, with where it ended
 */
export function readPlainElements(
  text: string,
  from: number,
  { maxBytes, maxDepth }: XmlLimits,
  onElement: (element: Element, end: number) => void,
): void {
  if (isUnusual(from === 0 ? text : text.slice(from))) return;
  const reader = new PlainReader(text, from, maxDepth);
  for (let element = reader.next(); element !== null; element = reader.next()) {
    if (reader.at - reader.began > maxBytes) return;
    onElement(element, reader.at);
  }
}

class PlainReader {
  readonly #text: string;
  readonly #maxDepth: number;
  #at: number;
  #began = 0;

  constructor(text: string, from: number, maxDepth: number) {
    this.#text = text;
    this.#at = from;
    this.#maxDepth = maxDepth;
  }

  /** Where the last element ended. */
  get at(): number {
    return this.#at;
  }

  /** Where it began. */
  get began(): number {
    return this.#began;
  }

  /** The next element; null where it is not plain or not whole. */
  next(): Element | null {
    try {
      return this.#read();
    } catch (error) {
      if (error === notPlain) return null;
      throw error;
    }
  }

  #read(): Element {
    const text = this.#text;
    let current: Element | null = null;
    let depth = 0;
    for (;;) {
      const tag = text.indexOf('<', this.#at);
      if (tag < 0) throw notPlain;
      this.#takeText(current, tag);
      if (text.charCodeAt(tag + 1) === slash) {
        if (current === null) throw notPlain;
        this.#closingTag(tag, current.name);
        depth -= 1;
        if (current.parent === null) return current;
        current = current.parent;
        continue;
      }
      if (depth >= this.#maxDepth) throw notPlain;
      const element = this.#openingTag(tag);
      if (current === null) this.#began = tag;
      else current.cnode(element);
      if (text.charCodeAt(this.#at - 2) !== slash) {
        current = element;
        depth += 1;
      } else if (current === null) return element;
    }
  }

  #takeText(parent: Element | null, until: number): void {
    if (until === this.#at) return;
    const text = this.#text.slice(this.#at, until);
    // An array that begins empty makes room for seventeen when something is pushed, and most elements hold one text.
    if (parent !== null && parent.children.length === 0) parent.children = [unescaped(text)];
    else if (parent !== null) parent.children.push(unescaped(text));
    else if (!blank.test(text)) throw notPlain;
  }

  #closingTag(at: number, name: string): void {
    const text = this.#text;
    const end = at + 2 + name.length;
    if (!text.startsWith(name, at + 2) || text.charCodeAt(end) !== greaterThan) throw notPlain;
    this.#at = end + 1;
  }

  /** A `>` may stand in the value of an attribute, in which case what stands before it is no tag. */
  #openingTag(at: number): Element {
    const text = this.#text;
    const end = text.indexOf('>', at);
    if (end < 0) throw notPlain;
    this.#at = end + 1;
    const tag = text.slice(at + 1, text.charCodeAt(end - 1) === slash ? end - 1 : end);
    if (name.test(tag)) return new XmlElement(tag);
    const space = tag.indexOf(' ');
    const own = tag.slice(0, space);
    if (space < 0 || !name.test(own)) throw notPlain;
    const element = new XmlElement(own);
    element.attrs = attributesOf(tag, space);
    return element;
  }
}

/**
 * What attributes inherit: nothing, so that `__proto__` is a name like any other, as with the strict parser. Not null itself,
 * because V8 makes a dictionary of an object without a prototype: 0.5 us and 0.5 KiB for each notification (measured).
 */
const noAttributes: object = Object.create(null);

/** What stands in a tag from `from` on. */
function attributesOf(tag: string, from: number): Record<string, string> {
  const attrs = Object.create(noAttributes) as Record<string, string>;
  for (let at = from; at < tag.length; ) {
    const before = at;
    while (tag.charCodeAt(at) === blankSpace) at += 1;
    if (at === tag.length) break;
    const equals = tag.indexOf('=', at);
    const key = tag.slice(at, equals);
    const quote = tag.charAt(equals + 1);
    const end = tag.indexOf(quote, equals + 2);
    const value = tag.slice(equals + 2, end);
    const wrong = at === before || equals < 0 || end < 0 || (quote !== '"' && quote !== "'");
    if (wrong || !name.test(key) || key in attrs || notInValue.test(value)) throw notPlain;
    attrs[key] = unescaped(value);
    at = end + 1;
  }
  return attrs;
}
