/**
 * What administrators configure, in a database that outlives the process: SQLite, in WebAssembly so that nothing has to be
 * compiled or fetched beside npm packages. One file belongs to one node.
 */
import { existsSync, rmSync } from 'node:fs';
import sqlite from 'node-sqlite3-wasm';
import type { AdminPersistence } from './admin-store.js';
import { migrations } from './migrations.js';
import {
  type AdminRecords,
  contactSchema,
  phoneBookSchema,
  reasonCodeSchema,
  wrapUpReasonSchema,
} from './records.js';

/** A database that cannot be used; the message names the file and what is wrong with it. */
export class DatabaseError extends Error {
  readonly kind = 'database';
}

type Row = Record<string, unknown>;

/** The database of one node. */
export class AdminDatabase implements AdminPersistence {
  readonly #file: string;
  readonly #database: InstanceType<typeof sqlite.Database>;
  #saved: AdminRecords | null = null;

  private constructor(file: string, database: InstanceType<typeof sqlite.Database>) {
    this.#file = file;
    this.#database = database;
  }

  /**
   * Opens the file, makes it when it is missing, and brings it to the present form.
   * @throws DatabaseError when it is no database, or one of a later version
   */
  static open(file: string): AdminDatabase {
    // A process that was killed leaves its lock behind, which nobody else can hold: the file belongs to this node.
    const lock = `${file}.lock`;
    if (existsSync(lock)) rmSync(lock, { recursive: true });
    return attempt(file, () => {
      const opened = new AdminDatabase(file, new sqlite.Database(file));
      try {
        opened.#migrate();
      } catch (error) {
        opened.close();
        throw error;
      }
      return opened;
    });
  }

  /** What it holds; null when nothing was ever saved. @throws DatabaseError when a record is none */
  load(): AdminRecords | null {
    return attempt(this.#file, () => {
      if (this.#all('SELECT 1 FROM filled').length === 0) return null;
      const teams = this.#all('SELECT kind, id, team FROM teams ORDER BY position');
      const teamsOf = (kind: string, { id }: Row) =>
        teams.filter((one) => one.kind === kind && one.id === id).map(({ team }) => team);
      const contacts = this.#all(
        'SELECT book, id, firstName, lastName, phoneNumber, description FROM contacts ORDER BY position',
      );
      const records: AdminRecords = {
        reasonCodes: this.#all(
          'SELECT id, category, code, label, forAll FROM reasonCodes ORDER BY position',
        ).map((row) =>
          reasonCodeSchema.parse({ ...row, forAll: row.forAll === 1, teams: teamsOf('reasonCode', row) }),
        ),
        wrapUpReasons: this.#all('SELECT id, label, forAll FROM wrapUpReasons ORDER BY position').map((row) =>
          wrapUpReasonSchema.parse({ ...row, forAll: row.forAll === 1, teams: teamsOf('wrapUpReason', row) }),
        ),
        phoneBooks: this.#all('SELECT id, name, type FROM phoneBooks ORDER BY position').map((row) =>
          phoneBookSchema.parse({
            ...row,
            teams: teamsOf('phoneBook', row),
            contacts: contacts
              .filter(({ book }) => book === row.id)
              .map(({ book: _, ...contact }) => contactSchema.parse(contact)),
          }),
        ),
      };
      this.#saved = records;
      return records;
    });
  }

  /** Writes what differs from what was saved or loaded last, all of it or nothing. @throws DatabaseError */
  save(records: AdminRecords): void {
    attempt(this.#file, () => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        this.#write(records);
        this.#database.exec('COMMIT');
      } catch (error) {
        if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
    this.#saved = records;
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #migrate(): void {
    const [row] = this.#all('PRAGMA user_version');
    const version = Number(row?.user_version ?? 0);
    if (version > migrations.length) {
      throw new Error(`it is of version ${version}; this server knows ${migrations.length} at most`);
    }
    for (const [index, sql] of migrations.entries()) {
      if (index < version) continue;
      // Each step with its number, or neither: a step that is cut off is done again.
      this.#database.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${index + 1}; COMMIT`);
    }
  }

  #write(records: AdminRecords): void {
    const { reasonCodes, wrapUpReasons, phoneBooks } = records;
    this.#run('INSERT INTO filled SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM filled)', []);
    if (reasonCodes !== this.#saved?.reasonCodes) {
      this.#replace('reasonCodes', 'reasonCode', reasonCodes, ({ id, category, code, label, forAll }) => ({
        id,
        category,
        code,
        label,
        forAll: forAll ? 1 : 0,
      }));
    }
    if (wrapUpReasons !== this.#saved?.wrapUpReasons) {
      this.#replace('wrapUpReasons', 'wrapUpReason', wrapUpReasons, ({ id, label, forAll }) => ({
        id,
        label,
        forAll: forAll ? 1 : 0,
      }));
    }
    if (phoneBooks !== this.#saved?.phoneBooks) {
      this.#run('DELETE FROM contacts', []);
      this.#replace('phoneBooks', 'phoneBook', phoneBooks, ({ id, name, type }) => ({ id, name, type }));
      for (const { id, contacts } of phoneBooks) {
        for (const [position, contact] of contacts.entries())
          this.#insert('contacts', { position, book: id, ...contact });
      }
    }
  }

  /** Puts records in place of a table's. `kind` names them among those that belong to teams. */
  #replace<R extends { id: string; teams: readonly string[] }>(
    table: string,
    kind: string,
    records: readonly R[],
    columns: (record: R) => Record<string, string | number>,
  ): void {
    this.#run(`DELETE FROM ${table}`, []);
    this.#run('DELETE FROM teams WHERE kind = ?', [kind]);
    for (const [position, record] of records.entries()) {
      this.#insert(table, { position, ...columns(record) });
      for (const [place, team] of record.teams.entries()) {
        this.#insert('teams', { position: place, kind, id: record.id, team });
      }
    }
  }

  #insert(table: string, values: Record<string, string | number>): void {
    const columns = Object.keys(values);
    const places = columns.map(() => '?').join(', ');
    this.#run(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`, Object.values(values));
  }

  #run(sql: string, values: (string | number)[]): void {
    this.#database.run(sql, values);
  }

  #all(sql: string): Row[] {
    return this.#database.all(sql);
  }
}

function attempt<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new DatabaseError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
