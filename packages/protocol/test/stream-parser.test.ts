import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamParser, type XmlLimits } from '../src/index.js';
import { anyElement, pieces } from './support/trees.js';

const header =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

/** What a stream says, in a word per event. */
function read(chunks: Iterable<string>, limits: Partial<XmlLimits> = {}): string[] {
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
      '<message><body>käse \u{1F9C0}\n</body></message>',
    ];
    const text = `${header} ${stanzas.join('\r\n')}</stream:stream>`;
    fc.assert(
      fc.property(pieces(text), (chunks) => {
        expect(read(chunks)).toEqual(['start', ...stanzas, 'end']);
      }),
    );
    expect(read(text)).toEqual(['start', ...stanzas, 'end']);
  });

  it('says the same of any stream in any pieces, the bad ones and the large ones too', () => {
    const endings = [
      '',
      '</stream:stream>',
      '<a',
      '</a>',
      '<a></b>',
      '&',
      'x',
      '<?x?>',
      '<!DOCTYPE a>',
      '<a>&b;</a>',
      '<b><c><d/></c></b>',
    ];
    const streams = fc
      .record({
        stanzas: fc.array(anyElement, { maxLength: 5 }),
        between: fc.constantFrom('', ' ', '\r\n', '\r'),
        ending: fc.constantFrom(...endings),
      })
      .map(
        ({ stanzas, between, ending }) =>
          `${header}${between}${stanzas.map((one) => one.toString() + between).join('')}${ending}`,
      );
    const cut = streams.chain((text) => fc.record({ text: fc.constant(text), chunks: pieces(text) }));
    fc.assert(
      fc.property(cut, ({ text, chunks }) => {
        const limits = { maxBytes: 150, maxDepth: 2 };
        expect(read(chunks, limits)).toEqual(read([text], limits));
      }),
      { numRuns: 500 },
    );
  });

  it('counts size per stanza, to the character, wherever it is cut', () => {
    const stanza = (length: number) => `<a>${'x'.repeat(length - 7)}</a>`;
    const fits = stanza(150);
    const text = `${header}${fits}\n${fits}${fits}${stanza(151)}<b/>`;
    const seen = ['start', fits, fits, fits, 'too-large'];
    expect(read([text], { maxBytes: 150 })).toEqual(seen);
    expect(read(text, { maxBytes: 150 })).toEqual(seen);
    fc.assert(
      fc.property(pieces(text), (chunks) => {
        expect(read(chunks, { maxBytes: 150 })).toEqual(seen);
      }),
    );
  });

  it.each(['<a>', '<a b="', '<', '<a>&', '<a><!--', '<a><![CDATA[', '</', '<?'])(
    'does not wait for the end of %s before it minds the size',
    (beginning) => {
      let taken = 0;
      function* endless() {
        yield header;
        yield beginning;
        for (taken = 0; taken < 100; taken += 1) yield 'y'.repeat(1_000);
      }
      const kinds = read(endless(), { maxBytes: 2_000 });
      expect(kinds.slice(1)).toEqual([expect.stringMatching(/^(too-large|not-well-formed)$/)]);
    },
  );

  it('looks at the size of a huge piece while it takes it in', () => {
    const kinds = read([header, `<a>${'<b>'.repeat(30_000)}`, `<a>${'y'.repeat(10_000_000)}</a>`], {
      maxBytes: 50_000,
      maxDepth: 1e6,
    });
    expect(kinds).toEqual(['start', 'too-large']);
  });

  it('takes keepalives for as long as they come, and does not keep them', () => {
    const keepalives = Array.from({ length: 5_000 }, () => ' ');
    expect(read([header, ...keepalives, '<a/>\n', ...keepalives, '<b/>'], { maxBytes: 200 })).toEqual([
      'start',
      '<a/>',
      '<b/>',
    ]);
  });

  it('takes a line feed that the last stream left', () => {
    expect(read(['\r', '\n', `\n${header}<a/>`])).toEqual(['start', '<a/>']);
  });

  it.each([
    [['<html>', '<a/>'], ['not-well-formed']],
    [['HTTP/1.1 400 Bad Request\r\n'], ['not-well-formed']],
    [['<!DOCTYPE x>', header], ['doctype']],
    [
      [header, '<!DOCTYPE x>'],
      ['start', 'not-well-formed'],
    ],
    [
      [header, '<?evil?>', '<a/>'],
      ['start', 'processing-instruction'],
    ],
    [
      [header, '<a>&evil;</a>'],
      ['start', 'entity'],
    ],
    [
      [header, '<a></b>', '<a/>'],
      ['start', 'not-well-formed'],
    ],
    [
      [header, '<a/></b>'],
      ['start', '<a/>', 'not-well-formed'],
    ],
    [
      [header, '</stream>', '<a/>'],
      ['start', 'not-well-formed'],
    ],
    [
      [header, '<a/>x<b/>'],
      ['start', '<a/>', 'not-well-formed'],
    ],
    [
      [header, '<a/></stream:stream>', '<b/>'],
      ['start', '<a/>', 'end'],
    ],
    [
      [header, '<a><b><c/></b></a>'],
      ['start', 'too-deep'],
    ],
  ])('tells what is wrong once, after what was right: %j', (chunks, seen) => {
    expect(read(chunks, { maxDepth: 2 })).toEqual(seen);
  });

  it('tells the header', () => {
    const headers: unknown[] = [];
    const ignore = () => undefined;
    const parser = new StreamParser({
      onStart: (attrs) => headers.push({ ...attrs }),
      onStanza: ignore,
      onEnd: ignore,
      onError: ignore,
    });
    parser.write('<stream:stream to="fin-a" xmlns:stream="http://etherx.jabber.org/streams">');
    expect(headers).toEqual([{ to: 'fin-a', 'xmlns:stream': 'http://etherx.jabber.org/streams' }]);
  });

  it('hears nothing after it was stopped, not even the rest of a piece', () => {
    const seen: string[] = [];
    const tell = (word: string) => () => seen.push(word);
    const parser = new StreamParser({
      onStart: tell('start'),
      onStanza: (stanza) => {
        seen.push(stanza.name);
        parser.stop();
      },
      onEnd: tell('end'),
      onError: tell('error'),
    });
    parser.write(`${header}<a/><b/><c></d>`);
    parser.write('</stream:stream>');
    expect(seen).toEqual(['start', 'a']);
  });

  it('lets through what its listener throws', () => {
    const ignore = () => undefined;
    const parser = new StreamParser({
      onStart: ignore,
      onStanza: () => {
        throw new RangeError('mine');
      },
      onEnd: ignore,
      onError: ignore,
    });
    parser.write(header);
    expect(() => parser.write('<a/>')).toThrow(RangeError);
  });
});
