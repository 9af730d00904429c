/** The examples in other languages under `finesse-ha conformance`. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isMissing } from './missing.js';

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

async function examine(...command: string[]): Promise<string> {
  const args = [root('packages/cli/bin/finesse-ha.js'), 'conformance', '--fault', 'tomcat', '--', ...command];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  const [code] = await once(child, 'close');
  return `${text}exit code ${code}`;
}

describe.concurrent('the examples of conformance', () => {
  it.skipIf(isMissing('python3-slixmpp'))('pass in Python', { timeout: 90_000 }, async () => {
    const text = await examine('/usr/bin/python3', root('examples/conformance/python/client.py'));
    expect(text).toMatch(/subscriptions +passed +1 restored[\s\S]*\npassed\nexit code 0$/);
  });

  // A JDK is too large a thing to install for one test.
  it.skipIf(spawnSync('javac', ['-version']).status !== 0)('pass in Java', { timeout: 90_000 }, async () => {
    const text = await examine('java', root('examples/conformance/java/Client.java'));
    expect(text).toMatch(/subscriptions +passed +1 restored[\s\S]*\npassed\nexit code 0$/);
  });
});
