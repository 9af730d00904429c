import { type CtiMessage, type KnownMessage, type KnownType, type MessageSchema, schemas } from './schema.js';
import { maxMessageBytes } from './values.js';

/** Bytes that are no message of their type: `field` is where the reading stopped. */
export interface DecodeError {
  kind: 'too-short' | 'bad-floating-field' | 'too-long';
  messageId: number;
  field: string;
}

export type DecodeResult = { ok: true; message: CtiMessage } | { ok: false; error: DecodeError };

const byId = new Map<number, KnownType>();
for (const [type, schema] of Object.entries(schemas)) byId.set(schema.id, type as KnownType);

const widths = { u8: 1, u16: 2, u32: 4 } as const;
type Width = keyof typeof widths;

/** `u32@19` exists from version 19. */
function fixedOf(layout: string, version: number): Width | null {
  const [type, since] = layout.split('@');
  return since !== undefined && version < Number(since) ? null : (type as Width);
}

/** Tag and length of a floating field take one byte each up to version 19, two from 20 (changes, protocol version 24). */
function tagWidth(version: number): 1 | 2 {
  return version < 20 ? 1 : 2;
}

const text = { encode: new TextEncoder(), decode: new TextDecoder() };

/**
 * A whole message with its header: body length, type, body; all numbers big-endian (Messaging Conventions).
 * @throws {RangeError} when a string does not fit its floating field or the message its limit
 */
export function encodeMessage(message: CtiMessage, version: number): Buffer {
  const body = message.type === 'UNKNOWN' ? Buffer.from(message.body) : encodeBody(message, version);
  if (body.length + 8 > maxMessageBytes)
    throw new RangeError(`${message.type} is longer than ${maxMessageBytes} bytes`);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(body.length, 0);
  header.writeUInt32BE(message.type === 'UNKNOWN' ? message.id : schemas[message.type].id, 4);
  return Buffer.concat([header, body]);
}

type Fields = Readonly<Record<string, unknown>>;

function encodeBody(message: KnownMessage, version: number): Buffer {
  const schema: MessageSchema = schemas[message.type];
  const fields = message as Fields;
  const parts: Buffer[] = [];
  for (const [name, layout] of Object.entries(schema.fixed)) {
    const type = fixedOf(layout, version);
    if (type === null) continue;
    const value = Number(fields[name] ?? 0);
    const part = Buffer.alloc(widths[type]);
    part.writeUIntBE(value >>> 0, 0, widths[type]);
    parts.push(part);
  }
  for (const [name, [tag, type]] of Object.entries(schema.floating ?? {})) {
    pushFloating(parts, version, tag, type, fields[name], name);
  }
  const list = schema.list;
  for (const entry of list === undefined ? [] : ((fields[list.name] as Fields[] | undefined) ?? [])) {
    for (const [name, [tag, type]] of Object.entries(list?.members ?? {})) {
      pushFloating(parts, version, tag, type, entry[name], name);
    }
  }
  return Buffer.concat(parts);
}

function pushFloating(
  parts: Buffer[],
  version: number,
  tag: number,
  type: string,
  value: unknown,
  name: string,
): void {
  if (value === undefined) return;
  const width = tagWidth(version);
  // A tag beyond one byte cannot be written in the old form; the field did not exist then.
  if (width === 1 && tag > 0xff) return;
  const data = floatingData(type, value);
  if (data.length > (width === 1 ? 0xff : maxMessageBytes)) throw new RangeError(`${name} is too long`);
  const head = Buffer.alloc(2 * width);
  head.writeUIntBE(tag, 0, width);
  head.writeUIntBE(data.length, width, width);
  parts.push(head, data);
}

function floatingData(type: string, value: unknown): Buffer {
  if (type === 'string') {
    const string = String(value);
    // A string's size includes its NUL; an empty one (a password that is not given) may have no byte at all.
    return string === '' ? Buffer.alloc(0) : Buffer.concat([text.encode.encode(string), Buffer.alloc(1)]);
  }
  const size = type === 'u16' ? 2 : type === 'u32' ? 4 : 8;
  const data = Buffer.alloc(size);
  if (size === 8) data.writeBigUInt64BE(BigInt(Math.round(Number(value))));
  else data.writeUIntBE(Number(value) >>> 0, 0, size);
  return data;
}

/**
 * Reads a body. Total: any bytes give a message or an error. Unknown floating fields are skipped, missing NULs accepted,
 * and FAILURE_CONF is read in both printed forms (status of four bytes, or of two and an error of four).
 */
export function decodeBody(id: number, body: Uint8Array, version: number): DecodeResult {
  const type = byId.get(id);
  if (type === undefined) return { ok: true, message: { type: 'UNKNOWN', id, body } };
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const schema: MessageSchema = schemas[type];
  const fields: Record<string, unknown> = { type };
  let at = 0;
  if (type === 'FAILURE_CONF' && bytes.length === 10) {
    fields.invokeId = bytes.readUInt32BE(0);
    fields.status = bytes.readUInt16BE(4);
    return { ok: true, message: fields as unknown as CtiMessage };
  }
  for (const [name, layout] of Object.entries(schema.fixed)) {
    const width = fixedOf(layout, version);
    if (width === null) continue;
    if (at + widths[width] > bytes.length)
      return { ok: false, error: { kind: 'too-short', messageId: id, field: name } };
    fields[name] = bytes.readUIntBE(at, widths[width]);
    at += widths[width];
  }
  const problem = decodeFloating(schema, bytes, at, version, fields);
  if (problem !== null)
    return { ok: false, error: { kind: 'bad-floating-field', messageId: id, field: problem } };
  return { ok: true, message: fields as unknown as CtiMessage };
}

/** Returns what could not be read, or null. */
function decodeFloating(
  schema: MessageSchema,
  bytes: Buffer,
  from: number,
  version: number,
  fields: Record<string, unknown>,
): string | null {
  const width = tagWidth(version);
  const entries: Record<string, unknown>[] = [];
  const members = Object.entries(schema.list?.members ?? {});
  for (let at = from; at < bytes.length; ) {
    if (at + 2 * width > bytes.length) return `tag at byte ${at}`;
    const tag = bytes.readUIntBE(at, width);
    const length = bytes.readUIntBE(at + width, width);
    at += 2 * width;
    if (at + length > bytes.length) return `field of tag ${tag}`;
    const data = bytes.subarray(at, at + length);
    at += length;
    const member = members.findIndex(([, [own]]) => own === tag);
    const single = Object.entries(schema.floating ?? {}).find(([, [own]]) => own === tag);
    const [name, [, type]] = single ?? members[member] ?? ['', [0, 'string'] as const];
    if (name === '') continue;
    const value = floatingValue(type, data);
    if (value === null) return `field of tag ${tag}`;
    if (single !== undefined) fields[name] = value;
    else {
      if (member === 0 || entries.length === 0) entries.push({});
      const entry = entries[entries.length - 1];
      if (entry !== undefined) entry[name] = value;
    }
  }
  if (schema.list !== undefined && entries.length > 0) fields[schema.list.name] = entries;
  return null;
}

function floatingValue(type: string, data: Buffer): string | number | null {
  switch (type) {
    case 'string':
      return text.decode.decode(data).replace(/\0+$/, '');
    case 'u16':
      return data.length === 2 ? data.readUInt16BE(0) : null;
    case 'u32':
      return data.length === 4 ? data.readUInt32BE(0) : null;
    default:
      return data.length === 8 ? Number(data.readBigUInt64BE(0)) : null;
  }
}

/** A message cut out of the byte stream. */
export interface Frame {
  id: number;
  body: Buffer;
}

/** Puts the byte stream together again, however it was split or joined on the way. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  /**
   * Takes bytes in and gives every message that is now complete, in order; null when a length is beyond the protocol's
   * limit, which no reading on can mend.
   */
  push(bytes: Uint8Array): Frame[] | null {
    this.#pending = this.#pending.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#pending, bytes]);
    const frames: Frame[] = [];
    let at = 0;
    while (this.#pending.length - at >= 8) {
      const length = this.#pending.readUInt32BE(at);
      if (length > maxMessageBytes - 8) return null;
      if (this.#pending.length - at - 8 < length) break;
      const id = this.#pending.readUInt32BE(at + 4);
      frames.push({ id, body: this.#pending.subarray(at + 8, at + 8 + length) });
      at += 8 + length;
    }
    this.#pending = this.#pending.subarray(at);
    return frames;
  }
}
