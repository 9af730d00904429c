import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody, encodeMessage, FrameReader } from '../src/codec.js';
import { type CtiMessage, type MessageSchema, schemas } from '../src/schema.js';

const bytes = (hex: string) => Buffer.from(hex.replace(/\s/g, ''), 'hex');

function decode(hex: string, version: number): CtiMessage {
  const [frame, ...more] = new FrameReader().push(bytes(hex)) ?? [];
  expect(more).toEqual([]);
  const result = decodeBody(frame!.id, frame!.body, version);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.message;
}

/** reference/ged188.md, section 8: S from a third party's fixtures (version 19), D derived from Cisco's tables. */
const vectors: [name: string, version: number, hex: string, message: CtiMessage][] = [
  ['S6 HEARTBEAT_REQ', 19, '00000004 00000005 02030405', { type: 'HEARTBEAT_REQ', invokeId: 0x02030405 }],
  [
    'S5 CONTROL_FAILURE_CONF',
    19,
    '0000000a 00000023 01020304 004e0203 0405',
    { type: 'CONTROL_FAILURE_CONF', invokeId: 0x01020304, failureCode: 78, peripheralErrorCode: 0x02030405 },
  ],
  [
    'S1 SYSTEM_EVENT with text and device',
    19,
    '0000003c 0000001f 00000003 01020304 00000005 02030405 03040506 04050607 00460710 53797374 656d4576 656e7454 65787400 ce0e4576 656e7444 65766963 65494400',
    {
      type: 'SYSTEM_EVENT',
      pgStatus: 3,
      icmCentralControllerTime: 0x01020304,
      systemEventId: 5,
      systemEventArg1: 0x02030405,
      systemEventArg2: 0x03040506,
      systemEventArg3: 0x04050607,
      eventDeviceType: 0x46,
      text: 'SystemEventText',
      eventDeviceId: 'EventDeviceID',
    },
  ],
  [
    'D2 OPEN_REQ, two-byte tags',
    23,
    '0000003c 00000003 00000001 00000017 00000014 ffffffff 00000096 0000ffff 00003fff 00000000 00000000 00000000 00000000 00010008 66696e65 73736500 00020000',
    {
      type: 'OPEN_REQ',
      invokeId: 1,
      versionNumber: 23,
      idleTimeout: 20,
      peripheralId: 0xffffffff,
      servicesRequested: 0x96,
      callMsgMask: 0xffff,
      agentStateMask: 0x3fff,
      configMsgMask: 0,
      reserved1: 0,
      reserved2: 0,
      reserved3: 0,
      clientId: 'finesse',
      clientPassword: '',
    },
  ],
  [
    'D4 OPEN_CONF with DepartmentID',
    23,
    '00000032 00000004 00000001 00000096 00000000 00000000 66000000 00010011 00090000 000000e4 00020001 00d00004 00001388 00e00002 0001',
    {
      type: 'OPEN_CONF',
      invokeId: 1,
      servicesGranted: 0x96,
      monitorId: 0,
      pgStatus: 0,
      icmCentralControllerTime: 0x66000000,
      peripheralOnline: 1,
      peripheralType: 17,
      agentState: 9,
      departmentId: 0,
      numPeripherals: 1,
      peripherals: [{ peripheralId: 5000, multilineAgentControl: 1 }],
    },
  ],
  ['D7 FAILURE_EVENT', 23, '00000004 00000002 0000000f', { type: 'FAILURE_EVENT', status: 15 }],
  [
    'D8 SET_AGENT_STATE_REQ, unaligned',
    23,
    '0000002e 00000026 00000007 00001388 00000000 00000000 00000000 00000600 05313030 31000005 00053130 30310000 31000370 7700',
    {
      type: 'SET_AGENT_STATE_REQ',
      invokeId: 7,
      peripheralId: 5000,
      agentState: 0,
      agentWorkMode: 0,
      numSkillGroups: 0,
      eventReasonCode: 0,
      forcedFlag: 0,
      agentServiceReq: 0,
      agentInstrument: '1001',
      agentId: '1001',
      agentPassword: 'pw',
    },
  ],
  [
    'D9 AGENT_STATE_EVENT',
    23,
    '00000059 0000001e 00000000 00001388 00000000 00110002 00000000 ffffffff ffffffff 00000002 00000000 00010000 00000001 00000001 00001389 00000000 00000000 00000005 00053130 30310000 04000531 30303100 00060005 31303031 00',
    expect.objectContaining({
      type: 'AGENT_STATE_EVENT',
      agentState: 2,
      icmAgentId: 5001,
      agentId: '1001',
      agentExtension: '1001',
    }) as never,
  ],
];

describe('GED-188 codec', () => {
  it.each(vectors)('reads %s', (_name, version, hex, message) => {
    expect(decode(hex, version)).toEqual(message);
  });

  it.each(vectors.filter(([name]) => /S6|S5|S1|D2|D4|D7/.test(name)))(
    'writes %s',
    (_name, version, hex, message) => {
      expect(encodeMessage(message, version).toString('hex')).toBe(bytes(hex).toString('hex'));
    },
  );

  it('uses one-byte tags up to version 19 and two-byte tags from 20', () => {
    const open = vectors.find(([name]) => name.startsWith('D2'))![3];
    const d3 =
      '00000038 00000003 00000001 00000013 00000014 ffffffff 00000096 0000ffff 00003fff 00000000 00000000 00000000 00000000 01086669 6e657373 65000200';
    expect(encodeMessage({ ...open, versionNumber: 19 } as CtiMessage, 19).toString('hex')).toBe(
      bytes(d3).toString('hex'),
    );
  });

  it('accepts strings without NUL and both printed forms of FAILURE_CONF', () => {
    const d13 =
      '0000003d 00000003 00000001 00000018 0000012c 00001388 00000094 ffffffff 00003fff 00000000 00000000 00000000 00000000 00010009 63746d6f 6e69746f 72000200 00';
    expect(decode(d13, 24)).toMatchObject({ clientId: 'ctmonitor', clientPassword: '' });
    expect(decode('00000008 00000001 00000001 00000001', 23)).toEqual({
      type: 'FAILURE_CONF',
      invokeId: 1,
      status: 1,
    });
    expect(decode('0000000a 00000001 00000001 00010000 0000', 23)).toEqual({
      type: 'FAILURE_CONF',
      invokeId: 1,
      status: 1,
    });
  });

  it('keeps a message that it does not know as it came', () => {
    expect(decode('00000002 000000e6 abcd', 23)).toEqual({ type: 'UNKNOWN', id: 230, body: bytes('abcd') });
  });

  it('decodes any bytes to a message or a typed error', () => {
    const ids = Object.values(schemas as Record<string, MessageSchema>).map((schema) => schema.id);
    fc.assert(
      fc.property(
        fc.constantFrom(...ids, 9999),
        fc.uint8Array({ maxLength: 120 }),
        fc.integer({ min: 9, max: 25 }),
        (id, body, version) => {
          const result = decodeBody(id, body, version);
          if (!result.ok)
            expect(['too-short', 'bad-floating-field', 'too-long']).toContain(result.error.kind);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('gives back what it wrote, for every message and version', () => {
    const types = Object.entries(schemas as Record<string, MessageSchema>);
    const arbitrary = fc.constantFrom(...types).chain(([type, schema]) =>
      fc.integer({ min: 20, max: 25 }).chain((version) => {
        const shape: Record<string, fc.Arbitrary<unknown>> = { type: fc.constant(type) };
        for (const [name, layout] of Object.entries(schema.fixed)) {
          const [width, since] = layout.split('@');
          if (since !== undefined && version < Number(since)) continue;
          shape[name] = fc.nat(width === 'u8' ? 0xff : width === 'u16' ? 0xffff : 0xffffffff);
        }
        for (const [name, [, kind]] of Object.entries(schema.floating ?? {})) {
          shape[name] =
            kind === 'string'
              ? fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })
              : fc.nat(0xffff);
        }
        return fc.tuple(fc.record(shape), fc.constant(version));
      }),
    );
    fc.assert(
      fc.property(arbitrary, ([message, version]) => {
        const [frame] = new FrameReader().push(encodeMessage(message as never, version)) ?? [];
        expect(decodeBody(frame!.id, frame!.body, version)).toEqual({ ok: true, message });
      }),
      { numRuns: 2_000 },
    );
  });

  it('puts frames together however they were split and joined', () => {
    const messages = Array.from({ length: 20 }, (_, invokeId) =>
      encodeMessage({ type: 'HEARTBEAT_REQ', invokeId }, 23),
    );
    const stream = Buffer.concat(messages);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const reader = new FrameReader();
        const bodies: string[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = sizes[turn % sizes.length]!;
          for (const frame of reader.push(stream.subarray(at, at + size)) ?? [])
            bodies.push(frame.body.toString('hex'));
          at += size;
        }
        expect(bodies).toEqual(messages.map((message) => message.subarray(8).toString('hex')));
      }),
    );
  });

  it('refuses a length beyond the protocol', () => {
    expect(new FrameReader().push(bytes('7fffffff 00000005'))).toBeNull();
  });
});
