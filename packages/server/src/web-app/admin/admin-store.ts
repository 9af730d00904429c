/** What administrators configure, as it is now: looked up by users' resources, changed by the configuration resources. */
import {
  type AdminRecords,
  type Contradiction,
  contradictions,
  type PhoneBookRecord,
  type ReasonCodeRecord,
  type RecordRules,
  type WrapUpReasonRecord,
} from './records.js';

/** A change that would contradict what is there; nothing was changed. */
export class ContradictionError extends Error {
  readonly kind = 'contradiction';
  readonly contradiction: Contradiction;

  constructor(contradiction: Contradiction) {
    super(contradiction.message);
    this.contradiction = contradiction;
  }
}

/** Where records outlive the process. */
export interface AdminPersistence {
  /** Writes all of it or nothing. */
  save(records: AdminRecords): void;
}

/** The records, and who they are for. */
export class AdminStore {
  readonly #rules: RecordRules;
  readonly #onChanged: () => void;
  readonly #persistence: AdminPersistence | null;
  #records: AdminRecords;

  /**
   * @param onChanged called after each change
   * @param persistence null: what changes is forgotten with the process
   */
  constructor(
    { reasonCodes, wrapUpReasons, phoneBooks }: AdminRecords,
    rules: RecordRules,
    onChanged: () => void,
    persistence: AdminPersistence | null = null,
  ) {
    this.#records = { reasonCodes, wrapUpReasons, phoneBooks };
    this.#onChanged = onChanged;
    this.#rules = rules;
    this.#persistence = persistence;
  }

  /** All of them; never changed, only replaced. */
  get records(): AdminRecords {
    return this.#records;
  }

  /** Those that a member of the team has. */
  reasonCodesOf(teamId: string): readonly ReasonCodeRecord[] {
    return this.#records.reasonCodes.filter((code) => isFor(code, teamId));
  }

  /** Those that a member of the team has. */
  wrapUpReasonsOf(teamId: string): readonly WrapUpReasonRecord[] {
    return this.#records.wrapUpReasons.filter((reason) => isFor(reason, teamId));
  }

  /** Those that a member of the team has, global ones first ("TeamResource, Get Phone Books"). */
  phoneBooksOf(teamId: string): readonly PhoneBookRecord[] {
    const all = this.#records.phoneBooks;
    return [
      ...all.filter(({ type }) => type === 'GLOBAL'),
      ...all.filter(({ type, teams }) => type === 'TEAM' && teams.includes(teamId)),
    ];
  }

  /**
   * Puts other records in place of some.
   * @throws ContradictionError; whatever the persistence throws, and then nothing is changed
   */
  change(change: Partial<AdminRecords>): void {
    const next = { ...this.#records, ...change };
    const [first] = contradictions(next, this.#rules);
    if (first !== undefined) throw new ContradictionError(first);
    this.#persistence?.save(next);
    this.#records = next;
    this.#onChanged();
  }
}

function isFor({ forAll, teams }: { forAll: boolean; teams: readonly string[] }, teamId: string): boolean {
  return forAll || teams.includes(teamId);
}
