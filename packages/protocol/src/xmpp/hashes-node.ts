/**
 * The hashes of SCRAM in Node. Its WebCrypto takes 92 us of CPU for an HMAC of a few bytes, its own interface 3 us, and a
 * login needs nine on the two sides together: a third of what a login cost the notification service (profile of `bench failover`).
 */
import * as node from 'node:crypto';
import type { Bytes, ScramHash } from './hashes.js';

const names = { 'SHA-1': 'sha1', 'SHA-256': 'sha256' } as const;

/** HMAC with the hash. */
export async function hmac(hash: ScramHash, key: Bytes, data: Bytes): Promise<Bytes> {
  return new Uint8Array(node.createHmac(names[hash], key).update(data).digest());
}

/** `H()` of RFC 5802. */
export async function digest(hash: ScramHash, data: Bytes): Promise<Bytes> {
  return new Uint8Array(node.createHash(names[hash]).update(data).digest());
}

/** `Hi()` of RFC 5802 3, which is PBKDF2 with as many bytes as the hash has. Off the main thread: it takes a millisecond. */
export function pbkdf2(hash: ScramHash, password: Bytes, salt: Bytes, iterations: number): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    node.pbkdf2(password, salt, iterations, hash === 'SHA-1' ? 20 : 32, names[hash], (error, key) =>
      error === null ? resolve(new Uint8Array(key)) : reject(error),
    );
  });
}
