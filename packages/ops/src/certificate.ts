import { X509Certificate } from 'node:crypto';
import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';

/** Where a certificate (with its chain) and its key are, in PEM. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate with its key, as `tls` takes them. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** What is told of an operator's certificate. */
export interface CertificateObserver {
  /** A new one is in use from now on. Connections that stand keep the one they began with. */
  onRenewed(certificate: Certificate, validTo: string): void;
  /** The new files cannot be used; the old certificate stays. */
  onRefused(reason: string): void;
}

/** Renewals write several files; they are read when nothing was written for so long. */
const settleMs = 200;

/**
 * Reads a certificate.
 * @throws {Error} when a file cannot be read, key and certificate do not fit, or its time is over
 */
export function readCertificate({ certFile, keyFile }: CertificateFiles): Certificate {
  const cert = readFileSync(certFile);
  const key = readFileSync(keyFile);
  createSecureContext({ cert, key });
  const { validTo } = new X509Certificate(cert);
  if (Date.parse(validTo) <= Date.now()) throw new Error(`${certFile}: the certificate ended on ${validTo}`);
  return { cert, key };
}

/** Follows the files of a certificate: reads them again when they change, and on SIGHUP. */
export class CertificateWatch {
  readonly #files: CertificateFiles;
  readonly #observer: CertificateObserver;
  readonly #watchers: FSWatcher[];
  #current: Certificate;
  #timer: NodeJS.Timeout | undefined;
  readonly #onHangUp = () => this.#reload(true);

  /** @param current what is in use, which is not told of again */
  constructor(files: CertificateFiles, current: Certificate, observer: CertificateObserver) {
    this.#files = files;
    this.#current = current;
    this.#observer = observer;
    // The directories: renewals put new files (or links to them) in the place of the old.
    const directories = new Set([dirname(files.certFile), dirname(files.keyFile)]);
    this.#watchers = [...directories].map((directory) => {
      const watcher = watch(directory, { persistent: false }, () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#reload(false), settleMs).unref();
      });
      // A directory that is gone: SIGHUP is left.
      watcher.on('error', (error) => observer.onRefused(`${directory}: ${error.message}`));
      return watcher;
    });
    process.on('SIGHUP', this.#onHangUp);
  }

  /** Follows them no more. */
  stop(): void {
    clearTimeout(this.#timer);
    process.off('SIGHUP', this.#onHangUp);
    for (const watcher of this.#watchers) watcher.close();
  }

  #reload(asked: boolean): void {
    try {
      const read = readCertificate(this.#files);
      const same = read.cert.equals(this.#current.cert) && read.key.equals(this.#current.key);
      // Something else in the directory changed.
      if (same && !asked) return;
      this.#current = read;
      this.#observer.onRenewed(read, new X509Certificate(read.cert).validTo);
    } catch (error) {
      this.#observer.onRefused(error instanceof Error ? error.message : String(error));
    }
  }
}
