/** What people agree to when keys are taken over: each key as its place has it, under which name, and what holds of all of them. */
import {z} from 'zod'
import {KeyriteError} from '../../base/errors.ts'
import type {JsonObject} from '../../base/jcs.ts'
import {custodyFold} from '../../custody/index.ts'
import type {View} from '../../ledger/index.ts'
import type {KeyClassName} from '../../policy/index.ts'
import {type Plan, planFor} from '../../requests/index.ts'
import {keysFold} from '../fold.ts'
import {party, profileOf, type Planned} from '../plans.ts'
import {keyName, specSchema, type Classification, type KeyPlanSpec} from '../spec.ts'
import {tryerInWords} from '../who-tries.ts'
import {adoptedStates, ref} from './entries.ts'
import {fits, named, type FoundKey, type Survey} from './survey.ts'

const fields = specSchema.shape

const row = z.strictObject({
  key: keyName,
  algorithm: fields.algorithm,
  scheme: fields.scheme,
  purpose: fields.purpose,
  primary: z.int().min(1),
  versions: z
    .array(
      z.strictObject({
        ref,
        state: z.enum(adoptedStates),
        created: z.iso.datetime({precision: 3}).nullable(),
      }),
    )
    .min(1),
})
export type AdoptionRow = z.infer<typeof row>

const change = z.strictObject({
  class: fields.class,
  classification: fields.classification,
  owner: fields.owner,
  consumers: fields.consumers,
  keys: z.array(row).min(1),
})

export interface Adoption extends Readonly<z.infer<typeof change>> {
  readonly byName: ReadonlyMap<string, AdoptionRow>
}

const read = new WeakMap<JsonObject, Adoption>()

/** Read once for each plan: there may be thousands of keys in it. @throws TypeError. */
export function parseAdoption({change: said}: Pick<Plan, 'change'>): Adoption {
  const known = read.get(said)
  if (known !== undefined) return known
  const parsed = change.safeParse(said)
  if (!parsed.success)
    throw new TypeError(`adoption: ${parsed.error.issues[0]?.path.join('.') ?? ''} is not of its form`)
  const byName = new Map(parsed.data.keys.map((one) => [one.key, one]))
  if (byName.size !== parsed.data.keys.length) throw new TypeError('adoption: two keys have one name')
  const adoption = {...parsed.data, byName}
  read.set(said, adoption)
  return adoption
}

/** The spec of one of the keys, as the ledger will have it. */
export function specIn(
  {class: name, classification, owner, consumers}: Adoption,
  one: AdoptionRow,
): KeyPlanSpec {
  const {key, algorithm, scheme, purpose} = one
  return {
    ...{key, version: 1 as const, algorithm, scheme, purpose, class: name, classification, owner, consumers},
    ...{parent: null, expires: null},
  }
}

export interface AdoptWish {
  readonly profile: string
  /** What the provider calls them, with `*` for anything; none for all. */
  readonly which: readonly string[]
  /** The name of the one key that is taken over; null to call each as it is called there. */
  readonly name: string | null
  readonly class: KeyClassName
  readonly classification: Classification
  readonly owner: string
  readonly consumers: readonly string[]
}

/** @throws KeyriteError `KEY_NOT_FOUND` where nothing there fits, `KEY_EXISTS`, `USAGE`, `POLICY_REFUSES`, `UNSUPPORTED` where all that fits cannot be taken over. */
export function planAdopt(view: Pick<View, 'of'>, wish: AdoptWish, found: Survey): Planned {
  const profile = profileOf(view, wish.profile)
  const {keys} = view.of(keysFold)
  const chosen = rows(wish, choose(wish, found), new Set(keys.keys()))
  const {roster} = view.of(custodyFold)
  const owner = party(roster, 'owner', wish.owner)
  const consumers = wish.consumers.map((name, at) => party(roster, `consumer-${at + 1}`, name))
  const plan = planFor(view, {
    operation: 'key.adopt',
    class: wish.class,
    change: {
      class: wish.class,
      classification: wish.classification,
      owner: owner.id,
      consumers: consumers.map(({id}) => id),
      keys: chosen,
    },
    phases: ['adopt'],
    profile,
    rests: [
      `profile "${profile.name}" answers with the identity above`,
      'each key is still there as it is listed; one that is not is left out',
      ...(profile.prover === null ? [] : [tryerInWords(view, profile.name)]),
    ],
  })
  const parties = [owner, ...consumers]
  return {
    plan,
    names: Object.fromEntries(parties.flatMap(({id, name}) => (name === null ? [] : [[id, name]]))),
  }
}

function choose({profile, which}: AdoptWish, {keys, known, left}: Survey): readonly FoundKey[] {
  const chosen = which.length === 0 ? keys : keys.filter((key) => which.some((one) => fits(one, key)))
  const missing = which.find((one) => !one.includes('*') && !keys.some((key) => fits(one, key)))
  const why = missing === undefined ? undefined : left.find((key) => fits(missing, key))
  if (why !== undefined)
    throw new KeyriteError('UNSUPPORTED', `cannot take over "${why.called}" (${why.id}): ${why.why}`, {
      hints: ['without it'],
    })
  if (missing === undefined && chosen.length > 0) return chosen
  const fact =
    missing === undefined ? 'nothing there that fits is new' : `there is no "${missing}" that is new`
  throw new KeyriteError(
    'KEY_NOT_FOUND',
    `cannot take over keys of profile "${profile}": ${fact}; ${known} of its keys are known here, ${keys.length} could be taken over`,
    {hints: [`keyrite key list --profile ${profile}`, `keyrite key adopt --profile ${profile} --list`]},
  )
}

function rows(wish: AdoptWish, chosen: readonly FoundKey[], taken: ReadonlySet<string>): AdoptionRow[] {
  if (wish.name !== null && chosen.length !== 1)
    throw new KeyriteError('USAGE', `cannot call ${chosen.length} keys "${wish.name}"`, {
      hints: ['one ID', 'without --name'],
    })
  if (wish.name !== null && taken.has(wish.name))
    throw new KeyriteError('KEY_EXISTS', `cannot call a key "${wish.name}": there is one`, {
      hints: [`keyrite key show ${wish.name}`, 'another name'],
    })
  if (wish.name !== null && !keyName.safeParse(wish.name).success)
    throw new KeyriteError(
      'USAGE',
      `cannot call a key "${wish.name}": expected 1 to 63 of a-z, 0-9 and -, starting with a letter`,
    )
  return named(chosen, taken).map(({name, key}) => ({
    key: wish.name ?? name,
    algorithm: key.spec.algorithm,
    scheme: key.spec.scheme,
    purpose: key.spec.purpose,
    primary: key.primary,
    versions: key.versions.map(({ref: at, state, created}) => ({ref: {...at}, state, created})),
  }))
}
