/**
 * Data keys under a key: made and wrapped, and wrapped anew when that key has another version. What they protect is never
 * touched. The material passes through this process, is compared there, and wiped; it is written nowhere.
 */
import {sameBytes} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'
import {Blob} from '../../ledger/index.ts'
import type {Provider, VersionRef} from '../../providers/ports.ts'
import type {ActContext} from '../../requests/index.ts'
import {keyNamed} from '../known.ts'
import {keyName, type Classification} from '../spec.ts'
import type {Key} from '../state.ts'
import {dataKeysUnder, envelopes, type DataKey} from './state.ts'

type Context = Omit<ActContext, 'approved'>

/** How long a data key is that is made here: AES-256. */
const length = 32
const blobType = 'application/octet-stream'

export interface WrapWish {
  readonly name: string
  readonly key: string
  readonly classification: Classification
  /** A data key that lies wrapped under the primary version already; null where one is to be made. */
  readonly wrapped: Uint8Array | null
}

/** Records a data key under the primary version of a key. @returns what is wrapped. @throws KeyriteError `KEY_EXISTS`, `KEY_STATE`, `UNSUPPORTED`, `USAGE`, and what the provider throws. */
export async function wrapDataKey(context: Context, wish: WrapWish): Promise<Uint8Array> {
  const {ledger, random} = context
  if (!keyName.safeParse(wish.name).success)
    throw new KeyriteError(
      'USAGE',
      `cannot call a data key "${wish.name}": expected 1 to 63 of a-z, 0-9 and -, starting with a letter`,
    )
  const key = wrapping(keyNamed(ledger, wish.key))
  const there = ledger.of(envelopes).all.get(wish.name)
  if (there !== undefined)
    throw new KeyriteError(
      'KEY_EXISTS',
      `cannot record data key "${wish.name}": there is one, under key "${there.key}"`,
      {
        hints: [`keyrite key rewrap ${there.key} --dry-run`, 'another name'],
      },
    )
  const provider = await context.provider(key.profile)
  const ref = refOf(key, key.primary)
  const wrapped = wish.wrapped ?? (await wrapNew(provider, ref, random.bytes(length)))
  // What does not come back is no data key.
  ;(await provider.use.unwrap(ref, wrapped)).wipe()
  await ledger.append([
    {
      type: 'envelope.wrapped',
      data: {
        data_key: wish.name,
        key: key.name,
        version: key.primary,
        profile: key.profile,
        wrapped: new Blob(wrapped, blobType),
        classification: wish.classification,
      },
      actor: context.actor,
      ceremony: null,
    },
  ])
  return wrapped
}

async function wrapNew(provider: Provider, ref: VersionRef, bytes: Uint8Array): Promise<Uint8Array> {
  const material = new Secret(bytes)
  try {
    return await provider.use.wrap(ref, material)
  } finally {
    material.wipe()
  }
}

export interface Rewrapped {
  readonly name: string
  readonly from: number
  readonly to: number
  /** Null where it lies under the new version now; else why not. */
  readonly error: {readonly code: string; readonly message: string} | null
}

/** The data keys of a key that do not lie under its primary version, in the order in which they are dealt with. */
export function dataKeysBehind(ledger: Context['ledger'], name: string): readonly DataKey[] {
  const key = keyNamed(ledger, name)
  return dataKeysUnder(ledger.of(envelopes), name).filter(({version}) => version !== key.primary)
}

/**
 * Wraps anew what does not lie under the primary version yet, one after the other; each is compared and recorded before the
 * next, so that a run that was broken off is gone on with. One that fails stops no other.
 * @throws KeyriteError `KEY_STATE`, `UNSUPPORTED` before anything is done.
 */
export async function rewrapAll(
  context: Context,
  name: string,
  done: (one: Rewrapped, at: number, of: number) => void,
): Promise<readonly Rewrapped[]> {
  const {ledger} = context
  const {profile} = wrapping(keyNamed(ledger, name))
  const provider = await context.provider(profile)
  const behind = dataKeysBehind(ledger, name)
  const all: Rewrapped[] = []
  for (const [at, {name: which}] of behind.entries()) {
    const one = await ledger.alone(() => rewrap(context, provider, name, which))
    if (one === undefined) continue
    all.push(one)
    done(one, at + 1, behind.length)
  }
  return all
}

/** @returns undefined where another process was quicker. */
async function rewrap(
  context: Context,
  provider: Provider,
  name: string,
  which: string,
): Promise<Rewrapped | undefined> {
  const {ledger} = context
  const key = wrapping(keyNamed(ledger, name))
  const now = ledger.of(envelopes).all.get(which)
  if (now === undefined || now.version === key.primary) return undefined
  const about = {name: which, from: now.version, to: key.primary}
  try {
    const wrapped = await anew(provider, key, now, ledger.view.blob(now.wrapped))
    await ledger.append([
      {
        type: 'envelope.rewrapped',
        data: {
          data_key: which,
          key: name,
          from: about.from,
          to: about.to,
          profile: key.profile,
          wrapped: new Blob(wrapped, blobType),
        },
        actor: context.actor,
        ceremony: null,
      },
    ])
    return {...about, error: null}
  } catch (error) {
    if (!(error instanceof KeyriteError)) throw error
    // Of a place that does not answer, or that refuses who asks, nothing is said of the others either.
    if (['PROVIDER_UNREACHABLE', 'CREDENTIALS_REFUSED'].includes(error.code)) throw error
    return {...about, error: {code: error.code, message: error.message}}
  }
}

/** The same data key under the primary version, by the service itself where it can: it is unwrapped from both, and compared. */
async function anew(
  provider: Provider,
  key: Key,
  {name, version}: DataKey,
  old: Uint8Array,
): Promise<Uint8Array> {
  const [from, to] = [refOf(key, version), refOf(key, key.primary)]
  const material = await provider.use.unwrap(from, old)
  try {
    const wrapped = (await provider.use.rewrap?.(from, to, old)) ?? (await provider.use.wrap(to, material))
    const back = await provider.use.unwrap(to, wrapped)
    const same = back.consume((bytes) => material.use((first) => sameBytes(bytes, first)))
    if (same) return wrapped
    throw new KeyriteError(
      'KEY_NOT_AS_PLANNED',
      `cannot wrap data key "${name}" anew: another one comes back from version ${key.primary}`,
      {hints: ['look at the provider']},
    )
  } finally {
    material.wipe()
  }
}

function refOf({versions}: Key, number: number): VersionRef {
  const found = versions.find(({version}) => version === number)
  if (found === undefined) throw new TypeError('a version of the ledger is there')
  return found.ref
}

/** @throws KeyriteError `UNSUPPORTED`, `KEY_STATE`. */
function wrapping(key: Key): Key {
  if (key.spec.purpose !== 'wrap')
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot wrap under key "${key.name}": it is to ${key.spec.purpose}, and one key has one purpose`,
      {hints: ['keyrite key list']},
    )
  const state = key.versions.find(({version}) => version === key.primary)?.state
  if (state === 'active') return key
  throw new KeyriteError(
    'KEY_STATE',
    `cannot wrap under key "${key.name}": its primary version is ${state ?? 'gone'}`,
    {hints: [`keyrite key show ${key.name}`]},
  )
}
