/** What the folders above use to ask people who are elsewhere. */
export {changeLines} from './writers.ts'
export {bad, signs, takeSigned, type Given, type Subjects, type Taken} from './add.ts'
export {demand, file, type Content, type Core, type Examined, type UseReader} from './core.ts'
export {examine, type Rules} from './examine.ts'
export {chooseKey, exportFiles} from './export.ts'
export {howto} from './howto.ts'
export {decisions, readExport, reasonFile, writeExport, type Decision, type Files} from './layout.ts'
export {continuation, type Continuation} from './proof.ts'
export {nameIn} from './question.ts'
export {
  calledHere,
  entryAt,
  foundingSubject,
  possessionSubject,
  refusePerson,
  requestSubject,
  useFor,
  type Subject,
} from './subject.ts'
export {wordsOf} from './words.ts'
