/** The real ledger, as a rehearsal looks at it: read and verified, never written to. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {counting, lint} from '../ceremony/lint.ts'
import type {Loaded, Values} from '../ceremony/template.ts'
import {custodyFold, peopleCalled, type Person, type Roster} from '../custody/index.ts'
import {verifyLedger, type View} from '../ledger/index.ts'
import {authorStandsAside, keyCounts, policyFold, type Policy} from '../policy/index.ts'
import {profilesFold, type Profile} from '../profiles/index.ts'

export interface Earnest {
  readonly view: Pick<View, 'of'>
  readonly roster: Roster
  readonly policy: Policy
  readonly organisation: string
}

/** The ledger of the home; null where there is none. @throws KeyriteError `LEDGER_TAMPERED`. */
export function readEarnest({world: {home, state}, folds}: Pick<App, 'world' | 'folds'>): Earnest | null {
  if (!existsSync(join(home, 'ledger.db'))) return null
  const {problems, facts, view} = verifyLedger({home, state, folds, pins: []})
  const [first] = problems
  if (first !== undefined || facts === null || view === null)
    throw new KeyriteError(
      'LEDGER_TAMPERED',
      `cannot rehearse with the people of this ledger: ${first?.message ?? 'it cannot be read'}`,
      {hints: ['keyrite ledger verify', '--stand-ins, to rehearse without them']},
    )
  if (facts.rehearsal)
    throw new KeyriteError('NOT_PERMITTED', `cannot rehearse beside "${home}": that is a rehearsal itself`, {
      hints: ['--home DIR, the home of the real ledger, or one that is not there'],
    })
  const {roster} = view.of(custodyFold)
  return {view, roster, policy: view.of(policyFold).policy, organisation: facts.organisation}
}

/** What would stand in the way in earnest, in words: findings with the values as they were typed, and people whose keys do not count. */
export function inEarnest(
  earnest: Earnest | null,
  {
    loaded,
    typed,
    approving,
    now,
  }: {
    readonly loaded: Loaded
    readonly typed: Values
    readonly approving: readonly string[]
    readonly now: Date
  },
): readonly string[] {
  const findings = counting(lint(loaded, typed, earnest?.view ?? null, null, now)).map(
    ({line, rule, message}) => `line ${line}: ${message} (${rule})`,
  )
  if (earnest === null) return findings
  const {view, roster, policy} = earnest
  const {profiles} = view.of(profilesFold)
  const named = [...loaded.template.parameters].flatMap(([name, {type}]) =>
    type === 'profile' ? (profiles.get(String(typed.get(name))) ?? []) : [],
  )
  const people = approving.flatMap((one) => peopleCalled(roster, one))
  return [...findings, ...named.flatMap((profile) => ofProduction(profile, policy, people))]
}

function ofProduction(
  {name, environment}: Profile,
  policy: Policy,
  people: readonly Person[],
): readonly string[] {
  if (!authorStandsAside(environment, 'key.create')) return []
  const without = people.filter(({keys}) => !keys.some((key) => keyCounts(policy, environment, key)))
  return [
    `profile "${name}" is ${environment}: answers from a file are refused, and whoever asks for a quorum signs that first`,
    ...without.map(
      (person) =>
        `${person.name ?? person.id} has no key that counts in ${environment}: hardware-held (sk-), or named by policy`,
    ),
  ]
}
