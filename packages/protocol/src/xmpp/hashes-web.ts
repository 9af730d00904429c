import type { Bytes, ScramHash } from './hashes.js';

/** HMAC with the hash. */
export async function hmac(hash: ScramHash, key: Bytes, data: Bytes): Promise<Bytes> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, data));
}

/** `H()` of RFC 5802. */
export async function digest(hash: ScramHash, data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest(hash, data));
}

/** `Hi()` of RFC 5802 3, which is PBKDF2 with as many bytes as the hash has. */
export async function pbkdf2(
  hash: ScramHash,
  password: Bytes,
  salt: Bytes,
  iterations: number,
): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  const bits = hash === 'SHA-1' ? 160 : 256;
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: 'PBKDF2', hash, salt, iterations }, key, bits),
  );
}
