/** `key.create`, `key.verify`, `key.activate`: what the quorum approved is done at the provider, tried, and recorded. */
import {KeyriteError} from '../../base/errors.ts'
import {keyDocument, keysFold, keyVersion, pemOf, proveKey, type Key, type Version} from '../../keys/index.ts'
import {sha256Hex} from '../../base/bytes.ts'
import type {DraftObject} from '../../ledger/index.ts'
import {apply, requests, type Request} from '../../requests/index.ts'
import type {StepBase} from '../step.ts'
import {actContext, type RunContext} from '../run-context.ts'

export interface KeyStepLike extends StepBase {
  readonly key: string
}

export async function runKeyCreate(context: RunContext, step: KeyStepLike): Promise<DraftObject> {
  context.room.say([`Making key "${step.key}". This can take a while.`])
  await apply(actContext(context), context.app.operations, approvedFor(context, step.key, 'create'), [
    'create',
  ])
  const {versions, location} = keyDocument(context.app.ledger, keyNamed(context, step.key))
  const [version] = versions
  context.room.say([
    `Key "${step.key}" was made: ${version?.providerId ?? ''} at ${location}.`,
    `Protection: ${version?.protection.level ?? 'unknown'} (${version?.protection.evidence ?? 'stated'}): ${version?.protection.detail ?? ''}`,
  ])
  return {
    key: step.key,
    version: 1,
    provider: version?.providerId ?? '',
    level: version?.protection.level ?? 'unknown',
    evidence: version?.protection.evidence ?? 'stated',
  }
}

export async function runKeyVerify(context: RunContext, step: KeyStepLike): Promise<DraftObject> {
  const {version} = primaryOf(context, step.key)
  // After a crash the proof may stand already: it is not asked for twice in one ceremony. One from before it is not enough.
  if (!isProvedHere(context, step.key))
    await proveKey({...actContext(context), approved: 0}, step.key, version)
  const {tried} = primaryOf(context, step.key)
  context.room.say(
    (tried?.results ?? []).map(
      ({probe, ok, evidence, detail}) => `${ok ? 'ok' : 'NOT OK'}  ${probe} (${evidence}): ${detail}`,
    ),
  )
  const sha256 = publicKeySha256(context, step.key)
  if (sha256 !== null) context.room.say([`SHA-256 of the public key, as PEM: ${sha256}`])
  return {key: step.key, version, entry: tried?.seq ?? null, ok: tried?.ok ?? false}
}

export async function runKeyActivate(context: RunContext, step: KeyStepLike): Promise<DraftObject> {
  await apply(actContext(context), context.app.operations, approvedFor(context, step.key, 'activate'), [
    'activate',
  ])
  const {version, state, enforced} = primaryOf(context, step.key)
  context.room.say([`Key "${step.key}" is ${state}. The provider itself enforces: ${enforced}.`])
  return {key: step.key, version, state, enforced}
}

function isProvedHere(context: RunContext, name: string): boolean {
  const {tried} = primaryOf(context, name)
  return tried?.ok === true && context.app.ledger.view.entry(tried.seq)?.ceremony === context.id
}

function primaryOf(context: RunContext, name: string): Version {
  const key = keyNamed(context, name)
  return keyVersion({ledger: context.app.ledger}, name, key.primary).version
}

/** The request, met in this ceremony, whose plan does this to this key. */
export function approvedFor({app, id}: RunContext, key: string, phase: string): Request {
  const request = [...app.ledger.of(requests).all.values()].find(
    ({ceremony, met, plan}) =>
      ceremony === id &&
      met !== null &&
      plan.change['key'] === key &&
      plan.phases.some(({name}) => name === phase),
  )
  if (request === undefined)
    throw new KeyriteError(
      'QUORUM_MISSING',
      `cannot act on key "${key}": no quorum of this ceremony approved it`,
      {hints: ['keyrite request list']},
    )
  return request
}

export function keyNamed({app}: Pick<RunContext, 'app'>, name: string): Key {
  const key = app.ledger.of(keysFold).keys.get(name)
  if (key === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${name}"`, {hints: ['keyrite key list']})
  return key
}

/** SHA-256, hex, of the public key as `key public` writes it; null where there is none. */
export function publicKeySha256({app}: Pick<RunContext, 'app'>, name: string): string | null {
  const blob = app.ledger.of(keysFold).keys.get(name)?.versions[0]?.public ?? null
  return blob === null ? null : sha256Hex(pemOf(app.ledger.view.blob(blob)))
}
