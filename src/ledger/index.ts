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
export {acceptClock, clockFault, setBackFrom, type Times} from './clock.ts'
export {erasedBy, erasedType} from './erasure.ts'
export {isBlobRef, isPrivate, isTime, leafHash, referencesIn, type Entry, type Tool} from './entry.ts'
export {
  problem,
  type AnyFold,
  type Fold,
  type Handle,
  type LedgerFacts,
  type Problem,
  type View,
  type WriterChange,
} from './fold.ts'
export {foundLedger} from './found.ts'
export {Ledger} from './ledger.ts'
export type {LedgerWorld} from './ledger-world.ts'
export {forkRisks} from './branch.ts'
export {branchDraft, compareCopies, isNews, type Beyond, type Comparison} from './compare.ts'
export {openCopy} from './other-copy.ts'
export {consistencyProof, verifyConsistency} from './consistency.ts'
export {inclusionProof, rootOf, verifyInclusion} from './merkle.ts'
export {hasDraft, discardDraft} from './draft-store.ts'
export {
  openCheckpoint,
  parseCheckpoint,
  parseVkey,
  vkeyText,
  type Checkpoint,
  type VerifierKey,
} from './note.ts'
export {withLock} from './lock.ts'
export {acknowledgement, loadPin, storePin} from './pins.ts'
export {loadHead} from './head.ts'
export {parseProof, proofText} from './proof.ts'
export {
  demandOwnPins,
  dropReceived,
  goOn,
  hasLedger,
  ledgerNameIn,
  receive,
  relationToHome,
  settleReceived,
  wholeIn,
  writeWhole,
  type Whole,
} from './receive.ts'
export {proveEntry, type EntryProof} from './prove.ts'
export {factsOf} from './facts.ts'
export {Replay} from './replay.ts'
export type {Source} from './source.ts'
export {tileFiles} from './tiles.ts'
export {verifyLedger, type Verification} from './verify.ts'
export {
  loadPending,
  loadWriter,
  newWriter,
  pendingWriter,
  realHome,
  type StateDir,
  type Writer,
} from './writer.ts'
export {doubtfulIn, keyAt, openOwn, vkeyAt, writerTypes} from './writers.ts'
