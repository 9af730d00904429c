import type { FloatingType, NamedArrayElement, NamedVariable } from './schema/layout.js';

/** A number of a fixed width, big-endian. @throws {RangeError} that names the field when the number does not fit */
export function encodeNumber(value: unknown, bytes: 1 | 2 | 4, field: string): Buffer {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= 2 ** (8 * bytes)) {
    throw new RangeError(`${field}: ${String(value)} is not an unsigned number of ${bytes} bytes`);
  }
  const data = Buffer.alloc(bytes);
  data.writeUIntBE(value, 0, bytes);
  return data;
}

/** The data of a floating field. @throws {RangeError} that names the field when the value does not fit */
export function encodeFloating(type: FloatingType, value: unknown, field: string): Buffer {
  switch (type) {
    case 'string':
      // A string's size includes its NUL; an empty one (a password that is not given) may have no byte at all.
      return value === '' ? Buffer.alloc(0) : Buffer.from(`${String(value)}\0`, 'utf8');
    case 'bytes':
      return Buffer.from(value as Uint8Array);
    case 'u16':
      return encodeNumber(value, 2, field);
    case 'u32':
      return encodeNumber(value, 4, field);
    case 'instant': {
      if (!Number.isSafeInteger(value) || (value as number) < 0)
        throw new RangeError(`${field}: not an instant`);
      const data = Buffer.alloc(8);
      data.writeBigUInt64BE(BigInt(value as number));
      return data;
    }
    case 'variable': {
      const { name, value: content } = value as NamedVariable;
      return Buffer.from(`${name}\0${content}\0`, 'utf8');
    }
    case 'array': {
      const { index, name, value: content } = value as NamedArrayElement;
      return Buffer.concat([encodeNumber(index, 1, field), Buffer.from(`${name}\0${content}\0`, 'utf8')]);
    }
  }
}

/** What a floating field holds, or null when its data are not of the type. */
export function decodeFloating(
  type: FloatingType,
  data: Buffer,
): string | number | Buffer | NamedVariable | NamedArrayElement | null {
  switch (type) {
    case 'string':
      return text(data);
    case 'bytes':
      return data;
    case 'u16':
      return data.length === 2 ? data.readUInt16BE(0) : null;
    case 'u32':
      return data.length === 4 ? data.readUInt32BE(0) : null;
    case 'instant': {
      const instant = data.length === 8 ? Number(data.readBigUInt64BE(0)) : Number.NaN;
      return Number.isSafeInteger(instant) ? instant : null;
    }
    case 'variable':
      return named(data);
    case 'array': {
      const index = data[0];
      const variable = named(data.subarray(1));
      return index === undefined || variable === null ? null : { index, ...variable };
    }
  }
}

/** One open client writes no NUL behind its strings, so none is needed. */
function text(data: Buffer): string {
  let end = data.length;
  while (end > 0 && data[end - 1] === 0) end -= 1;
  return data.toString('utf8', 0, end);
}

/** Name NUL value NUL. */
function named(data: Buffer): NamedVariable | null {
  const nul = data.indexOf(0);
  return nul < 0 ? null : { name: data.toString('utf8', 0, nul), value: text(data.subarray(nul + 1)) };
}
