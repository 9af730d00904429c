import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { SubjectName } from '../subjects/subject.js';

/** What an application that uses the library has to import. */
const entries: Readonly<Record<SubjectName, string>> = {
  'finesse-ha': "export { FinesseClient } from '@finesse-ha/client';",
  '@xmpp/client': "export { client, xml } from '@xmpp/client';",
  'strophe.js': "export { Strophe, $pres } from 'strophe.js';",
  stanza: "export { createClient } from 'stanza';",
};

export interface BundleSize {
  minifiedBytes: number;
  gzippedBytes: number;
}

/** The library bundled for the browser by esbuild, minified, and gzipped at level 9. Null where it cannot be bundled as it is. */
export async function bundleSize(name: SubjectName): Promise<BundleSize | null> {
  try {
    const { outputFiles } = await build({
      stdin: { contents: entries[name], resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      logLevel: 'silent',
      // A library made for Node is counted without what it would take to stand in for Node's own modules.
      external: ['node:*'],
      define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
    });
    const code = outputFiles[0]?.contents ?? new Uint8Array();
    return { minifiedBytes: code.byteLength, gzippedBytes: gzipSync(code, { level: 9 }).byteLength };
  } catch {
    return null;
  }
}
