import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  agentsOf,
  defaultContactCenter,
  parseContactCenter,
  queuesOf,
  readContactCenter,
} from '../src/contact-center.js';

describe('the contact center of a lab', () => {
  it('is read from the file that ships with the lab', () => {
    const center = readContactCenter();
    expect(center.agents[0]).toMatchObject({
      id: '1001001',
      extension: '1001001',
      roles: ['Agent', 'Supervisor'],
    });
    expect(center.reasonCodes.map(({ label }) => label)).toContain('Lunch');
  });

  it('has as many agents as are asked for, all different', () => {
    const center = readContactCenter();
    expect(agentsOf(center, 3).map(({ id }) => id)).toEqual(['1001001', '1001002', '1001003']);
    const many = agentsOf(center, 500);
    expect(new Set(many.map(({ id }) => id)).size).toBe(500);
    expect(new Set(many.map(({ skillTargetId }) => skillTargetId)).size).toBe(500);
  });

  it('lets queues be answered by those who are there', () => {
    const center = readContactCenter();
    const [sales, support] = queuesOf(center, agentsOf(center, 3));
    expect(sales?.skillTargetIds).toEqual([5001, 5002, 5003]);
    expect(support?.skillTargetIds).toEqual([5001, 5003]);
  });

  const good = readFileSync(defaultContactCenter, 'utf8');
  const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

  it.each([
    ['a text that is no YAML', 'teams:', 'teams: [', /contact\.yaml:\d+: /],
    ['an unknown key', 'label: Coffee', 'label: Coffee, forAl: true', /: reasonCodes\.2: .*forAl/],
    ['a value of the wrong kind', 'code: 12', 'code: twelve', /: reasonCodes\.2\.code: /],
    [
      'an agent of no team',
      'agent3, teamId: "1"',
      'agent3, teamId: "9"',
      /: agents\.2\.teamId: there is no team 9/,
    ],
    ['an id that occurs twice', '"1001004"', '"1001003"', /: agents\.3\.id: 1001003 occurs twice/],
  ])('is refused with the line: %s', (_what, part, bad, message) => {
    expect(good).toContain(part);
    const text = good.replace(part, bad);
    const read = () => parseContactCenter(text, 'contact.yaml');
    expect(read).toThrow(message);
    if (!bad.endsWith('[')) expect(read).toThrow(`contact.yaml:${lineOf(good, part)}: `);
  });

  it('is refused when it cannot be read', () => {
    expect(() => readContactCenter('/nowhere.yaml')).toThrow('/nowhere.yaml cannot be read');
  });
});
