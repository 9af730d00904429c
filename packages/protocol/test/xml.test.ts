import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultXmlLimits, Element, parseXml, XmlError, xml } from '../src/index.js';
import { anyElement, anyText, shape } from './support/trees.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const { maxBytes, maxDepth } = defaultXmlLimits;
const nested = (depth: number) => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`;

describe('parseXml', () => {
  it.each([
    ['doctype', 'a DOCTYPE', '<!DOCTYPE a><a/>'],
    ['doctype', 'entities that grow', '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>'],
    ['doctype', 'an external entity', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
    ['doctype', 'a DTD elsewhere', '<!DOCTYPE a PUBLIC "-//X" "http://127.0.0.1/x.dtd"><a/>'],
    ['entity', 'an entity that nobody defined', '<a>&lol;</a>'],
    ['entity', 'one in an attribute', '<a b="&nbsp;"/>'],
    ['entity', 'a reference to no character', '<a>&#0;</a>'],
    ['entity', 'a reference beyond Unicode', '<a>&#x110000;</a>'],
    ['entity', 'half a surrogate pair', '<a>&#xD800;</a>'],
    ['processing-instruction', 'an instruction', '<?php evil ?><a/>'],
    ['processing-instruction', 'one inside', '<a><?evil?></a>'],
    ['too-deep', 'one level too many', nested(maxDepth + 1)],
    ['too-large', 'one character too many', `<a>${'x'.repeat(maxBytes - 6)}</a>`],
    ['not-well-formed', 'nothing', ''],
    ['not-well-formed', 'white space', ' \n'],
    ['not-well-formed', 'text', 'Bad Request'],
    ['not-well-formed', 'two roots', '<a/><b/>'],
    ['not-well-formed', 'text behind the root', '<a/>b'],
    ['not-well-formed', 'half an element', '<a><b/>'],
    ['not-well-formed', 'half a tag', '<a><b c="'],
    ['not-well-formed', 'half a DOCTYPE', '<!DOCTYPE a ['],
    ['not-well-formed', 'the closing tag of another', '<a><b></a>'],
    ['not-well-formed', 'the closing tag of none', '<a></a></b>'],
    ['not-well-formed', 'an attribute twice', '<a b="1" b="2"/>'],
    ['not-well-formed', 'an attribute without quotes', '<a b=1/>'],
    ['not-well-formed', 'a lone ampersand', '<a>1 & 2</a>'],
    ['not-well-formed', 'a control character', '<a>\u0001</a>'],
    ['not-well-formed', 'the end of CDATA without a beginning', '<a>]]></a>'],
    ['not-well-formed', 'the characters of XML 1.1', '<?xml version="1.1"?><a>\u0001</a>'],
  ])('refuses as %s: %s', (kind, _what, text) => {
    expect(() => parseXml(text)).toThrow(XmlError);
    expect(() => parseXml(text)).toThrow(expect.objectContaining({ kind }));
  });

  it('says where it stopped', () => {
    const refused = expect.objectContaining({ kind: 'entity', line: 2, column: 7 });
    expect(() => parseXml('<a>\n<b>&no;</b></a>')).toThrow(refused);
    expect(() => parseXml('<a>\n<b>&no;</b></a>')).toThrow('undefined entity. (line 2, column 7)');
  });

  it('takes what just fits, and as little as it is told to', () => {
    expect(parseXml(nested(maxDepth)).name).toBe('a');
    expect(parseXml(`<a>${'x'.repeat(maxBytes - 7)}</a>`).getText()).toHaveLength(maxBytes - 7);
    expect(() => parseXml('<a><b/></a>', { maxDepth: 1 })).toThrow(
      expect.objectContaining({ kind: 'too-deep' }),
    );
    expect(() => parseXml('<a>12345</a>', { maxBytes: 11 })).toThrow(
      expect.objectContaining({ kind: 'too-large' }),
    );
  });

  it('takes comments, CDATA, an XML declaration and white space around the root', () => {
    const text =
      '\r\n <?xml version="1.0" encoding="UTF-8"?><!-- b --><a>1<!-- c --><![CDATA[<2>]]></a>\n<!-- d -->\n';
    expect(parseXml(text).getText()).toBe('1<2>');
  });

  it('has no attributes that nobody wrote', () => {
    const { attrs } = parseXml('<a b="1"/>');
    expect(Object.keys(attrs)).toEqual(['b']);
    expect(attrs.constructor).toBeUndefined();
  });

  it('gives a tree or an XmlError, whatever the text', () => {
    const markup = fc.constantFrom(
      '<',
      '>',
      '</',
      '/>',
      '<a>',
      '</a>',
      '<a b="',
      '"',
      '&',
      '&lt;',
      ';',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
      '<!DOCTYPE',
      '[',
      '\r',
      '\u{1F600}',
      '\uD800',
      'x',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(markup, fc.string({ maxLength: 4 })), { maxLength: 20 }), (parts) => {
        try {
          expect(parseXml(parts.join(''))).toBeInstanceOf(Element);
        } catch (error) {
          expect(error).toBeInstanceOf(XmlError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('writing', () => {
  it('can be read again, and says the same', () => {
    fc.assert(
      fc.property(anyElement, (element) => {
        expect(shape(parseXml(element.toString(), { maxBytes: 1e7 }))).toEqual(shape(element));
      }),
      { numRuns: 300 },
    );
  });

  it('can be read again when it was an XMPP library that put the elements together', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parent = xml('a');
        parent.c('b', { c: text }).t(text);
        expect(shape(parseXml(parent.toString()))).toEqual(shape(parent));
      }),
    );
  });

  it('puts a mark in place of what XML cannot hold', () => {
    const text = parseXml(xml('a', { b: 'x\u0000y' }, '\u0008\uFFFF', 'z\uD800').toString());
    expect(text.attrs.b).toBe('x\uFFFDy');
    expect(text.getText()).toBe('\uFFFD\uFFFDz\uFFFD');
  });

  it('leaves out what is undefined', () => {
    expect(xml('a', { b: undefined, c: '' }, undefined, xml('d'), '').toString()).toBe('<a c=""><d/></a>');
  });
});

describe('every sample', () => {
  const names = readdirSync(fixtures);
  it.each(names)('%s is read and written', (name) => {
    const element = parseXml(readFileSync(new URL(name, fixtures), 'utf8'));
    expect(shape(parseXml(element.toString()))).toEqual(shape(element));
  });
});
