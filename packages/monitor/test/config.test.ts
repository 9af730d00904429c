import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readConfig } from '../src/config.js';

const directory = mkdtempSync(join(tmpdir(), 'finesse-ha-config-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = join(directory, 'monitor.yaml');
const read = (text: string, env: Record<string, string> = {}) => {
  writeFileSync(file, text);
  return readConfig(file, env);
};
const nodes = 'nodes: ["https://fin-a.example:8445"]';

it('takes values from the environment, which cannot change the structure of the file', () => {
  const text = `
nodes: ["https://\${HOST:-fin-a.example}:8445"]
user: monitor1
password: \${SECRET}
webSocketPort: \${WS_PORT:-7443}
interval: 10s
incidents: { file: "$\${x}.db", keep: 30d }
metrics: 127.0.0.1:9464
check: { roundTripMs: { warning: 500, critical: "~:2000" } }`;
  expect(read(text, { SECRET: 'a: "b' })).toMatchObject({
    nodes: ['https://fin-a.example:8445'],
    password: 'a: "b',
    webSocketPort: 7443,
    interval: 10_000,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what an escaped substitution stands for
    incidents: { file: '${x}.db', keep: 30 * 86_400_000 },
    metrics: { host: '127.0.0.1', port: 9464 },
    check: { roundTripMs: { warning: { low: 0, high: 500 }, critical: { high: 2_000 } } },
  });
});

it.each([
  [`${nodes}\nuser: a\npassword: \${SECRET}`, 'password: the environment variable SECRET is not set'],
  ['nodes: [fin-a]', 'nodes.0: must be a URL such as'],
  [`${nodes}\nuser: a`, 'user: needs password'],
  [`${nodes}\ninterval: soon`, 'interval: must be a number and s, m, h or d'],
  [`${nodes}\nmetrics: here`, 'metrics: must be :PORT or HOST:PORT'],
  [
    `${nodes}\ncheck: { roundTripMs: { warning: "x", critical: 1 } }`,
    'check.roundTripMs.warning: must be a range',
  ],
  [`${nodes}\ncolour: red`, 'the file: Unrecognized key: "colour"'],
  ['nodes: [', ''],
  ['', 'the file: '],
])('%j is refused by file, path and reason', (text, sentence) => {
  expect(() => read(text)).toThrow(`${file}: ${sentence}`);
});

it('never says a value, which may be a secret', () => {
  expect(() => read(`${nodes}\nuser: [\${SECRET}]\npassword: [\${SECRET}]`, { SECRET: 'hush' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hush') }),
  );
});

it('names a file that cannot be read', () => {
  expect(() => readConfig('/nonexistent.yaml', {})).toThrow('/nonexistent.yaml');
});
