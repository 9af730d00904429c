import { fromBase64, fromUtf8, toBase64, utf8 } from './bytes.js';
import { ScramClient } from './scram.js';

/** One SASL authentication of a client. Texts are the base64 contents of `<auth>`, `<challenge>`, `<response>`, `<success>`. */
export interface SaslClient {
  mechanism: string;
  initial(): string;
  /** @throws {ScramError} when the server breaks the mechanism */
  respond(challenge: string): Promise<string>;
  /** @throws {ScramError} when the server does not prove that it knows the password */
  succeed(final: string): void;
}

/**
 * Picks the best mechanism that is offered: SCRAM-SHA-256, SCRAM-SHA-1, then PLAIN, which is all that Finesse's own
 * service has (SampleNotificationService.pdf). Null when none fits; PLAIN needs `allowPlain`.
 */
export function chooseSasl(
  offered: readonly string[],
  credentials: { username: string; password: string },
  allowPlain: boolean,
): SaslClient | null {
  const { username, password } = credentials;
  for (const hash of ['SHA-256', 'SHA-1'] as const) {
    const mechanism = `SCRAM-${hash}`;
    if (!offered.includes(mechanism)) continue;
    const scram = new ScramClient(hash, username, password);
    return {
      mechanism,
      initial: () => toBase64(utf8(scram.first())),
      respond: async (challenge) => toBase64(utf8(await scram.final(fromUtf8(fromBase64(challenge))))),
      succeed: (final) => scram.verify(fromUtf8(fromBase64(final))),
    };
  }
  if (!allowPlain || !offered.includes('PLAIN')) return null;
  return {
    mechanism: 'PLAIN',
    initial: () => toBase64(utf8(`\0${username}\0${password}`)),
    respond: () => Promise.resolve(''),
    succeed: () => undefined,
  };
}
