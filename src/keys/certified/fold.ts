/** Replays who signed the outcome of a destruction: those who approved it, each once, all of them the same text. docs/ledger-format.md, section 6. */
import {z} from 'zod'
import {custodyFold, judgeStatement, signedStatement} from '../../custody/index.ts'
import {isBlobRef, problem, type Entry, type Fold, type Problem, type View} from '../../ledger/index.ts'
import {requests, type Request} from '../../requests/index.ts'
import {keysFold} from '../fold.ts'
import {certifications, type Certifications} from './state.ts'

const schema = z.strictObject({
  key: z.string(),
  version: z.int().min(1),
  text: z.json(),
  statement: z.json(),
  signature: z.string(),
})

export const certificationsFold: Fold<Certifications> = {
  ...certifications,
  types: ['destruction.signed'],

  check(view: View, entry: Entry): readonly Problem[] {
    const wrong = (message: string): Problem[] => [problem('certificate', entry, message)]
    const parsed = schema.safeParse(entry.data)
    if (!parsed.success)
      return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
    const {key: name, version: number, text} = parsed.data
    if (entry.approved !== null || entry.ceremony !== null)
      return wrong('it cites an approval, or a ceremony')
    if (!isBlobRef(text)) return wrong('its text is not a blob')
    const outcome = outcomeOf(view, name, number)
    if (outcome === undefined) return wrong(`key "${name}" version ${number} is not destroyed`)
    const signed = signedStatement(entry.data)
    const {person} = signed.statement
    const before = view.of(certifications).all.get(outcome.seq)
    if (before?.signed.has(person) === true) return wrong(`"${person}" has signed already`)
    if (before !== undefined && before.text !== text.blob) return wrong('another text was signed before')
    if (!approversOf(view, outcome).includes(person)) return wrong(`"${person}" did not approve it`)
    return judgeStatement(view, entry, view.of(custodyFold).roster, signed, {
      use: 'certificate',
      decisions: ['attest'],
      about: outcome,
      planSha256: text.blob,
      state: 'active',
    })
  },

  apply(view: View, entry: Entry): Certifications {
    const {all} = view.of(certifications)
    const {key, version, text} = schema.parse(entry.data)
    const outcome = outcomeOf(view, key, version)
    if (outcome === undefined || !isBlobRef(text)) throw new TypeError('checked before')
    const before = all.get(outcome.seq)
    const {person} = signedStatement(entry.data).statement
    const signed = new Map([...(before?.signed ?? []), [person, entry.seq] as const])
    return {all: all.with(outcome.seq, {key, version, text: text.blob, signed})}
  },
}

/** The entry that says that a version was destroyed. */
export function outcomeOf(view: Pick<View, 'of' | 'entry'>, name: string, number: number): Entry | undefined {
  const version = view
    .of(keysFold)
    .keys.get(name)
    ?.versions.find((one) => one.version === number)
  return version?.state === 'destroyed' ? view.entry(version.changedBy) : undefined
}

/** The request under which it was destroyed. */
export function requestOf(view: Pick<View, 'of'>, outcome: Entry): Request | undefined {
  const {all, byMet} = view.of(requests)
  return all.get(byMet.get(outcome.approved ?? -1) ?? -1)
}

/** Who said yes to it, by id. */
export function approversOf(view: Pick<View, 'of'>, outcome: Entry): readonly string[] {
  return (requestOf(view, outcome)?.answers ?? []).flatMap(({decision, person}) =>
    decision === 'approve' ? [person] : [],
  )
}
