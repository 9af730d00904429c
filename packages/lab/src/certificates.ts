import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The lab's certificate: one for both nodes, its own authority, for STARTTLS, direct TLS and HTTPS. */
export interface LabCertificate {
  certFile: string;
  keyFile: string;
  /** PEM, for a client's `ca`. */
  ca: string;
}

/** Makes a certificate for the addresses and writes it into the run directory, readable by its owner only. */
export async function makeCertificate(dir: string, addresses: readonly string[]): Promise<LabCertificate> {
  // Loaded when it is needed: it takes longer than all the rest, and most commands make no certificate.
  const { generate } = await import('selfsigned');
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'finesse-ha lab' }], {
    keyType: 'ec',
    curve: 'P-256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
          { type: 2 as const, value: 'localhost' },
        ],
      },
    ],
  });
  const certFile = join(dir, 'cert.pem');
  const keyFile = join(dir, 'key.pem');
  writeFileSync(certFile, cert, { mode: 0o600 });
  writeFileSync(keyFile, key, { mode: 0o600 });
  return { certFile, keyFile, ca: cert };
}
