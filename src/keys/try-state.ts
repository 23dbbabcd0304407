/** What a state allows is tried at the provider: something that must work, and something that must not. */
import {fromBase64, sameBytes} from '../base/bytes.ts'
import {KeyriteError, type ErrorCode} from '../base/errors.ts'
import {Secret} from '../base/secret.ts'
import type {View} from '../ledger/index.ts'
import type {ActContext} from '../requests/index.ts'
import type {Purpose} from '../providers/algorithms.ts'
import {probeLabel, type Availability, type Provider} from '../providers/ports.ts'
import {refusedProbe} from './effect.ts'
import {tryExport, tryPurpose} from './prove.ts'
import type {Key, ProbeResult, Version} from './state.ts'
import {judgedRefusal} from './who-tries.ts'

/** What a key does anew, where the provider does that at all, and what it does with what was made before. */
const operationsOf = {
  sign: ['sign', 'verify'],
  mac: ['mac', 'verify'],
  encrypt: ['encrypt', 'decrypt'],
  decrypt: [null, 'decrypt'],
  wrap: ['wrap', 'unwrap'],
} as const satisfies Record<Purpose, readonly [forward: string | null, backward: string]>

/** Who is asked: the administrator, and whoever tries. */
export interface Places {
  readonly provider: Provider
  readonly tryer: Provider
}

/** What says that a version may not be used, and nothing else. */
const refusals: readonly ErrorCode[] = ['KEY_STATE']
/** What says the same of one that is gone. */
export const goneRefusals: readonly ErrorCode[] = ['KEY_STATE', 'KEY_NOT_FOUND']

/**
 * Tries what this availability allows and what it forbids, with the sample that was kept when the key was proved.
 * @param right - the codes of a refusal that count
 */
export async function tryAvailability(
  context: Pick<ActContext, 'ledger' | 'random'>,
  {provider, tryer}: Places,
  {key, version}: {readonly key: Key; readonly version: Version},
  availability: Exclude<Availability, 'probe'>,
  right = refusals,
): Promise<readonly ProbeResult[]> {
  const [forward, backward] = operationsOf[key.spec.purpose]
  const message = Buffer.concat([Buffer.from(probeLabel), context.random.bytes(32)])
  const refusedAnew = (): Promise<ProbeResult[]> =>
    forward === null
      ? Promise.resolve([])
      : mustFail(forward, right, () => anew(tryer, key, version, message))
  if (availability === 'enabled') {
    const spki = version.public === null ? null : context.ledger.view.blob(version.public)
    const works = await attempted('works', async () => [
      (await tryPurpose(tryer, key, version, message, spki)).result,
    ])
    return [
      ...works,
      ...(await attempted('export-refused', async () => [await tryExport(provider, version)])),
    ]
  }
  if (availability === 'historic')
    return [...(await stillReads(tryer, version, backward)), ...(await refusedAnew())]
  const old =
    version.sample === null ? [] : await mustFail(backward, right, () => again(tryer, version, backward))
  return [...(await refusedAnew()), ...old]
}

/** Signs, encrypts, wraps or MACs the message, and drops what comes of it. */
async function anew(provider: Provider, key: Key, {ref}: Version, message: Uint8Array): Promise<void> {
  const {use} = provider
  const {purpose} = key.spec
  if (purpose === 'sign') await use.sign(ref, message)
  else if (purpose === 'mac') await use.mac(ref, message)
  else if (purpose === 'encrypt') await use.encrypt(ref, message, new Uint8Array())
  else if (purpose === 'wrap') {
    const material = new Secret(Uint8Array.from(message))
    await use.wrap(ref, material).finally(() => {
      material.wipe()
    })
  }
}

/** Verifies, decrypts or unwraps the sample. @returns whether that is what it was made of. */
async function again({use}: Provider, {ref, sample}: Version, backward: string): Promise<boolean> {
  if (sample === null) return false
  const [message, value] = [fromBase64(sample.message), fromBase64(sample.value)]
  if (backward === 'verify') return use.verify(ref, message, value)
  const opened = backward === 'decrypt' ? use.decrypt(ref, value, new Uint8Array()) : use.unwrap(ref, value)
  return (await opened).consume((bytes) => sameBytes(bytes, message))
}

/** Of the material itself, wherever it lies: the public half that is known, and what this version made before. @returns none where there is nothing to hold it against. */
export async function triedAgain(
  view: Pick<View, 'blob'>,
  provider: Provider,
  key: Key,
  version: Version,
): Promise<readonly ProbeResult[]> {
  const [, backward] = operationsOf[key.spec.purpose]
  const known = version.public === null ? null : view.blob(version.public)
  const half = async (spki: Uint8Array): Promise<ProbeResult> => {
    const ok = sameBytes(await provider.use.publicKey(version.ref), spki)
    const detail = `the public half of version ${version.version} is ${ok ? 'the one that is known' : 'another than is known'}`
    return {probe: 'public-half', ok, evidence: 'verified', detail}
  }
  return [
    ...(known === null ? [] : await attempted('public-half', async () => [await half(known)])),
    ...(await stillReads(provider, version, backward)),
  ]
}

/** A version that was never proved has made nothing that could be read. */
async function stillReads(provider: Provider, version: Version, backward: string): Promise<ProbeResult[]> {
  if (version.sample === null) return []
  const probe = `${backward}-works`
  return attempted(probe, async () => {
    const ok = await again(provider, version, backward)
    const detail = ok ? 'what was made before is still good' : 'what was made before is good no more'
    return [{probe, ok, evidence: 'verified', detail}]
  })
}

/** Only the right refusal proves anything; a network error or a missing permission does not. */
async function mustFail(
  operation: string,
  right: readonly ErrorCode[],
  act: () => Promise<unknown>,
): Promise<ProbeResult[]> {
  const probe = refusedProbe(operation)
  try {
    await act()
  } catch (error) {
    if (!(error instanceof KeyriteError)) throw error
    return judgedRefusal(error, right) === 'rightly'
      ? [{probe, ok: true, evidence: 'verified', detail: `tried and refused: ${error.message}`}]
      : [unproven(probe, error)]
  }
  return [
    {
      probe,
      ok: false,
      evidence: 'verified',
      detail: `${operation} was tried, and done: the key can still be used`,
    },
  ]
}

/** What cannot be tried is no proof, and no disproof either. */
async function attempted(probe: string, act: () => Promise<ProbeResult[]>): Promise<ProbeResult[]> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof KeyriteError)) throw error
    return error.code === 'KEY_STATE'
      ? [{probe, ok: false, evidence: 'verified', detail: `tried, and refused: ${error.message}`}]
      : [unproven(probe, error)]
  }
}

/** A try that was not possible, or failed for another reason. */
export function unproven(probe: string, {code, message}: KeyriteError): ProbeResult {
  return {probe, ok: false, evidence: 'asserted', detail: `NOT PROVEN, ${code}: ${message}`}
}
