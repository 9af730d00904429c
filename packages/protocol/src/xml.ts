import { SaxesParser } from 'saxes';
import { Element } from './ltx.js';

/** How much XML is taken in before it is refused. `maxBytes` counts UTF-16 code units, which bounds memory as well. */
export interface XmlLimits {
  maxBytes: number;
  maxDepth: number;
}

export const defaultXmlLimits: XmlLimits = { maxBytes: 256 * 1024, maxDepth: 64 };

export type XmlErrorKind =
  | 'not-well-formed'
  | 'doctype'
  | 'entity'
  | 'too-deep'
  | 'too-large'
  | 'processing-instruction';

/** XML that is refused, and where (1-based line, 0-based column). */
export class XmlError extends Error {
  readonly kind: XmlErrorKind;
  readonly line: number;
  readonly column: number;
  constructor(kind: XmlErrorKind, message: string, line: number, column: number) {
    super(`${message} (line ${line}, column ${column})`);
    this.name = 'XmlError';
    this.kind = kind;
    this.line = line;
    this.column = column;
  }
}

/** Builds an element. Attributes and children that are `undefined` are left out. */
export function xml(
  name: string,
  attrs: Record<string, string | undefined> = {},
  ...children: (Element | string | undefined)[]
): Element {
  const element = new Element(name);
  for (const key in attrs) {
    const value = attrs[key];
    if (value !== undefined) element.attrs[key] = value;
  }
  for (const child of children) {
    if (typeof child === 'string') element.t(child);
    else if (child !== undefined) element.cnode(child);
  }
  return element;
}

/** What a `TreeBuilder` tells. `depth` 1 is the root. */
export interface TreeHandlers {
  /** A start tag at a depth that is not kept (see `keepFrom`). */
  onOpen?(name: string, attrs: Record<string, string>): void;
  /** A complete element at `keepFrom`. */
  onElement(element: Element): void;
  /** The end of an element above `keepFrom`. */
  onClose?(): void;
}

/**
 * Strict XML text in, elements out, piece by piece. Refuses what no Finesse or XMPP peer has any business sending: a
 * DOCTYPE, entities beyond the predefined five, processing instructions, too much depth, too much size per kept element
 * (counted while it arrives, before it is kept).
 */
export class TreeBuilder {
  readonly #parser = new SaxesParser({ xmlns: false, position: true } as const);
  readonly #limits: XmlLimits;
  #current: Element | null = null;
  #depth = 0;
  #size = 0;
  #failed: XmlError | null = null;
  /** Complete but not told yet: the parser closes an element before it finds that the closing tag was another's. */
  #complete: Element | null = null;
  readonly #onElement: (element: Element) => void;

  /** @param keepFrom the depth whose elements are kept whole: 1 for a document, 2 for the stanzas of an XMPP stream */
  constructor(handlers: TreeHandlers, keepFrom: number, limits: Partial<XmlLimits> = {}) {
    this.#limits = { ...defaultXmlLimits, ...limits };
    this.#onElement = handlers.onElement;
    const parser = this.#parser;
    parser.on('error', (error) => {
      if (/close tag/i.test(error.message)) this.#complete = null;
      this.#tell();
      const entity = /entity/i.test(error.message);
      throw this.#error(entity ? 'entity' : 'not-well-formed', error.message.replace(/^\d+:\d+: /, ''));
    });
    parser.on('doctype', () => {
      throw this.#error('doctype', 'a DOCTYPE is not allowed');
    });
    parser.on('processinginstruction', () => {
      throw this.#error('processing-instruction', 'a processing instruction is not allowed');
    });
    parser.on('opentag', (tag) => {
      this.#tell();
      this.#depth += 1;
      if (this.#depth > this.#limits.maxDepth)
        throw this.#error('too-deep', `deeper than ${this.#limits.maxDepth}`);
      if (this.#depth < keepFrom) {
        handlers.onOpen?.(tag.name, tag.attributes);
        this.#size = 0;
        return;
      }
      const element = new Element(tag.name);
      element.attrs = tag.attributes;
      if (this.#current !== null) this.#current.cnode(element);
      this.#current = element;
    });
    const onText = (text: string) => {
      if (this.#current !== null && text !== '') this.#current.t(text);
    };
    parser.on('text', onText);
    parser.on('cdata', onText);
    parser.on('closetag', () => {
      this.#tell();
      this.#depth -= 1;
      if (this.#depth < keepFrom - 1) {
        handlers.onClose?.();
        return;
      }
      const element = this.#current;
      if (this.#depth > keepFrom - 1) {
        this.#current = (element?.parent as Element | null) ?? null;
        return;
      }
      this.#current = null;
      this.#size = 0;
      this.#complete = element;
    });
  }

  /** @throws {XmlError} and nothing else; after that the builder is of no more use. */
  write(text: string): void {
    if (this.#failed !== null) throw this.#failed;
    // In slices, so that one huge chunk cannot be taken in whole before its size is looked at.
    for (let at = 0; at < text.length; at += 16_384) {
      const slice = text.length <= 16_384 ? text : text.slice(at, at + 16_384);
      // White space is a keepalive between stanzas and kept nowhere: it must not add up over the weeks.
      if (this.#current !== null || slice.trim() !== '') this.#size += slice.length;
      this.#guard(() => {
        this.#parser.write(slice);
        this.#tell();
      });
      if (this.#size > this.#limits.maxBytes) {
        this.#failed = this.#error('too-large', `larger than ${this.#limits.maxBytes}`);
        throw this.#failed;
      }
    }
  }

  /** The end of a document. @throws {XmlError} when it is not complete */
  end(): void {
    this.#guard(() => this.#parser.close());
  }

  #tell(): void {
    const element = this.#complete;
    this.#complete = null;
    if (element !== null) this.#onElement(element);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof XmlError) this.#failed = error;
      throw error;
    }
  }

  #error(kind: XmlErrorKind, message: string): XmlError {
    return new XmlError(kind, message, this.#parser.line, this.#parser.column);
  }
}

/**
 * Parses one whole document.
 * @throws {XmlError}
 */
export function parseXml(text: string, limits: Partial<XmlLimits> = {}): Element {
  const maxBytes = limits.maxBytes ?? defaultXmlLimits.maxBytes;
  if (text.length > maxBytes) throw new XmlError('too-large', `larger than ${maxBytes}`, 1, 0);
  let root: Element | null = null;
  const builder = new TreeBuilder(
    {
      onElement: (element) => {
        root = element;
      },
    },
    1,
    limits,
  );
  builder.write(text);
  builder.end();
  if (root === null) throw new XmlError('not-well-formed', 'no element', 1, 0);
  return root;
}
