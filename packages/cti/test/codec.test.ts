import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CtiMessage, decodeBody, encodeMessage, FrameReader } from '../src/index.js';
import type { MessageSchema } from '../src/schema/layout.js';
import { schemas } from '../src/schema.js';
import { vectors } from './vectors.js';

const bytes = (hex: string) => Buffer.from(hex.replace(/\s/g, ''), 'hex');
const allSchemas: [string, MessageSchema][] = Object.entries(schemas);

function decode(hex: string, version: number): CtiMessage {
  const { frames, error } = new FrameReader().push(bytes(hex));
  expect(error).toBeNull();
  expect(frames).toHaveLength(1);
  const result = decodeBody(frames[0]!.id, frames[0]!.body, version);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.message;
}

describe('vectors', () => {
  it.each(vectors)('reads $name', ({ hex, version, message }) => {
    expect(decode(hex, version)).toEqual(message);
  });

  it.each(vectors.filter(({ readOnly }) => readOnly !== true))(
    'writes $name',
    ({ hex, version, message }) => {
      expect(encodeMessage(message, version).toString('hex')).toBe(bytes(hex).toString('hex'));
    },
  );

  it('reads OPEN_REQ in the version that it asks for, before anybody knows the version', () => {
    const d3 = vectors.find(({ name }) => name.startsWith('D3'))!;
    expect(decode(d3.hex, 25)).toEqual(d3.message);
  });

  it('reads FAILURE_CONF with a text in both forms', () => {
    const text = '0007 0004 6f6e6500';
    const message = { type: 'FAILURE_CONF', invokeId: 1, status: 92, text: 'one' };
    expect(decode(`00000010 00000001 00000001 0000005c ${text}`, 23)).toEqual(message);
    expect(decode(`00000012 00000001 00000001 005c 00000000 ${text}`, 23)).toEqual(message);
  });
});

/** Bytes of the fixed part, reference/ged188.md, section 4, for messages whose length does not depend on the version here. */
const fixedSizes: Readonly<Record<number, number>> = {
  1: 8,
  3: 44,
  9: 54,
  10: 50,
  11: 22,
  12: 22,
  13: 20,
  14: 22,
  15: 46,
  16: 24,
  17: 46,
  18: 46,
  19: 32,
  20: 44,
  21: 40,
  23: 26,
  24: 16,
  25: 40,
  31: 26,
  32: 6,
  35: 10,
  36: 16,
  38: 21,
  40: 20,
  42: 14,
  44: 14,
  46: 14,
  48: 40,
  49: 16,
  50: 36,
  51: 14,
  52: 16,
  54: 16,
  56: 32,
  57: 14,
  60: 20,
  62: 14,
  64: 40,
  65: 16,
};

describe('layouts', () => {
  const size = (id: number, version: number) => {
    const [type, schema] = allSchemas.find(([, one]) => one.id === id)!;
    const fixed = Object.fromEntries(Object.keys(schema.fixed).map((name) => [name, 0]));
    return (
      encodeMessage({ ...fixed, type, versionNumber: version } as unknown as CtiMessage, version).length - 8
    );
  };

  it.each(Object.entries(fixedSizes))('message %s has a fixed part of %i bytes', (id, expected) => {
    expect(size(Number(id), 23)).toBe(expected);
  });

  it.each([
    [4, 18, 26],
    [4, 19, 30],
    [4, 24, 32],
    [30, 18, 58],
    [30, 19, 62],
    [37, 18, 30],
    [37, 19, 34],
    [56, 13, 28],
  ])('message %i has in version %i a fixed part of %i bytes', (id, version, expected) => {
    expect(size(id, version)).toBe(expected);
  });

  it('has each id and, within a message, each tag once', () => {
    const ids = allSchemas.map(([, { id }]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [type, { floating = {}, lists = {} }] of allSchemas) {
      const fields = [floating, ...Object.values(lists)].flatMap((all) => Object.values(all));
      const tags = fields.map(([tag]) => tag);
      expect(new Set(tags).size, type).toBe(tags.length);
    }
  });
});

describe('any bytes', () => {
  it('give a message or a typed error', () => {
    const ids = allSchemas.map(([, { id }]) => id);
    fc.assert(
      fc.property(
        fc.constantFrom(...ids, 9999),
        fc.uint8Array({ maxLength: 120 }),
        fc.integer({ min: 0, max: 30 }),
        (id, body, version) => {
          const result = decodeBody(id, body, version);
          if (!result.ok) expect(['too-short', 'bad-floating-field']).toContain(result.error.kind);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('give one behind a right beginning too, where floating fields are torn or of a wrong size', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...vectors),
        fc.nat(),
        fc.uint8Array({ maxLength: 30 }),
        ({ hex, version }, cut, tail) => {
          const whole = bytes(hex);
          const body = Buffer.concat([whole.subarray(8, 8 + (cut % (whole.length - 7))), tail]);
          expect(typeof decodeBody(whole.readUInt32BE(4), body, version).ok).toBe('boolean');
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('name the field where a message stops short', () => {
    expect(decodeBody(5, bytes('0000'), 23)).toEqual({
      ok: false,
      error: { kind: 'too-short', messageId: 5, field: 'invokeId' },
    });
    expect(decodeBody(32, bytes('00000001 0000 0042 00ff 61'), 23)).toEqual({
      ok: false,
      error: { kind: 'bad-floating-field', messageId: 32, field: 'objectName' },
    });
  });

  it('keep a message that is not known as it came', () => {
    const hex = '00000002 000000e6 abcd';
    const message = decode(hex, 23);
    expect(message).toEqual({ type: 'UNKNOWN', id: 230, body: bytes('abcd') });
    expect(encodeMessage(message, 23)).toEqual(bytes(hex));
  });

  it('with floating fields that are not known give the rest', () => {
    expect(decode('0000000c 00000006 00000002 7fff 0004 deadbeef', 23)).toEqual({
      type: 'HEARTBEAT_CONF',
      invokeId: 2,
    });
  });
});

describe('what was written', () => {
  const string = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((s) => !s.includes('\0'));
  const values: Record<string, fc.Arbitrary<unknown>> = {
    string,
    bytes: fc.uint8Array({ maxLength: 20 }).map((data) => Buffer.from(data)),
    u16: fc.nat(0xffff),
    u32: fc.nat(0xffffffff),
    instant: fc.maxSafeNat(),
    variable: fc.record({ name: string, value: string }),
    array: fc.record({ index: fc.nat(255), name: string, value: string }),
  };
  const fieldsOf = (layout: MessageSchema['floating'], version: number) =>
    Object.fromEntries(
      Object.entries(layout ?? {})
        .filter(([, [tag]]) => version >= 20 || tag < 0x100)
        .map(([name, [, type]]) => [name, values[type]!]),
    );
  const anyMessage = fc.constantFrom(...allSchemas).chain(([type, schema]) =>
    fc.integer({ min: 9, max: 25 }).chain((version) => {
      const fixed: Record<string, fc.Arbitrary<unknown>> = { type: fc.constant(type) };
      for (const [name, layout] of Object.entries(schema.fixed)) {
        const [width, since] = layout.split('@');
        if (since !== undefined && version < Number(since)) continue;
        fixed[name] = fc.nat(width === 'u8' ? 0xff : width === 'u16' ? 0xffff : 0xffffffff);
      }
      if (type === 'OPEN_REQ') fixed.versionNumber = fc.constant(version);
      const lists = Object.entries(schema.lists ?? {}).map(([name, members]) => {
        const entry = fc.record(fieldsOf(members, version));
        return [name, fc.array(entry, { minLength: 1, maxLength: 3 })] as const;
      });
      return fc.tuple(
        fc.record(fixed),
        fc.record(fieldsOf(schema.floating, version), { requiredKeys: [] }),
        fc.record(Object.fromEntries(lists), { requiredKeys: [] }),
        fc.constant(version),
      );
    }),
  );

  it('is read back the same, for every message and version', () => {
    fc.assert(
      fc.property(anyMessage, ([fixed, floating, lists, version]) => {
        const message = { ...fixed, ...floating, ...lists };
        const { frames } = new FrameReader().push(encodeMessage(message as unknown as CtiMessage, version));
        expect(decodeBody(frames[0]!.id, frames[0]!.body, version)).toEqual({ ok: true, message });
      }),
      { numRuns: 1_500 },
    );
  });

  it('is never what does not fit', () => {
    expect(() => encodeMessage({ type: 'HEARTBEAT_REQ', invokeId: -1 }, 23)).toThrow(
      /HEARTBEAT_REQ\.invokeId: -1/,
    );
    expect(() => encodeMessage({ type: 'HEARTBEAT_REQ', invokeId: 0.5 }, 23)).toThrow(RangeError);
    const report = { type: 'CLIENT_EVENT_REPORT_REQ', invokeId: 1, state: 0 } as const;
    expect(() => encodeMessage({ ...report, state: 0x10000 }, 23)).toThrow(/state: 65536/);
    expect(() => encodeMessage({ ...report, text: 'x'.repeat(255) }, 19)).toThrow(RangeError);
    expect(() => encodeMessage({ ...report, text: 'x'.repeat(12_500) }, 23)).toThrow(/longer than 12500/);
  });
});

describe('the byte stream', () => {
  const messages = Array.from({ length: 20 }, (_, invokeId) =>
    encodeMessage({ type: 'HEARTBEAT_REQ', invokeId }, 23),
  );

  it('is put together however it was split and joined', () => {
    const stream = Buffer.concat(messages);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const reader = new FrameReader();
        const bodies: string[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = sizes[turn % sizes.length]!;
          for (const { body } of reader.push(stream.subarray(at, at + size)).frames)
            bodies.push(body.toString('hex'));
          at += size;
        }
        expect(bodies).toEqual(messages.map((message) => message.subarray(8).toString('hex')));
      }),
    );
  });

  it('ends with an error at a length beyond the protocol, after what came before it', () => {
    const reader = new FrameReader();
    const result = reader.push(Buffer.concat([messages[0]!, bytes('000030cd 00000005 00')]));
    expect(result.frames).toHaveLength(1);
    expect(result.error).toEqual({ kind: 'too-long', messageId: 5, bodyBytes: 12_493 });
    expect(reader.push(messages[1]!)).toMatchObject({ frames: [], error: { kind: 'too-long' } });
  });

  it('carries the longest message', () => {
    expect(new FrameReader().push(bytes('000030cc 00000005')).error).toBeNull();
  });
});
