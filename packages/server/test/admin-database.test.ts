import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdminDatabase, DatabaseError } from '../src/web-app/admin/database.js';
import { migrations } from '../src/web-app/admin/migrations.js';
import type { AdminRecords } from '../src/web-app/admin/records.js';

const records: AdminRecords = {
  reasonCodes: [
    { id: '16', category: 'NOT_READY', code: 10, label: 'Lunch', forAll: true, teams: [] },
    { id: '17', category: 'LOGOUT', code: 1, label: "It's late", forAll: false, teams: ['2', '1'] },
  ],
  wrapUpReasons: [{ id: '1', label: 'Order', forAll: true, teams: [] }],
  phoneBooks: [
    {
      id: '1',
      name: 'Company',
      type: 'GLOBAL',
      teams: [],
      contacts: [{ id: '1', firstName: 'Ada', lastName: '', phoneNumber: '2001', description: 'Äöü' }],
    },
  ],
};

describe('the database of a node', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fha-admin-'));
    file = join(directory, 'admin.db');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** As a process does that starts, does something and ends. */
  function used<T>(work: (database: AdminDatabase) => T): T {
    const database = AdminDatabase.open(file);
    try {
      return work(database);
    } finally {
      database.close();
    }
  }

  it('is empty when it is new, and that is not the same as having nothing', () => {
    expect(used((database) => database.load())).toBeNull();
    const nothing: AdminRecords = { reasonCodes: [], wrapUpReasons: [], phoneBooks: [] };
    used((database) => database.save(nothing));
    expect(used((database) => database.load())).toEqual(nothing);
  });

  it('has after a restart what was saved, in its order', () => {
    used((database) => database.save(records));
    expect(used((database) => database.load())).toEqual(records);
  });

  it('has the last of several changes', () => {
    const fewer: AdminRecords = { ...records, reasonCodes: records.reasonCodes.slice(1), phoneBooks: [] };
    used((database) => {
      database.save(records);
      database.save(fewer);
    });
    expect(used((database) => database.load())).toEqual(fewer);
  });

  it('is brought to the present form when it is older', () => {
    const old = new sqlite.Database(file);
    expect(old.get('PRAGMA user_version')).toEqual({ user_version: 0 });
    old.close();
    used((database) => database.save(records));
    const migrated = new sqlite.Database(file);
    expect(migrated.get('PRAGMA user_version')).toEqual({ user_version: migrations.length });
    migrated.close();
  });

  it('is refused when a later server made it', () => {
    const later = new sqlite.Database(file);
    later.exec(`PRAGMA user_version = ${migrations.length + 1}`);
    later.close();
    expect(() => AdminDatabase.open(file)).toThrow(DatabaseError);
    expect(() => AdminDatabase.open(file)).toThrow(`${file}: it is of version ${migrations.length + 1}`);
  });

  it('is refused when it is no database', () => {
    writeFileSync(file, 'teams: []\n'.repeat(200));
    expect(() => AdminDatabase.open(file)).toThrow(file);
  });
});
