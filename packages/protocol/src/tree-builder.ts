import { SaxesParser } from 'saxes';
import type { Element } from './ltx.js';
import { readPlainElements } from './plain-document.js';
import { XmlElement } from './xml-element.js';
import { defaultXmlLimits, XmlError, type XmlErrorKind, type XmlLimits } from './xml-error.js';

/** What a `TreeBuilder` tells. */
export interface TreeHandlers {
  /** A start tag above the depth that is kept. */
  onOpen?(name: string, attrs: Record<string, string>): void;
  /** A complete element at the depth that is kept. */
  onElement(element: Element): void;
  /** The end of an element above the depth that is kept. */
  onClose?(): void;
}

/** A huge chunk is looked at in slices of this size, so that it cannot be taken in whole before its size is known. */
const sliceLength = 16_384;
/**
 * What is above the depth that is kept, a stream's header, is looked at character by character, up to so many: the parser
 * finds what is wrong outside of the root element at the end of the text or of the chunk, and so as one thing or another.
 */
const headerLength = 4_096;

const options = { xmlns: false, defaultXMLVersion: '1.0', forceXMLVersion: true } as const;
const noComments = 'a comment is not allowed';

/** The parser of those who do not pass over comments. */
class NoCommentsParser extends SaxesParser<typeof options> {}
// On the prototype, where the parser finds it as well: one handler more of its own, and V8 makes a dictionary of it.
Object.defineProperty(NoCommentsParser.prototype, 'commentHandler', {
  value(this: SaxesParser<typeof options>): void {
    this.fail(noComments);
  },
});

/** White space as XML has it (1.0, 2.3); `trim()` would take more. */
const blank = /^[ \t\r\n]*$/;
const leadingBlank = /^[ \t\r\n]+/;

/**
 * Strict XML text in, elements out, piece by piece. Refuses what no Finesse or XMPP peer has any business sending: a
 * DOCTYPE, entities beyond the predefined five, processing instructions, too much depth, too much size per kept element
 * (counted while it arrives), and text between the stanzas of a stream. Comments are passed over.
 *
 * What comes out depends on the text alone, not on how it was cut into chunks.
 */
export class TreeBuilder {
  readonly #parser: SaxesParser<typeof options>;
  readonly #handlers: TreeHandlers;
  readonly #keepFrom: number;
  readonly #limits: XmlLimits;
  #current: Element | null = null;
  #depth = 0;
  /** Characters given to the parser. */
  #fed = 0;
  /** How many of them count no more: they were before the element that is being read. */
  #boundary = 0;
  /** Nothing but white space since the boundary: a keepalive, which must not add up over the weeks. */
  #idle = true;
  #failed: XmlError | null = null;
  /**
   * Complete but not told yet: the parser closes an element before it finds that the closing tag is another's. `end` is
   * that of an element above the depth that is kept.
   */
  #untold: Element | 'end' | null = null;

  /** @param keepFrom the depth whose elements are kept whole: 1 for a document, 2 for the stanzas of an XMPP stream */
  constructor(handlers: TreeHandlers, keepFrom: number, limits: Partial<XmlLimits> = {}) {
    this.#handlers = handlers;
    this.#keepFrom = keepFrom;
    this.#limits = { ...defaultXmlLimits, ...limits };
    const parser =
      limits.comments === false ? new NoCommentsParser(options) : new SaxesParser<typeof options>(options);
    this.#parser = parser;
    // One handler more, and V8 makes a dictionary of the parser: every character then costs five times as much.
    parser.on('error', ({ message }) => {
      if (message.endsWith('unexpected close tag.')) this.#untold = null;
      const kind = /entity/i.test(message) ? 'entity' : 'not-well-formed';
      this.#refuse(message.endsWith(noComments) ? 'comment' : kind, message.replace(/^\d+:\d+: /, ''));
    });
    parser.on('doctype', () => this.#refuse('doctype', 'a DOCTYPE is not allowed'));
    parser.on('processinginstruction', () =>
      this.#refuse('processing-instruction', 'a processing instruction is not allowed'),
    );
    parser.on('opentag', (tag) => this.#onOpenTag(tag.name, tag.attributes));
    parser.on('closetag', () => this.#onCloseTag());
    parser.on('text', (text) => this.#onText(text));
    parser.on('cdata', (text) => this.#onText(text));
  }

  /** @throws {XmlError} after which the builder is of no more use; and what the handlers throw */
  write(text: string): void {
    if (this.#failed !== null) throw this.#failed;
    for (let at = 0; at < text.length; ) {
      at = this.#takePlain(text, at);
      const length = this.#depth < this.#keepFrom - 1 && this.#fed < headerLength ? 1 : sliceLength;
      const slice = at === 0 && text.length <= length ? text : text.slice(at, at + length);
      at += length;
      if (!this.#idle || !blank.test(slice)) this.#feed(slice);
    }
  }

  /**
   * Between stanzas most of what comes is whole ones, which the strict parser need not see: they were a fifth of what a
   * publish cost the notification service (profile of `bench fanout`). Lines and columns of later errors do not count them.
   * @returns where the strict parser goes on
   */
  #takePlain(text: string, from: number): number {
    let at = from;
    // Above the kept depth every element is the strict parser's; so is whatever it has begun.
    if (this.#keepFrom === 1 || !this.#idle || this.#depth !== this.#keepFrom - 1) return at;
    readPlainElements(text, from, this.#limits, (element, end) => {
      at = end;
      this.#handlers.onElement(element);
    });
    return at;
  }

  /** The end of a document. @throws {XmlError} when it is not complete */
  end(): void {
    this.#guard(() => {
      this.#parser.close();
      this.#tell();
    });
  }

  /** An error at the place that is being read. */
  error(kind: XmlErrorKind, message: string): XmlError {
    return new XmlError(kind, message, this.#parser.line, this.#parser.column);
  }

  #feed(slice: string): void {
    const before = this.#fed;
    // What precedes an XML declaration is an error to a parser; a line feed after the last stream is none to us.
    const text = before === 0 ? slice.replace(leadingBlank, '') : slice;
    this.#fed += text.length;
    this.#guard(() => {
      this.#parser.write(text);
      this.#tell();
      if (this.#current === null && this.#boundary >= before && this.#depth === this.#keepFrom - 1) {
        this.#idle = blank.test(text.slice(this.#boundary - before));
      } else this.#idle = false;
      if (!this.#idle) this.#checkSize(this.#fed);
    });
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof XmlError) this.#failed = error;
      throw error;
    }
  }

  #tell(): void {
    const untold = this.#untold;
    if (untold === null) return;
    this.#untold = null;
    if (untold === 'end') this.#handlers.onClose?.();
    else this.#handlers.onElement(untold);
  }

  /** What is too large is refused as that, whatever else is wrong with it: which is found first depends on the chunks. */
  #refuse(kind: XmlErrorKind, message: string): never {
    this.#tell();
    this.#checkSize(this.#parser.position);
    throw this.error(kind, message);
  }

  #checkSize(end: number): void {
    const { maxBytes } = this.#limits;
    if (end - this.#boundary > maxBytes) throw this.error('too-large', `larger than ${maxBytes}`);
  }

  #onOpenTag(name: string, attributes: Record<string, string>): void {
    this.#tell();
    this.#depth += 1;
    if (this.#depth < this.#keepFrom) {
      const { encoding } = this.#parser.xmlDecl;
      if (encoding !== undefined && !/^utf-8$/i.test(encoding))
        this.#refuse('encoding', `not UTF-8: ${encoding}`);
      this.#checkSize(this.#parser.position);
      this.#boundary = this.#parser.position;
      this.#handlers.onOpen?.(name, attributes);
      return;
    }
    const { maxDepth } = this.#limits;
    if (this.#depth - this.#keepFrom >= maxDepth) this.#refuse('too-deep', `deeper than ${maxDepth}`);
    const element = new XmlElement(name);
    element.attrs = attributes;
    this.#current?.cnode(element);
    this.#current = element;
  }

  #onText(text: string): void {
    if (this.#current !== null) {
      if (text !== '') this.#current.t(text);
    } else if (this.#depth > 0) {
      if (!blank.test(text)) this.#refuse('not-well-formed', 'text between stanzas');
      // The parser has seen the `<` of what follows.
      this.#boundary = this.#parser.position - 1;
    }
  }

  #onCloseTag(): void {
    this.#tell();
    this.#depth -= 1;
    const element = this.#current;
    if (element !== null && this.#depth >= this.#keepFrom) {
      this.#current = element.parent;
      return;
    }
    if (element !== null) {
      this.#checkSize(this.#parser.position);
      this.#boundary = this.#parser.position;
    }
    this.#current = null;
    this.#untold = element ?? 'end';
  }
}
