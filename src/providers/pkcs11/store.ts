import type {Handle} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import {visibleLine} from '../../base/visible.ts'
import type {Clock} from '../../base/world.ts'
import {isPair} from '../algorithms.ts'
import type {Found, IntentId, KeySpec, KeyStore, VersionRef} from '../ports.ts'
import {permitSpec} from './capable.ts'
import {cka} from './constants.ts'
import {failure, isGone, rvOf} from './failures.ts'
import {idOf, newRef} from './ids.ts'
import {labelOf} from './label.ts'
import {methodOf} from './methods.ts'
import {
  descriptionOf,
  hidden,
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
  const bears = ({version}: VersionRef): boolean => version.endsWith(intent)
  const made = [...versionsWhere(token, bears)].map(({ref}) => ref)
  const [only] = made
  if (only === undefined) {
    demandNothingHidden(token, bears)
    return {kind: 'none'}
  }
  return made.length === 1 ? {kind: 'one', ref: only} : {kind: 'ambiguous', refs: made}
}

/** What cannot be read must not be made a second time. @throws KeyriteError `AMBIGUOUS`. */
function demandNothingHidden(token: Token, bears: (ref: VersionRef) => boolean): void {
  const there = hidden(token, bears)
  if (there === undefined) return
  throw new KeyriteError(
    'AMBIGUOUS',
    `cannot tell whether it was made: the token has an object with CKA_ID ${there.version}, and does not say what kind of key it is`,
    {hints: [`pkcs11-tool --list-objects --id ${there.version}, and remove it if nobody uses it`]},
  )
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
  demandAsMade(token, spec, ref, 'make')
  return ref
}

/** What the token does not tell again as it was made would be nobody's: it is taken away, as nobody can have used it. @throws KeyriteError `UNSUPPORTED`. */
export function demandAsMade(token: Token, wanted: KeySpec, ref: VersionRef, verb: 'make' | 'import'): void {
  const made = versionOf(token, ref)
  if (made !== undefined && same(made.spec, wanted)) return
  const {whole, halves} = piecesOf(token, idOf(ref) ?? Buffer.alloc(0))
  const fact =
    whole.length + halves.length === 0
      ? 'the token says yes, and shows no object with its CKA_ID'
      : made !== undefined
        ? `the token keeps another label than it was given ("${visibleLine(made.spec.label, 80)}"), in which stands what it is for`
        : isPair(wanted.algorithm) && halves.length === 0
          ? 'the token keeps no object of its public half with its CKA_ID'
          : 'the token does not say what kind of key it is'
  const gone = [...whole, ...halves].every((piece) => removed(token, piece))
  const left = whole.length + halves.length > 0 && !gone
  throw new KeyriteError(
    left ? 'PROVIDER_FAILED' : 'UNSUPPORTED',
    `cannot ${verb} key "${wanted.label}": ${fact}; ${left ? 'it does not go away again' : 'nothing of it is left'}`,
    {
      changed: left,
      hints: left
        ? [`pkcs11-tool --list-objects --id ${ref.version}, and remove it with the tool of the token’s maker`]
        : ['ask the maker of the module, or use another kind of key'],
    },
  )
}

function same(one: KeySpec, other: KeySpec): boolean {
  return (
    one.label === other.label &&
    one.algorithm === other.algorithm &&
    one.scheme === other.scheme &&
    one.purpose === other.purpose
  )
}

function removed(token: Token, piece: Handle): boolean {
  try {
    token.destroy(piece)
    return true
  } catch (error) {
    if (rvOf(error) === undefined || isGone(error)) throw error
    return false
  }
}

/** What a kill left of this very intent: halves that nobody can have used. A whole key is never touched. */
export function removeDebris(token: Token, id: Buffer): void {
  const {whole, halves} = piecesOf(token, id)
  if (whole.length > 0 && halves.length > 0) return
  for (const piece of [...whole, ...halves]) token.destroy(piece)
}
