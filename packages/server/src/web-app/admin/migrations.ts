/**
 * The steps that bring a database to the present form, in order. A step that was released is never changed: what comes after
 * it is a step of its own.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE filled (yes INTEGER NOT NULL) STRICT;
   CREATE TABLE reasonCodes (
     id TEXT PRIMARY KEY, position INTEGER NOT NULL, category TEXT NOT NULL, code INTEGER NOT NULL, label TEXT NOT NULL,
     forAll INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE wrapUpReasons (
     id TEXT PRIMARY KEY, position INTEGER NOT NULL, label TEXT NOT NULL, forAll INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE phoneBooks (
     id TEXT PRIMARY KEY, position INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL
   ) STRICT;
   CREATE TABLE contacts (
     book TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, firstName TEXT NOT NULL, lastName TEXT NOT NULL,
     phoneNumber TEXT NOT NULL, description TEXT NOT NULL, PRIMARY KEY (book, id)
   ) STRICT;
   CREATE TABLE teams (
     kind TEXT NOT NULL, id TEXT NOT NULL, team TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (kind, id, team)
   ) STRICT`,
];
