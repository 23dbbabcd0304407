import {hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {timeText} from '../../base/world.ts'
import type {Found, IntentId, KeySpec, KeyStore, VersionRef} from '../ports.ts'
import type {Draft} from './draft.ts'
import {generate, possibleAlgorithms} from './material.ts'
import {describe, refOf} from './records.ts'
import type {Header} from './records.ts'
import {permitSpec} from './rules.ts'
import type {LocalToken} from './token.ts'

export function keyStore(token: LocalToken): KeyStore {
  return {
    async create(spec, intent) {
      await permitNew(token, spec, intent)
      const material = await generate(spec.algorithm, token.random)
      return putFirst(token, spec, intent, material)
    },

    async describe(ref) {
      const object = token.find(ref)
      return object === undefined ? undefined : describe(object)
    },

    async *list() {
      for (const object of token.header().objects) yield describe(object)
    },

    // Every version carries its intent, so what was there before does not matter.
    async find(intent): Promise<Found> {
      const refs = token
        .header()
        .objects.filter((object) => object.intent === intent)
        .map(refOf)
      const [ref] = refs
      if (ref === undefined) return {kind: 'none'}
      return refs.length === 1 ? {kind: 'one', ref} : {kind: 'ambiguous', refs}
    },
  }
}

/**
 * Everything that can be refused is refused here, before any material exists.
 * @throws KeyriteError `USAGE`, `UNSUPPORTED`, `KEY_EXISTS`
 */
export async function permitNew(token: LocalToken, spec: KeySpec, intent: IntentId): Promise<void> {
  permitSpec(spec, await possibleAlgorithms())
  permitIntent(token.header(), intent)
  permitLabel(token.header(), spec.label)
}

/** Version 1 of a new key, as `probe`. Wipes the material. */
export function putFirst(token: LocalToken, spec: KeySpec, intent: IntentId, material: Buffer): VersionRef {
  try {
    return token.change((draft) => {
      permitIntent(draft, intent) // once more: another process may have been quicker
      permitLabel(draft, spec.label)
      return putNew(draft, token, {key: hex(token.random.bytes(16)), version: 1}, spec, intent, material)
    })
  } finally {
    material.fill(0)
  }
}

export function putNew(
  draft: Draft,
  token: LocalToken,
  place: {readonly key: string; readonly version: number},
  {label, algorithm, scheme, purpose}: KeySpec,
  intent: IntentId,
  material: Buffer,
): VersionRef {
  const createdAt = timeText(token.clock.now())
  const facts = {
    ...place,
    state: 'probe',
    label,
    algorithm,
    scheme,
    purpose,
    intent,
    createdAt,
    destroyAt: null,
  } as const
  return refOf(draft.put(facts, material))
}

/** @throws KeyriteError `KEY_EXISTS` if a version carries this intent already. */
export function permitIntent({objects}: Pick<Header, 'objects'>, intent: IntentId): void {
  if (!/^[0-9a-f]{32}$/.test(intent)) throw new TypeError('an intent is 32 lower-case hex digits')
  const made = objects.find((object) => object.intent === intent)
  if (made !== undefined)
    throw new KeyriteError(
      'KEY_EXISTS',
      `cannot create for intent ${intent}: it has made version ${made.version} of key "${made.label}"`,
      {
        hints: ['ask find before creating again'],
      },
    )
}

function permitLabel({objects}: Pick<Header, 'objects'>, label: string): void {
  const taken = objects.find((object) => object.label === label)
  if (taken === undefined) return
  const fact = taken.state === 'destroyed' ? 'a destroyed key keeps its name' : 'there is a key of this name'
  throw new KeyriteError('KEY_EXISTS', `cannot create key "${label}": ${fact}`, {
    hints: [`keyrite key show ${label}`],
  })
}
