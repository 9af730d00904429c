import { describe, expect, it } from 'vitest';
import { alerts, parseRange } from '../src/range.js';

describe('ranges of the Nagios plug-in guidelines', () => {
  it.each([
    ['10', [-1, 11], [0, 10]],
    ['10:', [9], [10, 1e9]],
    ['~:10', [11], [-1e9, 10]],
    ['10:20', [9, 21], [10, 20]],
    ['@10:20', [10, 20], [9, 21]],
    ['-5.5:5.5', [-6, 6], [-5, 5]],
  ])('%s', (text, bad, good) => {
    const range = parseRange(text);
    for (const value of bad) expect(alerts(range, value)).toBe(true);
    for (const value of good) expect(alerts(range, value)).toBe(false);
  });

  it.each(['', '@', ':', 'soon', '1:2:3', '~', '20:10'])('"%s" is none', (text) => {
    expect(() => parseRange(text)).toThrow(`"${text}"`);
  });
});
