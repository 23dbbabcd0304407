/** The tables of `ledger.db`. docs/ledger-format.md, section 8. */

/** "kyrt" */
export const applicationId = 0x6b797274
export const userVersion = 1

const frozen = (table: string): string[] =>
  ['UPDATE', 'DELETE'].map(
    (act) =>
      `CREATE TRIGGER ${table}_refuse_${act.toLowerCase()} BEFORE ${act} ON ${table} BEGIN SELECT RAISE(ABORT, '${table} are only ever added'); END`,
  )

/** Every statement that makes the schema. The triggers are a seat belt, not a boundary; that they are there is checked. */
export const schema: readonly string[] = [
  'CREATE TABLE entries (seq INTEGER PRIMARY KEY, leaf BLOB NOT NULL, bytes BLOB NOT NULL) STRICT',
  'CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT',
  'CREATE TABLE openings (commitment BLOB PRIMARY KEY, salt BLOB NOT NULL, value BLOB NOT NULL) STRICT',
  'CREATE TABLE blobs (sha256 BLOB PRIMARY KEY, bytes BLOB NOT NULL) STRICT',
  'CREATE TABLE side (fold TEXT NOT NULL, id TEXT NOT NULL, row BLOB NOT NULL, PRIMARY KEY (fold, id)) STRICT',
  ...frozen('entries'),
  ...frozen('checkpoints'),
  ...frozen('blobs'),
]

/** What SQLite makes by itself for the primary keys above. */
export const ownIndexes: readonly string[] = ['openings', 'blobs', 'side'].map(
  (table) => `sqlite_autoindex_${table}_1`,
)
