import { describe, expect, test } from 'vitest';
import { dialableNumber, type Entry, searchEntries } from '../src/phone-book/contacts.ts';

const entry = (name: string, number: string, description = ''): Entry => ({
  key: name,
  name,
  number,
  description,
  book: 'Company',
});
const entries = [
  entry('Jonas Rüegg', '1004', 'Second line'),
  entry('Maria Keller', '+41 44 555', 'Keller AG'),
];
const found = (query: string) => searchEntries(entries, query).map(({ name }) => name);

describe('the search in the phone book', () => {
  test('finds everybody without a query', () => {
    expect(found('  ')).toHaveLength(2);
  });

  test('needs neither accents nor letter case', () => {
    expect(found('ruegg')).toEqual(['Jonas Rüegg']);
  });

  test('looks for every word, in names, numbers and descriptions', () => {
    expect(found('second jonas')).toEqual(['Jonas Rüegg']);
    expect(found('555')).toEqual(['Maria Keller']);
    expect(found('jonas keller')).toEqual([]);
  });
});

test('a number may be written as people write it', () => {
  expect(dialableNumber('+41 (44) 555-01.23')).toBe('+41445550123');
  expect(dialableNumber('*21#')).toBe('*21#');
  expect(dialableNumber('Maria')).toBeNull();
  expect(dialableNumber('')).toBeNull();
});
