import { decodeFloating, encodeFloating, encodeNumber } from './fields.js';
import type { FixedLayout, FixedType, FloatingFields, FloatingType, MessageSchema } from './schema/layout.js';
import { type CtiMessage, type KnownMessage, type KnownType, schemas } from './schema.js';
import { maxMessageBytes } from './values.js';

/** Bytes that are no message of their type: `field` is where the reading stopped. */
export interface DecodeError {
  kind: 'too-short' | 'bad-floating-field';
  /** MessageType. */
  messageId: number;
  field: string;
}

/** A message, or why the bytes are none. */
export type DecodeResult = { ok: true; message: CtiMessage } | { ok: false; error: DecodeError };

/** A floating field as it is looked up while reading: by its tag. */
interface Floating {
  readonly name: string;
  readonly type: FloatingType;
  /** The list that it is a member of. */
  readonly list: string | null;
}

/** A schema made ready for reading. */
interface Layout {
  readonly type: KnownType;
  readonly fixed: readonly (readonly [name: string, layout: FixedLayout])[];
  readonly byTag: ReadonlyMap<number, Floating>;
}

const layouts = new Map<number, Layout>();
for (const [type, schema] of Object.entries<MessageSchema>(schemas)) {
  const byTag = new Map<number, Floating>();
  const add = (fields: FloatingFields, list: string | null) => {
    for (const [name, [tag, kind]] of Object.entries(fields)) byTag.set(tag, { name, type: kind, list });
  };
  add(schema.floating ?? {}, null);
  for (const [list, members] of Object.entries(schema.lists ?? {})) add(members, list);
  layouts.set(schema.id, { type: type as KnownType, fixed: Object.entries(schema.fixed), byTag });
}

const bytesOf = { u8: 1, u16: 2, u32: 4 } as const;

/** A fixed field's width in a protocol version, null where the version lacks it. */
function fixedBytes(layout: FixedLayout, version: number): 1 | 2 | 4 | null {
  const [type, since] = layout.split('@') as [FixedType, string?];
  return since !== undefined && version < Number(since) ? null : bytesOf[type];
}

/** Tag and length of a floating field take one byte each up to version 19, two from 20 (changes, protocol version 24). */
function tagBytes(version: number): 1 | 2 {
  return version < 20 ? 1 : 2;
}

/**
 * A whole message with its header: body length, type, body; all numbers big-endian (Messaging Conventions). OPEN_REQ is
 * written in the version that it asks for, whatever `version` is.
 * @throws {RangeError} that names the field when a value does not fit it, or the message is beyond the protocol's limit
 */
export function encodeMessage(message: CtiMessage, version: number): Buffer {
  const body =
    message.type === 'UNKNOWN'
      ? Buffer.from(message.body)
      : encodeBody(message, message.type === 'OPEN_REQ' ? message.versionNumber : version);
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
    const bytes = fixedBytes(layout, version);
    // One that only some versions have may be left out by who does not know it.
    if (bytes !== null) parts.push(encodeNumber(fields[name] ?? 0, bytes, `${message.type}.${name}`));
  }
  const push = (layout: FloatingFields, values: Fields, name: string) => {
    const field = layout[name];
    if (field === undefined || values[name] === undefined) return;
    const [tag, type] = field;
    pushFloating(parts, version, tag, encodeFloating(type, values[name], `${message.type}.${name}`));
  };
  const floating = schema.floating ?? {};
  for (const name of Object.keys(floating)) push(floating, fields, name);
  for (const [list, members] of Object.entries(schema.lists ?? {})) {
    for (const entry of (fields[list] as readonly Fields[] | undefined) ?? []) {
      // In the entry's own order: a reader begins a new entry where a member comes again, so that another order would
      // give a member to the entry before when that one lacks it.
      for (const name of Object.keys(entry)) push(members, entry, name);
    }
  }
  return Buffer.concat(parts);
}

function pushFloating(parts: Buffer[], version: number, tag: number, data: Buffer): void {
  const bytes = tagBytes(version);
  // A tag beyond one byte cannot be written in the old form; the field did not exist then.
  if (bytes === 1 && tag > 0xff) return;
  parts.push(encodeNumber(tag, bytes, 'tag'), encodeNumber(data.length, bytes, `length of tag ${tag}`), data);
}

/**
 * Reads a body. Total: any bytes give a message or an error. Unknown floating fields are skipped, missing NULs accepted,
 * and FAILURE_CONF is read in both printed forms. OPEN_REQ is read in the version that it asks for, whatever `version` is.
 */
export function decodeBody(id: number, body: Uint8Array, version: number): DecodeResult {
  const layout = layouts.get(id);
  if (layout === undefined) return { ok: true, message: { type: 'UNKNOWN', id, body } };
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (layout.type === 'OPEN_REQ')
    return decodeAs(layout, id, bytes, bytes.length < 8 ? version : bytes.readUInt32BE(4));
  if (layout.type !== 'FAILURE_CONF') return decodeAs(layout, id, bytes, version);
  const usual = decodeAs(layout, id, bytes, version);
  if (bytes.length < 10 || (usual.ok && (bytes.length > 10 || isStatus(usual.message)))) return usual;
  return decodeAs(shortFailureConf, id, bytes, version);
}

/**
 * Ten bytes are the short form, but up to version 19 an empty text in the usual form takes two bytes as well. Read in the
 * wrong form, a status is beyond all that exist.
 */
function isStatus(message: CtiMessage): boolean {
  return message.type === 'FAILURE_CONF' && message.status <= 0xffff;
}

/** FAILURE_CONF as the guide of version 24 prints it: the status in two bytes, then a peripheral's error in four. */
const shortFailureConf: Layout = {
  type: 'FAILURE_CONF',
  fixed: [
    ['invokeId', 'u32'],
    ['status', 'u16'],
    ['', 'u32'],
  ],
  byTag: layouts.get(schemas.FAILURE_CONF.id)?.byTag ?? new Map(),
};

function decodeAs(layout: Layout, messageId: number, bytes: Buffer, version: number): DecodeResult {
  const fields: Record<string, unknown> = { type: layout.type };
  let at = 0;
  for (const [name, fixed] of layout.fixed) {
    const width = fixedBytes(fixed, version);
    if (width === null) continue;
    if (at + width > bytes.length) return { ok: false, error: { kind: 'too-short', messageId, field: name } };
    if (name !== '') fields[name] = bytes.readUIntBE(at, width);
    at += width;
  }
  const problem = decodeFloatings(layout, bytes, at, version, fields);
  return problem === null
    ? { ok: true, message: fields as unknown as CtiMessage }
    : { ok: false, error: { kind: 'bad-floating-field', messageId, field: problem } };
}

/** Puts the floating fields from `from` on into `fields`. Returns what could not be read, or null. */
function decodeFloatings(
  layout: Layout,
  bytes: Buffer,
  from: number,
  version: number,
  fields: Record<string, unknown>,
): string | null {
  const width = tagBytes(version);
  for (let at = from; at < bytes.length; ) {
    if (at + 2 * width > bytes.length) return `tag at byte ${at}`;
    const tag = bytes.readUIntBE(at, width);
    const start = at + 2 * width;
    at = start + bytes.readUIntBE(at + width, width);
    const field = layout.byTag.get(tag);
    if (at > bytes.length) return field?.name ?? `tag ${tag}`;
    if (field === undefined) continue;
    const value = decodeFloating(field.type, bytes.subarray(start, at));
    if (value === null) return field.name;
    if (field.list === null) fields[field.name] = value;
    else addToList(fields, field.list, field.name, value);
  }
  return null;
}

function addToList(fields: Record<string, unknown>, list: string, name: string, value: unknown): void {
  const entries = (fields[list] ?? []) as Record<string, unknown>[];
  fields[list] = entries;
  let entry = entries.at(-1);
  if (entry === undefined || name in entry) {
    entry = {};
    entries.push(entry);
  }
  entry[name] = value;
}
