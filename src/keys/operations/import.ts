/** Taking key material from outside, as an operation of another folder has it approved: intent, import, comparison, outcome. */
import {createHmac, createPrivateKey} from 'node:crypto'
import {sameBytes, sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import type {Json, JsonObject} from '../../base/jcs.ts'
import {Secret} from '../../base/secret.ts'
import {jcs} from '../../base/jcs.ts'
import {Blob, isBlobRef, problem, type Entry, type Problem} from '../../ledger/index.ts'
import {isPair} from '../../providers/algorithms.ts'
import {probeLabel, type VersionRef} from '../../providers/ports.ts'
import {undertake, type ActContext, type Plan} from '../../requests/index.ts'
import {endsAsPlanned, foundOnce, isAsPlanned} from './found.ts'
import {demandUncompromised} from '../compromised.ts'
import {datesToKeep, demandKept, textOfDates} from '../dates.ts'
import {keysFold} from '../fold.ts'
import {publicOf} from '../material.ts'
import type {KeyPlanSpec} from '../spec.ts'
import {openIntent} from '../state.ts'
import {protectionIn} from '../protection.ts'

export const importTypes = {
  'key.import.intended': 'import',
  'key.imported': 'import',
  'key.import.failed': 'import',
} as const

/** Whether an entry says what was approved. */
export function judgeImport(plan: Plan, spec: JsonObject, entry: Entry): readonly Problem[] {
  const {key, version, profile, spec: made, public: half} = entry.data
  const same =
    key === spec['key'] &&
    version === spec['version'] &&
    profile === plan.profile?.name &&
    (entry.type !== 'key.imported' || (jcs(made ?? null) === jcs(spec) && isNamed(spec, half)))
  return same ? [] : [problem('plan', entry, 'what is imported is not what the plan says')]
}

/** Whether a public half is the one that was named beforehand; of a secret key nothing shows it. */
function isNamed({material_sha256: named}: JsonObject, half: Json | undefined): boolean {
  return typeof named !== 'string' || !isBlobRef(half) || half.blob === named
}

/** PKCS#8 as DER, where PEM was brought; anything else as it is. The given secret is wiped. @throws KeyriteError `UNSUPPORTED`. */
function materialOf(spec: KeyPlanSpec, given: Secret): Secret {
  if (!isPair(spec.algorithm)) return given
  return given.consume((bytes) => {
    try {
      const pem = Buffer.from(bytes.subarray(0, 10)).toString('latin1') === '-----BEGIN'
      const key = pem
        ? createPrivateKey(Buffer.from(bytes))
        : createPrivateKey({key: Buffer.from(bytes), format: 'der', type: 'pkcs8'})
      return new Secret(key.export({format: 'der', type: 'pkcs8'}))
    } catch (cause) {
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot import key "${spec.key}": what was recovered is no private key`,
        {
          cause,
          hints: ['recover it to a file, and look what it is'],
        },
      )
    }
  })
}

/**
 * @param material - is wiped.
 * @throws KeyriteError as `undertake`; `KEY_STATE` for a pair that was called compromised; `KEY_NOT_AS_PLANNED` if what the provider took is another key.
 */
export async function importKey(
  context: ActContext,
  {
    spec,
    profile,
    material: given,
  }: {readonly spec: KeyPlanSpec; readonly profile: string; readonly material: Secret},
): Promise<void> {
  const {ledger} = context
  const provider = await context.provider(profile)
  const material = materialOf(spec, given)
  const dates = datesToKeep(provider.kind, spec)
  const tried = Buffer.concat([Buffer.from(probeLabel), context.random.bytes(32)])
  try {
    const spki = isPair(spec.algorithm) ? material.use((bytes) => publicOf(bytes)) : null
    if (spki !== null) demandUncompromised(ledger.view, spec.key, sha256Hex(spki))
    // What proves that a secret key is the same one: the MAC that it makes. An AES key shows nothing of itself.
    const mac =
      spec.algorithm === 'hmac-sha256'
        ? material.use((bytes) => createHmac('sha256', bytes).update(tried).digest())
        : null
    await undertake<VersionRef>(context, {
      types: {intended: 'key.import.intended', done: 'key.imported', failed: 'key.import.failed'},
      about: {key: spec.key, version: spec.version, profile},
      intended: {before: []},
      open: openIntent(ledger.of(keysFold), 'import', spec.key, spec.version),
      approved: context.approved,
      find: async ({id}) => {
        const ref = await foundOnce(provider.store, id, 'imported')
        // What came from outside may not be primary by itself, and the run that brought it may have ended before.
        if (ref !== undefined) await provider.life.setPrimary?.(ref)
        return ref
      },
      act: ({id}) =>
        provider.move.import(
          {label: spec.key, algorithm: spec.algorithm, scheme: spec.scheme, purpose: spec.purpose},
          material,
          id,
          spec.material_ends === undefined ? undefined : new Date(spec.material_ends),
          dates,
        ),
      confirm: async (ref) => {
        const now = await provider.store.describe(ref)
        const answers = spki === null ? null : await provider.use.publicKey(ref)
        const same =
          (spki === null || (answers !== null && sameBytes(answers, spki))) &&
          (mac === null || sameBytes(await provider.use.mac(ref, tried), mac))
        if (!isAsPlanned(now, spec) || !same)
          throw new KeyriteError(
            'KEY_NOT_AS_PLANNED',
            now !== undefined && !endsAsPlanned(now, spec.material_ends)
              ? `cannot accept key "${spec.key}": its material is to end ${spec.material_ends ?? 'never'}, and the provider says ${now.endsAt?.toISOString() ?? 'never'}`
              : `cannot accept key "${spec.key}": the provider has another than was brought`,
            {changed: true, hints: ['look at the provider']},
          )
        demandKept(spec.key, dates, now)
        return {
          ref: {...ref},
          spec: {...spec},
          public: spki === null ? null : new Blob(spki, 'application/pkix-spki'),
          protection: await protectionIn(provider, ref),
          generation: await provider.evidence.generation(),
          ...(dates === undefined ? {} : {dates: {...textOfDates(dates)}}),
        }
      },
    })
  } finally {
    material.wipe()
  }
}
