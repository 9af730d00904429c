import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatJid,
  parseJid,
  parseNodeId,
  parseXml,
  StreamParser,
  userDialogsNode,
  XmlError,
  xml,
} from '../src/index.js';

describe('XML', () => {
  it.each([
    ['doctype', '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'],
    ['entity', '<a>&lol;</a>'],
    ['not-well-formed', '<a><b></a>'],
    ['not-well-formed', ''],
    ['not-well-formed', '<a/><b/>'],
    ['processing-instruction', '<?php evil ?><a/>'],
    ['too-deep', `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`],
    ['too-large', `<a>${'x'.repeat(300_000)}</a>`],
  ])('refuses %s', (kind, text) => {
    expect(() => parseXml(text)).toThrow(XmlError);
    expect(() => parseXml(text)).toThrow(expect.objectContaining({ kind }));
  });

  it('writes what it can read again, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme-ascii' }),
        (text, attribute) => {
          // Line ends are folded by every XML parser (XML 1.0 2.11), white space in attributes too.
          const clean = (value: string) => value.replace(/[\p{C}\u2028]/gu, '');
          const element = xml('a', { b: clean(attribute) }, clean(text));
          const back = parseXml(element.toString());
          expect(back.text()).toBe(clean(text));
          expect(back.attrs.b).toBe(clean(attribute));
        },
      ),
    );
  });
});

const header =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

function read(chunks: string[], limits = {}): string[] {
  const seen: string[] = [];
  const parser = new StreamParser(
    {
      onStart: () => seen.push('start'),
      onStanza: (stanza) => seen.push(stanza.toString()),
      onEnd: () => seen.push('end'),
      onError: (error) => seen.push(error.kind),
    },
    limits,
  );
  for (const chunk of chunks) parser.write(chunk);
  return seen;
}

describe('StreamParser', () => {
  it('gives the same stanzas in whatever pieces the text comes', () => {
    const stanzas = [
      '<iq id="1"><q xmlns="x">&lt;&amp;</q></iq>',
      '<presence/>',
      '<message><body>käse</body></message>',
    ];
    const text = `${header} ${stanzas.join(' ')}</stream:stream>`;
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 30 }), (cuts) => {
        const points = [0, ...cuts.sort((a, b) => a - b), text.length];
        const chunks = points.slice(1).map((point, index) => text.slice(points[index], point));
        expect(read(chunks)).toEqual(['start', ...stanzas, 'end']);
      }),
    );
  });

  it('counts size per stanza, while it comes', () => {
    const small = `<a>${'x'.repeat(900)}</a>`;
    expect(read([header, ...Array.from({ length: 50 }, () => small)], { maxBytes: 2_000 }).length).toBe(51);
    const endless = Array.from({ length: 10 }, () => 'y'.repeat(1_000));
    expect(read([header, '<a>', ...endless], { maxBytes: 2_000 })).toEqual(['start', 'too-large']);
    expect(read([header, '<a b="', ...endless], { maxBytes: 2_000 })).toEqual(['start', 'too-large']);
  });

  it('takes white space between stanzas as what it is, for as long as it comes', () => {
    expect(read([header, ...Array.from({ length: 5_000 }, () => ' '), '<a/>'], { maxBytes: 2_000 })).toEqual([
      'start',
      '<a/>',
    ]);
  });

  it('refuses a stream that is none, a DOCTYPE and processing instructions, and says so once', () => {
    expect(read(['<html>', '<a/>'])).toEqual(['not-well-formed']);
    expect(read(['<!DOCTYPE x>', header])).toEqual(['doctype']);
    expect(read([header, '<?evil?>', '<a/>'])).toEqual(['start', 'processing-instruction']);
    expect(read([header, '<a></b>', '<a/>'])).toEqual(['start', 'not-well-formed']);
  });
});

describe('names', () => {
  it('takes JIDs apart and puts them together', () => {
    expect(parseJid('1001001@Fin-A.example/desk/1')).toEqual({
      local: '1001001',
      domain: 'fin-a.example',
      resource: 'desk/1',
    });
    expect(formatJid({ local: '', domain: 'pubsub.x', resource: undefined })).toBe('pubsub.x');
    for (const bad of ['', '@x', 'a@', 'a b@x', 'a@x/', 'a@b@c']) expect(parseJid(bad)).toBeNull();
  });

  it('knows the pubsub nodes of Finesse', () => {
    expect(parseNodeId(userDialogsNode('7'))).toEqual({ kind: 'userDialogs', id: '7' });
    expect(parseNodeId('/finesse/api/Team/3/Users')).toEqual({ kind: 'teamUsers', id: '3' });
    for (const bad of [
      '/x',
      '/finesse/api/User/',
      '/finesse/api/User/1/Dialogs/Voice',
      '/finesse/api/Nope/1',
    ]) {
      expect(parseNodeId(bad)).toBeNull();
    }
  });
});
