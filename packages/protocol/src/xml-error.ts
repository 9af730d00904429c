/** How much XML is taken in before it is refused. `maxBytes` counts UTF-16 code units, which bounds memory as well. */
export interface XmlLimits {
  maxBytes: number;
  maxDepth: number;
  /** Whether comments are passed over; they are unless this is false. XMPP has none (RFC 6120 11.1). */
  comments?: boolean;
}

/** Far above the largest thing that Finesse sends, a list of dialogs with all its call variables. */
export const defaultXmlLimits: XmlLimits = { maxBytes: 256 * 1024, maxDepth: 64 };

/**
 * Why XML is refused. `entity` is one that is not predefined, or a character reference to what is no character; `encoding`
 * one other than UTF-8, declared by a stream.
 */
export type XmlErrorKind =
  | 'not-well-formed'
  | 'doctype'
  | 'comment'
  | 'encoding'
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
