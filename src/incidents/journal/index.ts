/** What the folders above use of journals. */
export {journalLimitBytes, parseJournal, type Line} from './format.ts'
export {judgeJournal, rootHex, rosterDigest, type Judged} from './judge.ts'
export {containByJournal, type Unrecorded} from './contain.ts'
export {absorbDrafts} from './absorb.ts'
