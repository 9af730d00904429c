/** Incidents in a SQLite file: what was wrong with which node, from when to when. */
import { existsSync, rmSync, statSync } from 'node:fs';
import sqlite from 'node-sqlite3-wasm';

/** One stretch of time in which a node was not up. Instants are epoch milliseconds. */
export interface Incident {
  node: string;
  startedAt: number;
  /** Null as long as it lasts. */
  endedAt: number | null;
  /** The first cause that was told, or what it turned out to be. */
  cause: string;
  /** It ended while nobody watched: `endedAt` is when that was noticed. */
  endNoticedLate: boolean;
}

/** The file cannot be used; the message names it and says why. */
export class IncidentFileError extends Error {
  readonly kind = 'incident-file';
}

/** Even readers exclude each other in this build of SQLite; none takes longer than milliseconds. */
const patience = 'PRAGMA busy_timeout = 2000';

const schema = `CREATE TABLE IF NOT EXISTS incidents (
  id INTEGER PRIMARY KEY, node TEXT NOT NULL, startedAt INTEGER NOT NULL, endedAt INTEGER,
  cause TEXT NOT NULL, endNoticedLate INTEGER NOT NULL DEFAULT 0);
  CREATE INDEX IF NOT EXISTS incidentsByStart ON incidents (startedAt);
  CREATE INDEX IF NOT EXISTS incidentsByEnd ON incidents (endedAt)`;

/** The lock is held for one statement, which takes milliseconds: whoever has held it for so long was killed meanwhile. */
const staleLockMs = 10_000;

/** A node that goes up and down for months must not fill the disk. */
const mostIncidents = 10_000;

/** Incidents of one monitor. One process writes; any number may read. */
export class IncidentLog {
  readonly #file: string;
  readonly #database: InstanceType<typeof sqlite.Database>;
  readonly #retentionMs: number;
  readonly #most: number;
  /** Nodes of which this process has seen the state: what was open before it began is not its own. */
  readonly #seen = new Set<string>();

  private constructor(
    file: string,
    database: InstanceType<typeof sqlite.Database>,
    retentionMs: number,
    most: number,
  ) {
    this.#file = file;
    this.#database = database;
    this.#retentionMs = retentionMs;
    this.#most = most;
  }

  /**
   * Opens the file to write, and makes it when it is missing. An incident that a former process left open goes on until
   * the node is seen up.
   * @param file `:memory:` keeps them as long as the process lives
   * @param retentionMs ended incidents older than this are deleted
   * @param most of more than these the oldest are deleted
   * @throws {IncidentFileError}
   */
  static open(file: string, retentionMs: number, most = mostIncidents): IncidentLog {
    // A process that was killed leaves its lock behind, which nobody else can hold: one process writes.
    if (existsSync(`${file}.lock`)) rmSync(`${file}.lock`, { recursive: true });
    return attempt(file, () => {
      const database = new sqlite.Database(file);
      try {
        database.exec(patience);
        database.exec(schema);
      } catch (error) {
        database.close();
        throw error;
      }
      return new IncidentLog(file, database, retentionMs, most);
    });
  }

  /** Opens an existing file to read, while another process may write it. @throws {IncidentFileError} */
  static read(file: string): IncidentLog {
    return attempt(file, () => {
      if (!existsSync(file)) throw new Error('no such file; `finesse-ha watch --incidents FILE` makes it');
      // A statement that a killed process left half done is rolled back by the next one, which must be able to write.
      const database = new sqlite.Database(file, { readOnly: !existsSync(`${file}-journal`) });
      database.exec(patience);
      return new IncidentLog(file, database, Number.POSITIVE_INFINITY, mostIncidents);
    });
  }

  /**
   * Tells the state of a node as it is at `at`: begins an incident, ends one, or changes nothing.
   * @throws {IncidentFileError}
   */
  observe(node: string, up: boolean, cause: string, at: number): void {
    attempt(this.#file, () => {
      const open = this.#database.get('SELECT id FROM incidents WHERE node = ? AND endedAt IS NULL', [node]);
      const first = !this.#seen.has(node);
      this.#seen.add(node);
      if (up && open !== null && open !== undefined) {
        const late = first ? 1 : 0;
        this.#database.run(
          'UPDATE incidents SET endedAt = ?, endNoticedLate = ? WHERE node = ? AND endedAt IS NULL',
          [at, late, node],
        );
        this.#database.run('DELETE FROM incidents WHERE endedAt < ?', [at - this.#retentionMs]);
        this.#database.run('DELETE FROM incidents WHERE id <= (SELECT max(id) FROM incidents) - ?', [
          this.#most,
        ]);
      } else if (!up && (open === null || open === undefined)) {
        this.#database.run('INSERT INTO incidents (node, startedAt, cause) VALUES (?, ?, ?)', [
          node,
          at,
          cause,
        ]);
      }
    });
  }

  /** What is wrong with a node turned out to be something else than was thought at first. @throws {IncidentFileError} */
  refine(node: string, cause: string): void {
    attempt(this.#file, () =>
      this.#database.run('UPDATE incidents SET cause = ? WHERE node = ? AND endedAt IS NULL', [cause, node]),
    );
  }

  /** The latest ones, the latest first. @throws {IncidentFileError} */
  recent(count: number): Incident[] {
    return attempt(this.#file, () =>
      this.#database
        .all('SELECT * FROM incidents ORDER BY startedAt DESC, id DESC LIMIT ?', [count])
        .map(incidentOf),
    );
  }

  /** Those that lasted at or after `since`, the oldest first. @throws {IncidentFileError} */
  list(since: number): Incident[] {
    return attempt(this.#file, () =>
      this.#database
        .all('SELECT * FROM incidents WHERE endedAt IS NULL OR endedAt >= ? ORDER BY startedAt, id', [since])
        .map(incidentOf),
    );
  }

  /** Closes the file. Twice does no harm. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function incidentOf(row: Record<string, unknown>): Incident {
  const { node, startedAt, endedAt, cause, endNoticedLate } = row;
  return {
    node: String(node),
    startedAt: Number(startedAt),
    endedAt: endedAt === null ? null : Number(endedAt),
    cause: String(cause),
    endNoticedLate: endNoticedLate === 1,
  };
}

function attempt<T>(file: string, work: () => T): T {
  try {
    removeStaleLock(file);
    return work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const hint = /locked/.test(why)
      ? ' (by a process that was killed a moment ago: try again in ten seconds)'
      : '';
    throw new IncidentFileError(`${file}: ${why}${hint}`);
  }
}

function removeStaleLock(file: string): void {
  const lock = statSync(`${file}.lock`, { throwIfNoEntry: false });
  if (lock === undefined || Date.now() - lock.mtimeMs < staleLockMs) return;
  rmSync(`${file}.lock`, { recursive: true, force: true });
}
