/** What is said of a bundle that was verified. */
import {visible} from '../base/visible.ts'
import {fromHex} from '../base/bytes.ts'
import {wordLines} from '../base/words.ts'
import type {Verdict} from '../ceremony/bundle/index.ts'
import {counted, type Print} from './print.ts'

/** At most so many problems are shown; `--json` has all. */
const shownProblems = 20

/** The first line says whether it was held against anything from outside, the last whether it is good. */
export function verdictLines(print: Print, verdict: Verdict): readonly string[] {
  const {problems, entries, missing, notes} = verdict
  const left = problems.length - shownProblems
  return [
    ...(verdict.rehearsal ? ['This is a rehearsal: it proves nothing but itself.'] : []),
    ...anchorLines(verdict),
    '',
    ...print.facts([
      ['Ceremony', verdict.ceremony],
      ['Title', verdict.title],
      ['Status', verdict.status],
      ['Ledger', verdict.ledger],
      ['Fingerprint', verdict.fingerprint],
      ['This ledger', verdict.continues],
      ['Policy', verdict.weak],
      ['Entries', `${entries}, level ${verdict.level ?? 'unknown'}`],
      ['Not signed', missing.map(({id, name}) => name ?? id)],
    ]),
    ...notes.map((note) => `Not checked: ${visible(note)}`),
    ...(problems.length === 0 ? [] : ['']),
    ...problems.slice(0, shownProblems).map(({rule, seq, file, message}) => {
      const where = [file ?? null, seq === null ? null : `entry ${seq}`].filter((one) => one !== null)
      return `PROBLEM ${visible(where.join(', '))}: ${visible(message)} (${rule})`
    }),
    ...(left > 0 ? [`… and ${counted(left, 'problem')} more: --json has all`] : []),
    '',
    problems.length === 0 ? 'ok' : `NOT OK: ${counted(problems.length, 'problem')}`,
  ]
}

function anchorLines({ok, anchored, fingerprint, problems}: Verdict): readonly string[] {
  if (anchored) return ['anchored: this is the ledger that was given']
  if (problems.some(({rule}) => rule === 'anchor')) return ['NOT the ledger that was given']
  if (!ok) return ['This bundle does not even agree with itself']
  return [
    'NOT anchored: this bundle agrees with itself only. Anyone can make one: compare these words with the paper.',
    '',
    ...wordLines(fromHex(fingerprint ?? '')),
    '',
    'Then give the fingerprint from the paper: --ledger FINGERPRINT',
  ]
}
