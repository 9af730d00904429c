import { fromBase64, fromUtf8, toBase64, utf8 } from './bytes.js';
import { ScramClient, type ScramHash } from './scram.js';

/** One SASL authentication of a client. Texts are the base64 contents of `<auth>`, `<challenge>`, `<response>`, `<success>`. */
export interface SaslClient {
  mechanism: string;
  /** The initial response, in base64, that goes with the choice of the mechanism. */
  initial(): string;
  /** Rejects with a `ScramError` when the server breaks the mechanism. */
  respond(challenge: string): Promise<string>;
  /** @throws {ScramError} when the server does not prove that it knows the password */
  succeed(final: string): void;
}

/**
 * Picks the best mechanism that is offered: SCRAM-SHA-256, SCRAM-SHA-1, then PLAIN, which is all that Finesse's own
 * service has (SampleNotificationService.pdf). Null when none fits. PLAIN needs `allowPlain`; SCRAM needs WebCrypto's
 * `subtle`, which a browser keeps from pages that came without TLS.
 */
export function chooseSasl(
  offered: readonly string[],
  credentials: { username: string; password: string },
  allowPlain: boolean,
): SaslClient | null {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  for (const hash of ['SHA-256', 'SHA-1'] as const) {
    if (subtle !== undefined && offered.includes(`SCRAM-${hash}`)) return scramSasl(hash, credentials);
  }
  return allowPlain && offered.includes('PLAIN') ? plainSasl(credentials) : null;
}

function scramSasl(
  hash: ScramHash,
  { username, password }: { username: string; password: string },
): SaslClient {
  const scram = new ScramClient(hash, username, password);
  let answered = false;
  let verified = false;
  const verify = (final: string) => {
    scram.verify(fromUtf8(fromBase64(final)));
    verified = true;
  };
  return {
    mechanism: `SCRAM-${hash}`,
    initial: () => toBase64(utf8(scram.first())),
    respond: async (challenge) => {
      if (!answered) {
        answered = true;
        return toBase64(utf8(await scram.final(fromUtf8(fromBase64(challenge)))));
      }
      // The proof may come as a last challenge instead of with the success (RFC 4422 3.6).
      verify(challenge);
      return '';
    },
    succeed: (final) => {
      if (!verified) verify(final);
    },
  };
}

/** RFC 4616. */
function plainSasl({ username, password }: { username: string; password: string }): SaslClient {
  return {
    mechanism: 'PLAIN',
    initial: () => toBase64(utf8(`\0${username}\0${password}`)),
    respond: () => Promise.resolve(''),
    succeed: () => undefined,
  };
}
