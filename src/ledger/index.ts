/** What the folders above use of the ledger. */
export {
  Blob,
  Private,
  jsonBlob,
  type Draft,
  type DraftObject,
  type DraftValue,
  type Opening,
} from './draft.ts'
export {isBlobRef, isPrivate, isTime, leafHash, referencesIn, type Entry, type Tool} from './entry.ts'
export {problem, type AnyFold, type Fold, type LedgerFacts, type Problem, type View} from './fold.ts'
export {foundLedger} from './found.ts'
export {Ledger, type LedgerWorld} from './ledger.ts'
export {consistencyProof, verifyConsistency} from './consistency.ts'
export {inclusionProof, rootOf, verifyInclusion} from './merkle.ts'
export {openCheckpoint, parseCheckpoint, parseVkey, type Checkpoint, type VerifierKey} from './note.ts'
export {loadPin, storePin} from './pins.ts'
export {parseProof, proofText} from './proof.ts'
export {proveEntry, type EntryProof} from './prove.ts'
export {factsOf, Replay, type Source} from './replay.ts'
export {tileFiles} from './tiles.ts'
export {verifyLedger, type Verification} from './verify.ts'
export type {StateDir, Writer} from './writer.ts'
