import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const page = new URL('../../../docs/security.md', import.meta.url);
const threats = readFileSync(page, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| threat') && !line.startsWith('| ---'));

/** The source says it as text or with an escape. */
function plain(text: string): string {
  return text.replaceAll('\\u2019', '’').replaceAll("\\'", "'");
}

describe('docs/security.md', () => {
  it('has threats', () => expect(threats.length).toBeGreaterThan(15));

  it.each(threats)('names tests that exist: %s', (threat) => {
    const links = [...threat.matchAll(/\[([^\]]+)\]\((\.\.\/[^)]+\.test\.ts)\)/g)];
    expect(links).not.toEqual([]);
    for (const [, name = '', file = ''] of links) {
      expect(plain(readFileSync(new URL(file, page), 'utf8'))).toContain(name);
    }
  });
});
