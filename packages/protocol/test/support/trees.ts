import fc from 'fast-check';
import { Element, xml } from '../../src/index.js';

/** Text as it may stand in XML, control characters and halves of surrogate pairs left out. */
export const anyText = fc
  .string({ unit: 'grapheme' })
  .map((text) => text.replace(/[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]|\p{Cs}/gu, ''));

/** Text without blanks at its ends, which the codecs do not keep. */
export const trimmedText = anyText.map((text) => text.replace(/\r/g, '').trim());

export const elementName = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,11}$/);

/** Trees of elements with attributes and text between the elements. */
export const anyElement: fc.Arbitrary<Element> = fc.letrec<{ tree: Element }>((tie) => ({
  tree: fc
    .record({
      name: elementName,
      attrs: fc.dictionary(
        elementName.filter((name) => name !== '__proto__'),
        anyText,
        { maxKeys: 3 },
      ),
      children: fc.array(fc.oneof({ depthSize: 'small' }, anyText, tie('tree')), { maxLength: 4 }),
    })
    .map(({ name, attrs, children }) => xml(name, attrs, ...children)),
})).tree;

/** An element without its parent and its class, neighbouring texts joined: what two elements that say the same have in common. */
export function shape(element: Element): unknown {
  const children: unknown[] = [];
  for (const child of element.children) {
    const last = children.at(-1);
    if (child instanceof Element) children.push(shape(child));
    else if (child !== '' && typeof last === 'string') children[children.length - 1] = last + child;
    else if (child !== '') children.push(child);
  }
  return { name: element.name, attrs: { ...element.attrs }, children };
}

/** Elements in a value by what they say: they know their parents, which are not compared. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, one) => (one instanceof Element ? one.toString() : one)));
}

/** Cuts a text at random places. */
export function pieces(text: string): fc.Arbitrary<string[]> {
  return fc.array(fc.nat(text.length), { maxLength: 30 }).map((cuts) => {
    const points = [0, ...cuts.sort((left, right) => left - right), text.length];
    return points.slice(1).map((point, index) => text.slice(points[index], point));
  });
}
