/** What commands use of bundles. */
export {parseFingerprint, type Anchor} from './anchor.ts'
export {demandFree, writeFolder} from './folder.ts'
export type {Rules} from './judge.ts'
export {rulesOf} from './rules.ts'
export {levels, type Level} from './layout.ts'
export {bundleDigest, makeBundle, primaryOf, recordBundle, type Making} from './make.ts'
export type {Files} from './primary.ts'
export {verifyBundle, type Verdict, type Verifying} from './verify.ts'
