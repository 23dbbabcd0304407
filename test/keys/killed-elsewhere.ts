/** The operations that killed.test.ts has no row for: why, and which test breaks them off instead. A new one stands in one of both, or that test fails. */
import type {OperationName} from '../../src/policy/index.ts'

interface Reason {
  readonly why: string
  /** Below `test`; null where there is nothing to be broken off, or where nothing does it yet, as `why` says. */
  readonly by: string | null
}

/** One entry does all of it, and no provider is called. */
const nothing = (what: string): Reason => ({why: `${what}: one entry, and no provider is called`, by: null})

export const elsewhere: Readonly<Partial<Record<OperationName, Reason>>> = {
  'ledger.erase': nothing('values are erased from this ledger'),
  'custodian.change': nothing('the roster changes'),
  'custodian.suspend': nothing('the roster changes'),
  'policy.adopt': nothing('the policy changes'),
  'ledger.writer': nothing('the key that signs checkpoints changes'),
  'ledger.restore': nothing('the ledger says from where it was restored'),
  'profile.add': nothing('the place says who it is before people are asked, and nothing is made there'),
  'profile.make': {why: 'a local token is made by profile add', by: 'commands/gcp-ring.test.ts'},
  'profile.remove': nothing('nothing of it is touched at its place'),
  'key.release-hold': nothing('Legal takes a hold off, and what holds a key is in the ledger alone'),
  'key.destroy-held': {
    why: 'it does at the provider what the row "destroy" does: only who says so is another',
    by: 'keys/destroy.test.ts',
  },
  'key.alias': {why: 'a local token has no aliases', by: 'keys/killed-afar.test.ts'},
  'key.replicate': {why: 'a local token has no other regions', by: 'keys/killed-afar.test.ts'},
  'key.schedule': {why: 'a local token rotates nothing by itself', by: 'keys/killed-afar.test.ts'},
  'key.grant': {why: 'a local token knows no grants', by: 'keys/killed-google.test.ts'},
  'key.ungrant': {why: 'a local token knows no grants', by: 'keys/killed-google.test.ts'},
  'certificate.sign': {
    why: 'a signature is made again over the same bytes, and harms nothing',
    by: 'certificates/sign.test.ts',
  },
  'backup.copy': {why: 'a local token makes no backups by itself', by: 'backups/backups.test.ts'},
  'backup.delete': {why: 'a local token makes no backups by itself', by: 'backups/backups.test.ts'},
  'backup.restore': {why: 'a local token makes no backups by itself', by: 'backups/backups.test.ts'},
  'backup.take': {why: 'a local token gives no backup of one key', by: 'backups/key-backups.test.ts'},
  'backup.put-back': {why: 'a local token gives no backup of one key', by: 'backups/key-backups.test.ts'},
  'key.delete': {why: 'a local token deletes no whole key', by: 'keys/killed-delete.test.ts'},
  'backup.start': {
    why: 'a local token makes no backup by a job of its own',
    by: 'backups/whole-broken.test.ts',
  },
  'backup.load': {why: 'a local token takes in no backup by a job', by: 'backups/whole-broken.test.ts'},
  'backup.domain': {why: 'a local token has no security domain', by: 'backups/whole-broken.test.ts'},
  'backup.domain-load': {why: 'a local token has no security domain', by: 'backups/whole-broken.test.ts'},
  'profile.setting': {why: 'a local token keeps no settings', by: 'backups/whole-broken.test.ts'},
  'share.split': {why: 'its secret is in a process of its own', by: 'commands/share-kill.test.ts'},
  'share.combine': {why: 'its secret is in a process of its own', by: 'commands/share-kill.test.ts'},
  'incident.contain': {why: 'it is killed at each line that it says', by: 'incidents/killed.test.ts'},
  'incident.replace': {why: 'its calls are broken off in an incident', by: 'incidents/replace.test.ts'},
  'incident.ratify': {
    why: 'it makes versions compromised, which is the row "compromise"',
    by: 'incidents/full.test.ts',
  },
  'key.unrevoke': {
    why: 'it makes versions active, which is the row "resume"',
    by: 'incidents/killed.test.ts',
  },
}
