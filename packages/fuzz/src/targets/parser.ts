import { StringDecoder } from 'node:string_decoder';
import { isDeepStrictEqual } from 'node:util';
import { copyOf, type Element, parseXml, StreamParser, XmlError } from '@finesse-ha/protocol';
import { pieces } from '../random.js';
import { type Target, Violation } from '../target.js';

/** Small, so that short inputs reach them. */
const limits = { maxBytes: 600, maxDepth: 6, comments: false };

/** What a stream said: the header, stanzas, the end, an error. */
type Said = ['start' | 'end' | 'error', string] | ['stanza', Element];

const ns = 'http://etherx.jabber.org/streams';
const openTag = `<stream:stream xmlns='jabber:client' xmlns:stream='${ns}' to='fin-a' version='1.0'>`;
const words = [
  `<?xml version='1.0'?>${openTag}`,
  '<?xml version="1.0" encoding="UTF-8"?>',
  '</stream:stream>',
  '<iq type="get" id="1">',
  '</iq>',
  '<a>',
  '</a>',
  '<a/>',
  ' b="c"',
  " b='",
  ' xmlns="urn:x"',
  ' __proto__="x"',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<!DOCTYPE x [<!ENTITY a "b">]>',
  '<?x y?>',
  '&lt;',
  '&#xD;',
  '&#10;',
  '&#x1F600;',
  '&#0;',
  '&amp;',
  '&lol;',
  '\r\n',
  '\t',
  '\0',
  '\u0085\u2028',
  '\uFEFF',
  '\u{1F600}',
].map((text) => Buffer.from(text));
words.push(Buffer.from([0xff]), Buffer.from([0xc0, 0x80]), Buffer.from([0xed, 0xa0, 0x80]));

/** The bytes of one TCP connection, in these pieces. */
function read(chunks: readonly Buffer[]): Said[] {
  const said: Said[] = [];
  const decoder = new StringDecoder('utf8');
  const parser = new StreamParser(
    {
      onStart: (attrs) => said.push(['start', JSON.stringify(attrs)]),
      onStanza: (stanza) => said.push(['stanza', stanza]),
      onEnd: () => said.push(['end', '']),
      onError: (error: XmlError) => said.push(['error', error.kind]),
    },
    limits,
  );
  for (const chunk of chunks) parser.write(decoder.write(chunk));
  return said;
}

/** An element by what it says: neighbouring texts joined, parents and classes left out. */
function shape(element: Element): unknown {
  const children: unknown[] = [];
  for (const child of element.children) {
    const last = children.at(-1);
    if (typeof child !== 'string') children.push(shape(child as Element));
    else if (typeof last === 'string') children[children.length - 1] = last + child;
    else if (child !== '') children.push(child);
  }
  return [element.name, Object.entries(element.attrs), children];
}

function told(said: readonly Said[]): unknown[] {
  return said.map(([kind, what]) => [kind, typeof what === 'string' ? what : shape(what)]);
}

function checkStanza(stanza: Element): void {
  const text = stanza.toString();
  // What is written may be longer than what was read, by its escapes: six characters for one at most, and more for attributes.
  const again = parseXml(text, { maxBytes: limits.maxBytes * 12, maxDepth: limits.maxDepth + 1 });
  if (!isDeepStrictEqual(shape(again), shape(stanza))) {
    throw new Violation('reads back as it was', `${text} is read as ${again.toString()}`);
  }
  if (copyOf(stanza).toString() !== text) throw new Violation('a copy says the same', text);
}

/** A document, or null where it is refused. */
function readDocument(text: string): Element | null {
  try {
    return parseXml(text, limits);
  } catch (error) {
    if (error instanceof XmlError) return null;
    throw error;
  }
}

/** A document says what it would say as the only stanza of a stream: most documents have a faster reader than streams. */
function checkDocument(input: Buffer): boolean {
  const text = input.toString();
  const document = readDocument(text);
  // Neither a declaration nor a byte order mark may stand within a stream.
  if (/^[ \t\r\n]*(<\?xml|\uFEFF)/.test(text)) return document !== null;
  const said = read([Buffer.from(openTag), input, Buffer.from('</stream:stream>')]);
  const [, first, ...more] = said;
  const stanza = first?.[0] === 'stanza' && more.length === 1 && more[0]?.[0] === 'end' ? first[1] : null;
  if (document === null && stanza === null) return false;
  if (document === null || stanza === null || !isDeepStrictEqual(shape(document), shape(stanza))) {
    throw new Violation('a document is read as a stanza', `${document?.toString()} or ${stanza?.toString()}`);
  }
  checkStanza(document);
  return true;
}

/** The XMPP stream parser with the decoder of a TCP connection before it, and the reader of documents beside it. */
export function parserTarget(): Target {
  return {
    name: 'parser',
    words,
    maxBytes: 2_000,
    covers: (url) => /\/protocol\/dist\/|\/saxes\/|\/ltx\//.test(url),
    run(input) {
      const whole = read([input]);
      const cut = read(pieces(input));
      if (!isDeepStrictEqual(told(whole), told(cut))) {
        throw new Violation(
          'the same in any pieces',
          `${JSON.stringify(told(whole))} or ${JSON.stringify(told(cut))}`,
        );
      }
      const kinds = whole.map(([kind]) => kind);
      if (kinds.slice(0, -1).some((kind) => kind === 'error' || kind === 'end'))
        throw new Violation('silent after the end', kinds.join(' '));
      for (const [kind, what] of whole) if (kind === 'stanza') checkStanza(what);
      const isDocument = checkDocument(input);
      const last = whole.at(-1);
      const stanzas = Math.min(4, kinds.filter((kind) => kind === 'stanza').length);
      return `${isDocument} ${kinds.includes('start')} ${stanzas} ${last?.[0] === 'error' ? last[1] : (last?.[0] ?? 'nothing')}`;
    },
  };
}
