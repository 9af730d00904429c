/** The hashes that SCRAM exists with (RFC 5802; RFC 7677). */
export type ScramHash = 'SHA-1' | 'SHA-256';

/** Bytes with a memory of their own, as Web Crypto wants them. */
export type Bytes = Uint8Array<ArrayBuffer>;
