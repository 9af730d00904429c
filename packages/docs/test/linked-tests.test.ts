/** Pages that say what is tested where: each test that they link to exists under that name. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** The source says it as text or with an escape. */
function plain(text: string): string {
  return text.replaceAll('\\u2019', '’').replaceAll("\\'", "'");
}

describe.each([
  ['security.md', 'threat', 15],
  ['conformance.md', 'requirement', 80],
])('docs/%s', (name, firstColumn, atLeast) => {
  const page = new URL(`../../../docs/${name}`, import.meta.url);
  const rows = readFileSync(page, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (---|not offered)/.test(line))
    .filter((line) => !line.startsWith(`| ${firstColumn}`));
  const claims = rows.filter((row) => !row.startsWith('| **'));

  it(`has a row for each ${firstColumn}`, () => expect(claims.length).toBeGreaterThan(atLeast));

  it.each(claims)('names tests that exist: %s', (claim) => {
    const links = [...claim.matchAll(/\[([^\]]+)\]\((\.\.\/[^)]+\.test\.ts)\)/g)];
    expect(links).not.toEqual([]);
    for (const [, test = '', file = ''] of links) {
      expect(plain(readFileSync(new URL(file, page), 'utf8'))).toContain(test);
    }
  });
});
