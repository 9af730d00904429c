/**
 * Whoever imports one function gets that one: bundled as a browser's application would be, from the built packages.
 */

import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { root } from '../src/workspace.js';

/** The modules that remain in a bundle of this program, and its size in bytes, minified. */
async function bundle(program: string): Promise<{ modules: string[]; bytes: number }> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: program, resolveDir: `${root}packages/release` },
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    treeShaking: true,
    logLevel: 'silent',
  });
  const [output] = Object.values(metafile.outputs);
  const modules = Object.entries(output?.inputs ?? {})
    .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && path !== '<stdin>')
    .map(([path]) => path.replace(/^.*?(packages|node_modules)\//, ''));
  return { modules: modules.sort(), bytes: outputFiles[0]?.contents.byteLength ?? 0 };
}

describe('a bundle of one function', () => {
  it('of protocol has no XML parser and no other codec', async () => {
    const { modules, bytes } = await bundle(
      "import { bareJid } from '@finesse-ha/protocol'; console.log(bareJid('a@b/c'));",
    );
    expect(modules).toEqual(['protocol/dist/jid.js']);
    expect(bytes).toBeLessThan(1_000);
  });

  it('of client has no client', async () => {
    const { modules, bytes } = await bundle(
      "import { nodeOrigin } from '@finesse-ha/client'; console.log(nodeOrigin('https://a:8445/'));",
    );
    expect(modules.filter((path) => !path.startsWith('client/dist/'))).toEqual([]);
    expect(modules).not.toContain('client/dist/client.js');
    expect(modules).not.toContain('client/dist/xmpp-connection.js');
    expect(bytes).toBeLessThan(6_000);
  });

  it('of client without calls and teams leaves those out', async () => {
    const wallboard = await bundle("export { FinesseClient } from '@finesse-ha/client';");
    const desktop = await bundle("export { AgentClient } from '@finesse-ha/client';");
    expect(wallboard.modules.filter((path) => path.startsWith('client/dist/agent/'))).toEqual([]);
    expect(wallboard.modules).not.toContain('client/dist/platform/node.js');
    expect(wallboard.bytes).toBeLessThan(desktop.bytes);
  });
});
