import type { AgentClient, Contact } from '@finesse-ha/client';

/** A contact as people look for it. */
export interface Entry {
  readonly key: string;
  readonly name: string;
  readonly number: string;
  readonly description: string;
  readonly book: string;
}

/** All contacts of all phone books of an agent, by name. */
export async function loadEntries(client: AgentClient): Promise<readonly Entry[]> {
  const books = await client.phoneBooks();
  const lists = await Promise.all(
    books.map(async ({ uri, name }) => {
      const contacts = await client.contacts(uri.slice(uri.lastIndexOf('/') + 1));
      return contacts.map((contact) => entryOf(contact, name));
    }),
  );
  return lists.flat().sort((one, other) => one.name.localeCompare(other.name));
}

function entryOf({ uri, firstName, lastName, phoneNumber, description }: Contact, book: string): Entry {
  const name = [firstName, lastName].filter((part) => part !== '').join(' ');
  return {
    key: `${book} ${uri} ${phoneNumber}`,
    name: name === '' ? phoneNumber : name,
    number: phoneNumber,
    description,
    book,
  };
}

/** The entries that have every word of the query in their name, number or description. */
export function searchEntries(entries: readonly Entry[], query: string): readonly Entry[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    const text = plain(`${entry.name} ${entry.number} ${entry.description} ${entry.book}`);
    return words.every((word) => text.includes(word));
  });
}

/** Without letter case and accents: "Ruegg" finds "Rüegg". */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The number to dial for what was typed: itself, if it looks like one; spaces and punctuation are left out. */
export function dialableNumber(typed: string): string | null {
  const number = typed.replace(/[\s().\-/]/g, '');
  return /^\+?[0-9*#]+$/.test(number) ? number : null;
}
