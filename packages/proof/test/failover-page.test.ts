import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { failoverPage } from '../src/index.js';

it('docs/failover.md shows the state machine and the properties as they are (npm run docs:failover)', {
  timeout: 120_000,
}, () => {
  const page = readFileSync(new URL('../../../docs/failover.md', import.meta.url), 'utf8');
  expect(failoverPage(page)).toBe(page);
});

it('a page without a place for them is refused', () => {
  expect(() => failoverPage('# Failover')).toThrow('no markers for "state machine"');
});
