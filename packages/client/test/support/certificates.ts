import { generate } from 'selfsigned';

export interface Certificate {
  key: string;
  cert: string;
}

/** A self-signed certificate for these names and addresses, valid around now unless said otherwise. */
export async function certificate(
  names: { dns?: string[]; ip?: string[] },
  validity: { from?: Date; until?: Date } = {},
): Promise<Certificate> {
  const day = 86_400_000;
  const made = await generate([{ name: 'commonName', value: 'finesse-ha test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: validity.from ?? new Date(Date.now() - day),
    notAfterDate: validity.until ?? new Date(Date.now() + day),
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...(names.dns ?? []).map((value) => ({ type: 2 as const, value })),
          ...(names.ip ?? []).map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}
