/** Proof of possession: what is tried at the provider to show that a key works and cannot leave. Recorded before and after. */
import {createPublicKey, generateKeyPairSync, publicEncrypt, constants} from 'node:crypto'
import {base64, sameBytes} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {Secret} from '../base/secret.ts'
import {profileStands, requests, undertake, type ActContext} from '../requests/index.ts'
import {isPair} from '../providers/algorithms.ts'
import {probeLabel, type Provider} from '../providers/ports.ts'
import {keysFold} from './fold.ts'
import {openIntent, type Key, type ProbeResult, type Version} from './state.ts'
import {isOfAlgorithm, verifySignature} from './verify-signature.ts'
import {lacksProver, whoTries} from './who-tries.ts'

interface Tried {
  readonly results: readonly ProbeResult[]
  readonly sample: Version['sample']
}

/** The probes for a key, by name, in order. */
export function probesOf(key: Key): readonly string[] {
  const works = {
    sign: 'signature-verifies',
    mac: 'mac-repeats',
    encrypt: 'decrypts',
    decrypt: 'decrypts',
    wrap: 'unwraps',
  } as const
  return [
    works[key.spec.purpose],
    ...(isPair(key.spec.algorithm) ? ['public-key-as-recorded'] : []),
    'export-refused',
    'as-described',
  ]
}

/**
 * Announces the probes, tries them, and records what came of it.
 * @returns the seq of the outcome.
 * @throws KeyriteError `KEY_NOT_AS_PLANNED` after recording, if a probe failed.
 */
export function proveKey(context: ActContext, name: string, number: number): Promise<number> {
  return context.ledger.alone(() => proveWithin(context, name, number))
}

/** The same within an act, which is alone already. */
export async function proveWithin(context: ActContext, name: string, number: number): Promise<number> {
  const seq = await prove(context, name, number)
  const tried = keyVersion(context, name, number).version.tried
  const failed = tried?.results.filter(({ok}) => !ok) ?? []
  if (failed.length > 0) {
    throw new KeyriteError(
      'KEY_NOT_AS_PLANNED',
      `key "${name}" is not as it should be: ${failed.map(({probe, detail}) => `${probe}: ${detail}`).join('; ')}`,
      {
        changed: true,
        hints: [`keyrite key show ${name}`, `keyrite ledger show ${seq}`],
      },
    )
  }
  return seq
}

async function prove(context: ActContext, name: string, number: number): Promise<number> {
  const {ledger} = context
  const {key, version} = keyVersion(context, name, number)
  const provider = await context.provider(key.profile)
  const about = {key: key.name, version: version.version, profile: key.profile}
  const open = openIntent(ledger.of(keysFold), 'try', key.name, version.version)
  return undertake<Tried>(context, {
    types: {intended: 'key.try.intended', done: 'key.tried', failed: 'key.try.failed'},
    // To have tried in vain is what became of it.
    ends: ['NOT_PROVEN'],
    about,
    intended: {probes: [...probesOf(key)]},
    open,
    // What was begun is ended as what it was begun as.
    approved: open === undefined ? provedUnder(context, version) : open.approved,
    find: () => Promise.resolve(undefined), // trying again does no harm
    act: async ({id}) => {
      const tryer = await whoTries(context, key.profile, id)
      try {
        return await tryAll(context, {provider, tryer: tryer.provider}, key, version)
      } catch (error) {
        // Of a secret that is wrong nothing was tried: that is asked for again.
        if (!(error instanceof KeyriteError) || error.code !== 'CREDENTIALS_REFUSED') throw error
        throw lacksProver(key.name, tryer, error)
      }
    },
    confirm: async ({results, sample}) => ({
      ok: results.every(({ok}) => ok),
      results: results.map((one) => ({...one})),
      sample: sample === null ? null : {...sample},
      generation: await provider.evidence.generation(),
    }),
  })
}

/** The approval under which a standby was made, while that is not over: whoever proves it ends it. Null of everything else, whose proof nobody approves. */
export function provedUnder(
  {ledger, ceremony}: Pick<ActContext, 'ledger' | 'ceremony'>,
  {standby}: Pick<Version, 'standby'>,
): number | null {
  const {byMet, all} = ledger.of(requests)
  const request = all.get(byMet.get(standby ?? -1) ?? -1)
  return request?.operation === 'key.standby' &&
    request.ceremony === ceremony &&
    !request.done.has('make') &&
    profileStands(ledger.view, request.plan)
    ? standby
    : null
}

export function keyVersion(
  {ledger}: Pick<ActContext, 'ledger'>,
  name: string,
  number: number,
): {readonly key: Key; readonly version: Version} {
  const key = ledger.of(keysFold).keys.get(name)
  const version = key?.versions.find((one) => one.version === number)
  if (key === undefined || version === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${name}"`, {hints: ['keyrite key list']})
  return {key, version}
}

/** @param tryer - whose identity uses the key; the other describes it, and is asked to give it away. */
async function tryAll(
  context: ActContext,
  {provider, tryer}: {readonly provider: Provider; readonly tryer: Provider},
  key: Key,
  version: Version,
): Promise<Tried> {
  const message = Buffer.concat([Buffer.from(probeLabel), context.random.bytes(32)])
  const spki = version.public === null ? null : context.ledger.view.blob(version.public)
  const works = await tryPurpose(tryer, key, version, message, spki)
  const results = [works.result]
  if (spki !== null) {
    const now = await provider.use.publicKey(version.ref)
    results.push(
      verified(
        'public-key-as-recorded',
        sameBytes(now, spki) && isOfAlgorithm(key.spec.algorithm, now),
        `${key.spec.algorithm}, byte for byte the one that was recorded`,
        'the provider gives another public key',
      ),
    )
  }
  results.push(await tryExport(provider, version), await tryDescription(provider, key, version))
  return {results, sample: works.sample}
}

/** Uses a key for its purpose, and looks outside the provider, where that can be done, whether what came of it is good. */
export async function tryPurpose(
  provider: Provider,
  key: Key,
  {ref}: Version,
  message: Uint8Array,
  spki: Uint8Array | null,
): Promise<{result: ProbeResult; sample: Version['sample']}> {
  const {scheme, purpose} = key.spec
  const sample = (kind: string, value: Uint8Array): Version['sample'] => ({
    kind,
    message: base64(message),
    value: base64(value),
  })
  switch (purpose) {
    case 'sign': {
      const signature = await provider.use.sign(ref, message)
      const good = spki !== null && verifySignature(scheme, spki, message, signature)
      return {
        result: verified(
          'signature-verifies',
          good,
          `a ${scheme} signature verifies under the public key, checked outside the provider`,
          'its signature does not verify under its public key',
        ),
        sample: sample('signature', signature),
      }
    }
    case 'mac': {
      const mac = await provider.use.mac(ref, message)
      return {
        result: verified(
          'mac-repeats',
          mac.length === 32 && sameBytes(mac, await provider.use.mac(ref, message)),
          'the same message gives the same MAC',
          'the same message gives another MAC',
        ),
        sample: sample('mac', mac),
      }
    }
    case 'encrypt':
    case 'decrypt': {
      const sealed =
        spki === null
          ? await provider.use.encrypt(ref, message, new Uint8Array())
          : publicEncrypt(
              {
                key: createPublicKey({key: Buffer.from(spki), format: 'der', type: 'spki'}),
                padding: constants.RSA_PKCS1_OAEP_PADDING,
                oaepHash: 'sha256',
              },
              message,
            )
      const same = (await provider.use.decrypt(ref, sealed, new Uint8Array())).consume((bytes) =>
        sameBytes(bytes, message),
      )
      return {
        result: verified(
          'decrypts',
          same,
          'what was encrypted is decrypted again',
          'what was encrypted does not come back',
        ),
        sample: sample('ciphertext', sealed),
      }
    }
    case 'wrap': {
      const wrapped = await provider.use.wrap(ref, new Secret(Uint8Array.from(message)))
      const same = (await provider.use.unwrap(ref, wrapped)).consume((bytes) => sameBytes(bytes, message))
      return {
        result: verified(
          'unwraps',
          same,
          'what was wrapped is unwrapped again',
          'what was wrapped does not come back',
        ),
        sample: sample('wrapped', wrapped),
      }
    }
  }
}

let made: Uint8Array | undefined

/** A public key whose private half is thrown away: made once, as that takes a while. */
function nobodys(): Uint8Array {
  made ??= generateKeyPairSync('rsa', {modulusLength: 2048}).publicKey.export({format: 'der', type: 'spki'})
  return made
}

/** That the provider refuses to give the private half away, even wrapped. */
export async function tryExport(provider: Provider, {ref}: Version): Promise<ProbeResult> {
  const {noExport} = provider.move
  if (noExport !== undefined)
    return {
      probe: 'export-refused',
      ok: true,
      evidence: 'asserted',
      detail: `nothing could be tried: ${noExport}`,
    }
  try {
    await provider.move.export(ref, nobodys())
    return verified('export-refused', false, '', 'the provider gave the key away')
  } catch (error) {
    if (!(error instanceof KeyriteError)) throw error
    if (error.code !== 'UNSUPPORTED' && error.code !== 'KEY_STATE') throw error
    return verified('export-refused', true, `export was tried and refused: ${error.message}`, '')
  }
}

async function tryDescription(provider: Provider, key: Key, version: Version): Promise<ProbeResult> {
  const found = await provider.store.describe(version.ref)
  const same =
    found?.spec.algorithm === key.spec.algorithm &&
    found.spec.scheme === key.spec.scheme &&
    found.spec.purpose === key.spec.purpose
  return {
    probe: 'as-described',
    ok: same,
    evidence: 'asserted',
    detail: same
      ? `the provider says: ${found.spec.algorithm}, ${found.spec.scheme}, to ${found.spec.purpose}, ${found.availability}`
      : 'the provider describes another key',
  }
}

function verified(probe: string, ok: boolean, good: string, bad: string): ProbeResult {
  return {probe, ok, evidence: 'verified', detail: ok ? good : bad}
}
