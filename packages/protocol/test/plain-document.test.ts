import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Element } from '../src/ltx.js';
import { parsePlain } from '../src/plain-document.js';
import { TreeBuilder } from '../src/tree-builder.js';
import { defaultXmlLimits } from '../src/xml-error.js';

/** What the strict parser makes of a document; null where it refuses it. */
function strict(text: string): Element | null {
  let root: Element | null = null;
  const builder = new TreeBuilder(
    {
      onElement: (element) => {
        root = element;
      },
    },
    1,
  );
  try {
    builder.write(text);
    builder.end();
  } catch {
    return null;
  }
  return root;
}

/** An element without its parents, for comparing. */
function plainly({ name, attrs, children }: Element): unknown {
  const own = children.map((child) => (typeof child === 'string' ? child : plainly(child as Element)));
  return { name, attrs: { ...attrs }, children: own };
}

const parse = (text: string) => parsePlain(text, defaultXmlLimits);

describe('the plain reader', () => {
  it('spares the writer the escaping of what was read last, and changes nothing of what is written', () => {
    const parts = ['&lt;', '&gt;', '&amp;', '&quot;', '&apos;', '>', '"', "'", 'x', ' ', 'ä', 'amp;lt;'];
    const raw = fc
      .array(fc.constantFrom(...parts), { minLength: 1, maxLength: 8 })
      .map((some) => some.join(''));
    fc.assert(
      fc.property(raw, raw, (text, value) => {
        const root = parse(`<a b="${value.replaceAll(/[">]/g, '')}">${text}</a>`);
        const written = root?.toString();
        expect(written).toBeDefined();
        parse('<other>&amp;</other>');
        expect(root?.toString()).toBe(written);
      }),
    );
  });

  it('reads what Finesse sends', () => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>\n<message xmlns='jabber:client' id="1"><a>1 &lt; 2 &amp;&amp; &apos;x&quot;</a><b/><c d="&gt;" e='"'/> </message>\n`;
    const root = parse(text);
    expect(root).not.toBeNull();
    expect(plainly(root as Element)).toEqual(plainly(strict(text) as Element));
    expect((root as Element).getChild('a')?.parent).toBe(root);
  });

  it.each([
    ['CDATA', '<a><![CDATA[x]]></a>'],
    ['a comment', '<a><!-- x --></a>'],
    ['a DOCTYPE', '<!DOCTYPE a><a/>'],
    ['a processing instruction', '<a><?x?></a>'],
    ['a character reference', '<a>&#65;</a>'],
    ['another entity', '<a>&nbsp;</a>'],
    ['a lonely &', '<a>1 & 2</a>'],
    ['a carriage return', '<a>\r\n</a>'],
    ['a control character', '<a>\u0001</a>'],
    ['half a surrogate', '<a>\ud800</a>'],
    [']]> in text', '<a>]]></a>'],
    ['a < in a value', '<a b="<"/>'],
    ['a > in a value', '<a b=">"/>'],
    ['a line feed in a value', '<a b="1\n2"/>'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['attributes without a space between', '<a b="1"c="2"/>'],
    ['a value without quotes', '<a b=1/>'],
    ['another closing tag', '<a><b></a></b>'],
    ['no end', '<a><b></b>'],
    ['two roots', '<a/><b/>'],
    ['text beside the root', 'x<a/>'],
    ['text behind the root', '<a/>x'],
    ['no element', ' '],
    ['a name that is none', '<1/>'],
    ['a name beyond ASCII', '<é/>'],
  ])('leaves %s to the strict one', (_, text) => {
    expect(parse(text)).toBeNull();
  });

  it('leaves what is too deep to the strict one', () => {
    const deep = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(parse(deep(64))).not.toBeNull();
    expect(parse(deep(65))).toBeNull();
  });

  it('never reads what the strict one refuses, nor anything else out of it', () => {
    const piece = fc.constantFrom(
      ...[
        '<',
        '>',
        '/',
        '</',
        '/>',
        '<a',
        '<b>',
        '</b>',
        '<a>',
        '</a>',
        ' b="1"',
        " c='&lt;'",
        ' ',
        '=',
        '"',
        "'",
      ],
      ...[
        'x',
        '&',
        '&amp;',
        ';',
        '\n',
        '\t',
        ']]>',
        '<!--',
        '-->',
        '<?xml version="1.0"?>',
        ':',
        '1',
        '__proto__',
      ],
    );
    const document = fc
      .array(piece, { maxLength: 12 })
      .map((pieces) => pieces.join(''))
      .chain((inner) => fc.constantFrom(inner, `<a>${inner}</a>`, `<a${inner}/>`, `<a>${inner}</b></a>`));
    fc.assert(
      fc.property(document, (text) => {
        const root = parse(text);
        if (root !== null) expect(plainly(root)).toEqual(plainly(strict(text) as Element));
      }),
      { numRuns: 5_000 },
    );
  });
});
