import { Element } from './ltx.js';
import { parsePlain } from './plain-document.js';
import { TreeBuilder } from './tree-builder.js';
import { XmlElement } from './xml-element.js';
import { defaultXmlLimits, XmlError, type XmlLimits } from './xml-error.js';

export { defaultXmlLimits, XmlError, type XmlErrorKind, type XmlLimits } from './xml-error.js';

/** Builds an element. Attributes and children that are `undefined` are left out. */
export function xml(
  name: string,
  attrs: Record<string, string | undefined> = {},
  ...children: (Element | string | undefined)[]
): Element {
  const element = new XmlElement(name);
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

/** A deep copy without a parent, because an element can have one parent only. */
export function copyOf(element: Element): Element {
  const copy = new XmlElement(element.name);
  // Without a prototype, as the parser's: `__proto__` is a name like any other.
  copy.attrs = Object.assign(Object.create(null), element.attrs);
  for (const child of element.children) {
    if (child instanceof Element) copy.cnode(copyOf(child));
    else copy.t(String(child));
  }
  return copy;
}

/**
 * Parses one whole document. White space around it does no harm.
 * @throws {XmlError}
 */
export function parseXml(text: string, limits: Partial<XmlLimits> = {}): Element {
  const filled = { ...defaultXmlLimits, ...limits };
  const { maxBytes } = filled;
  if (text.length > maxBytes) throw new XmlError('too-large', `larger than ${maxBytes}`, 1, 0);
  return parsePlain(text, filled) ?? parseStrictly(text, limits);
}

/** With what the plain reader does not take, and with the words for what is wrong. */
function parseStrictly(text: string, limits: Partial<XmlLimits>): Element {
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
