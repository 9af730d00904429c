import type { Element } from './ltx.js';

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

// Beside what markup needs: everything that XML 1.0 cannot hold at all (2.2), and what a parser would not give back as
// it was: a CR anywhere (2.11), TAB and LF in attributes (3.3.3).
const unsafeInText = /[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]|[&<>]/gu;
const unsafeInAttribute = /[^\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]|[&<>"]/gu;

/** Anything but what most texts consist of. Asking for it first takes a third of going through the sets above (profiled). */
const unusual = /[^ !#-%'-;=?-~]/;

/** A character that XML cannot hold becomes U+FFFD: one bad label must not cost an agent the whole stream. */
function escaped(character: string): string {
  return escapes[character] ?? '\uFFFD';
}

/**
 * The text that was read last, with what `escapeText` makes of it: whoever passes on what he has just read, as pubsub does
 * with every Update, is spared the escaping, a third of what a publish cost (profiled: 10 to 16 us of 32).
 */
let lastRead = { text: '', escaped: '' };

/** What a parser tells of a text that stood there in exactly the form of `escapeText`. */
export function rememberEscaped(text: string, escaped: string): void {
  lastRead = { text, escaped };
}

/** Character data, so escaped that a parser reads back the same text. */
export function escapeText(text: string): string {
  if (text === lastRead.text) return lastRead.escaped;
  return unusual.test(text) ? text.replace(unsafeInText, escaped) : text;
}

/** The value of an attribute in double quotes, so escaped that a parser reads back the same text. */
export function escapeAttribute(text: string): string {
  return unusual.test(text) ? text.replace(unsafeInAttribute, escaped) : text;
}

/** An element with all that is in it, as text. Names are written as they are: they come from parsers and from code. */
export function writeXml(element: Element): string {
  const { name, children } = element;
  const attrs: Record<string, unknown> = element.attrs;
  let text = `<${name}`;
  for (const key in attrs) {
    const value = attrs[key];
    if (value !== undefined && value !== null) text += ` ${key}="${escapeAttribute(String(value))}"`;
  }
  if (children.length === 0) return `${text}/>`;
  text += '>';
  for (const child of children) text += typeof child === 'string' ? escapeText(child) : writeXml(child);
  return `${text}</${name}>`;
}
