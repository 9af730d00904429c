/** What administrators configure beside agents, teams and queues: its shape, and what each field may hold. */
import { z } from 'zod';

/** Resources are named by numbers; a file may leave out the quotes. */
const id = z
  .union([z.string(), z.int()])
  .transform(String)
  .pipe(z.string().regex(/^[1-9][0-9]{0,9}$/, 'must be a positive number'));
/** A reason for all, or for the teams that are named ("ReasonCode API Parameters", forAll). */
const audience = {
  forAll: z.boolean().default(true),
  /** Ids of teams; of no effect where it is for all. */
  teams: z.array(z.string()).default([]),
};

/** A reason to be Not Ready or to sign out ("ReasonCode API Parameters"; dev guide 12.5 p.237). */
export const reasonCodeSchema = z.strictObject({
  id,
  category: z.enum(['NOT_READY', 'LOGOUT']),
  /** What goes over CTI, a USHORT there (GED-188, SET_AGENT_STATE_REQ EventReasonCode). */
  code: z.int().min(1).max(65_535),
  label: z.string().min(1).max(40),
  ...audience,
});

/** CallWrapupData of GED-188 holds what is chosen. */
const WRAP_UP_BYTES = 39;

/** A reason that an agent gives a call ("WrapUpReason API Parameters"; dev guide 12.5 p.244). */
export const wrapUpReasonSchema = z.strictObject({
  id,
  label: z
    .string()
    .min(1)
    .refine((label) => Buffer.byteLength(label) <= WRAP_UP_BYTES, `has more than ${WRAP_UP_BYTES} bytes`),
  ...audience,
});

const name = z.string().max(128).default('');

/** Somebody to call ("Contact API Parameters"). */
export const contactSchema = z.strictObject({
  id,
  firstName: name,
  lastName: name,
  phoneNumber: z.string().min(1).max(32),
  description: name,
});

/** Contacts for everyone, or for the teams that are named ("PhoneBook API Parameters"). */
export const phoneBookSchema = z.strictObject({
  id,
  name: z.string().min(1).max(64),
  type: z.enum(['GLOBAL', 'TEAM']).default('GLOBAL'),
  /** Ids of teams; of no effect where it is for all. */
  teams: z.array(z.string()).default([]),
  contacts: z.array(contactSchema).default([]),
});

/** A reason code as the deployment has it. */
export type ReasonCodeRecord = z.output<typeof reasonCodeSchema>;
/** A wrap-up reason as the deployment has it. */
export type WrapUpReasonRecord = z.output<typeof wrapUpReasonSchema>;
/** A phone book with its contacts. */
export type PhoneBookRecord = z.output<typeof phoneBookSchema>;
export type ContactRecord = z.output<typeof contactSchema>;

/** Everything of it. */
export interface AdminRecords {
  readonly reasonCodes: readonly ReasonCodeRecord[];
  readonly wrapUpReasons: readonly WrapUpReasonRecord[];
  readonly phoneBooks: readonly PhoneBookRecord[];
}

/** The most that Finesse takes: contacts in all phone books of a team, global and team phone books ("PhoneBook"). */
export const limits = { contacts: 6_000, globalPhoneBooks: 10, teamPhoneBooks: 300 } as const;

/** A record that contradicts another; `path` leads to it as in a file. */
export interface Contradiction {
  readonly path: (string | number)[];
  readonly message: string;
}

/** The greatest reason code ("ReasonCode API Parameters"). */
const greatestCode = { UCCE: 65_535, UCCX: 999 } as const;

/** What the deployment allows. */
export interface RecordRules {
  /** The teams that there are. */
  readonly teamIds: ReadonlySet<string>;
  readonly deploymentType: 'UCCE' | 'UCCX';
}

/** What the records, each valid by itself, contradict each other and the deployment in. */
export function contradictions(
  records: AdminRecords,
  { teamIds, deploymentType }: RecordRules,
): Contradiction[] {
  const found: Contradiction[] = [];
  const unique = (path: (string | number)[], seen: Set<string>, key: string, what: string) => {
    if (seen.has(key)) found.push({ path, message: `${what} occurs twice` });
    seen.add(key);
  };
  const known = (path: (string | number)[], teams: readonly string[]) => {
    for (const [index, team] of teams.entries()) {
      if (!teamIds.has(team))
        found.push({ path: [...path, 'teams', index], message: `there is no team ${team}` });
    }
  };
  const codes = new Set<string>();
  const codeIds = new Set<string>();
  for (const [index, { id: own, category, code, label, teams }] of records.reasonCodes.entries()) {
    const path = ['reasonCodes', index];
    unique([...path, 'id'], codeIds, own, own);
    // Both pairs must be unique ("ReasonCode API Parameters").
    unique([...path, 'code'], codes, `${category} ${code}`, `${category} code ${code}`);
    unique([...path, 'label'], codes, `${category} "${label}"`, `${category} label "${label}"`);
    known(path, teams);
    const most = greatestCode[deploymentType];
    if (code > most)
      found.push({
        path: [...path, 'code'],
        message: `${code} is more than ${most}, which ${deploymentType} allows`,
      });
  }
  const reasons = new Set<string>();
  const reasonIds = new Set<string>();
  for (const [index, { id: own, label, teams }] of records.wrapUpReasons.entries()) {
    const path = ['wrapUpReasons', index];
    unique([...path, 'id'], reasonIds, own, own);
    unique([...path, 'label'], reasons, label, `"${label}"`);
    known(path, teams);
  }
  const books = new Set<string>();
  const bookIds = new Set<string>();
  for (const [index, { id: own, name: title, teams, contacts }] of records.phoneBooks.entries()) {
    const path = ['phoneBooks', index];
    unique([...path, 'id'], bookIds, own, own);
    unique([...path, 'name'], books, title, `"${title}"`);
    known(path, teams);
    const contactIds = new Set<string>();
    for (const [position, contact] of contacts.entries()) {
      unique([...path, 'contacts', position, 'id'], contactIds, contact.id, contact.id);
    }
  }
  const tooMany = (count: number, most: number, what: string) => {
    if (count > most) found.push({ path: ['phoneBooks'], message: `${count} ${what} are more than ${most}` });
  };
  const count = (type: string) => records.phoneBooks.filter((book) => book.type === type).length;
  tooMany(count('GLOBAL'), limits.globalPhoneBooks, 'global phone books');
  tooMany(count('TEAM'), limits.teamPhoneBooks, 'phone books of teams');
  return found;
}
