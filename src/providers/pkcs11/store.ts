import {KeyriteError} from '../../base/errors.ts'
import type {Clock} from '../../base/world.ts'
import {isPair} from '../algorithms.ts'
import type {Found, IntentId, KeySpec, KeyStore, VersionRef} from '../ports.ts'
import {permitSpec} from './capable.ts'
import {cka} from './constants.ts'
import {failure} from './failures.ts'
import {idOf, newRef} from './ids.ts'
import {labelOf} from './label.ts'
import {methodOf} from './methods.ts'
import {
  descriptionOf,
  existing,
  piecesOf,
  versionCalled,
  versionOf,
  versions,
  versionsWhere,
} from './objects.ts'
import {keptTemplate, pairParameters, shownTemplate, type Naming} from './templates.ts'
import type {Token} from './token.ts'

export function keyStore(token: Token, clock: Clock): KeyStore {
  return {
    async create(spec, intent) {
      permitSpec(token, spec)
      demandNew(token, spec, intent)
      return generate(token, spec, newRef(intent), 1, clock)
    },

    async describe(ref) {
      const found = versionOf(token, ref)
      return found === undefined ? undefined : descriptionOf(found)
    },

    async *list() {
      for (const version of versions(token)) yield descriptionOf(version)
    },

    async find(intent) {
      return findIntent(token, intent)
    },
  }
}

/** By id: what keyrite made bears its intent. Half a pair, as a kill leaves it, is not a key. */
export function findIntent(token: Token, intent: IntentId): Found {
  const made = [...versionsWhere(token, ({version}) => version.endsWith(intent))].map(({ref}) => ref)
  const [only] = made
  if (only === undefined) return {kind: 'none'}
  return made.length === 1 ? {kind: 'one', ref: only} : {kind: 'ambiguous', refs: made}
}

/** @throws KeyriteError `KEY_EXISTS` if the name is given, or the intent was carried out. */
export function demandNew(token: Token, spec: KeySpec, intent: IntentId): void {
  const taken = versionCalled(token, spec.label)
  if (taken !== undefined)
    throw new KeyriteError(
      'KEY_EXISTS',
      `cannot make key "${spec.label}": the token has one of that name (${taken.ref.version})`,
    )
  demandUnused(token, spec, intent)
}

/** @throws KeyriteError `KEY_EXISTS`. */
export function demandUnused(token: Token, {label}: KeySpec, intent: IntentId): void {
  const found = findIntent(token, intent)
  if (found.kind !== 'none')
    throw new KeyriteError('KEY_EXISTS', `cannot make key "${label}": what was intended was made already`)
}

/** Makes the material where it will stay, and looks at what was made. */
export function generate(
  token: Token,
  spec: KeySpec,
  ref: VersionRef,
  number: number,
  clock: Clock,
): VersionRef {
  const {label, algorithm, scheme, purpose} = spec
  const id = idOf(ref) ?? Buffer.alloc(0)
  const naming: Naming = {id, label: labelOf({label, number, scheme, purpose, createdAt: clock.now()})}
  const mechanism = {mechanism: methodOf(algorithm).makes}
  removeDebris(token, id)
  try {
    if (isPair(algorithm))
      token.module.C_GenerateKeyPair(
        token.session,
        mechanism,
        shownTemplate(spec, naming, pairParameters(spec)),
        keptTemplate(spec, naming, true, []),
      )
    else
      token.module.C_GenerateKey(
        token.session,
        mechanism,
        keptTemplate(spec, naming, false, [{type: cka.valueLen, value: 32}]),
      )
  } catch (error) {
    throw failure(`make key "${label}"`, error)
  }
  return existing(token, ref).ref
}

/** What a kill left of this very intent: halves that nobody can have used. A whole key is never touched. */
export function removeDebris(token: Token, id: Buffer): void {
  const {whole, halves} = piecesOf(token, id)
  if (whole.length > 0 && halves.length > 0) return
  for (const piece of [...whole, ...halves]) token.destroy(piece)
}
