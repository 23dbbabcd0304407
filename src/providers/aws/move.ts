import {KeyriteError} from '../../base/errors.ts'
import type {IntentId, KeyMove, KeySpec} from '../ports.ts'
import type {Line} from './client.ts'
import {isInvalid, nameOf} from './failures.ts'
import {demandMaterial, wrapped, wrappingOf} from './material.ts'
import {permitSpec} from './specs.ts'
import {demandNew, makeKey, settled, type Service} from './store.ts'

const noExport = 'AWS KMS has no call that gives a key away'

export function keyMove(service: Service): KeyMove {
  const {keys, alone} = service
  return {
    noExport,

    async import(spec, material, intent, endsAt) {
      permitSpec(spec, false)
      if (keys.line.place.customKeyStore !== null)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot import key "${spec.label}": a custom key store takes none`,
        )
      // Its own copy: the calls go on after `use`.
      const bytes = material.use((own) => Uint8Array.from(own))
      try {
        demandMaterial(spec, bytes)
        return await alone(async () => {
          const id = (await cutOff(service, spec, intent)) ?? (await begun(service, spec, intent))
          await bring(service, spec, id, {material: bytes, endsAt})
          return (await settled(keys, id, intent)).ref
        })
      } finally {
        bytes.fill(0)
      }
    },

    async export(ref) {
      const {spec} = await keys.existing(ref)
      throw new KeyriteError('UNSUPPORTED', `cannot export key "${spec.label}": ${noExport}`)
    },

    async backup() {
      return refuseBackup(service, 'back up')
    },

    async restore() {
      return refuseBackup(service, 'restore')
    },
  }
}

/** A key of the same intent that still waits for its material. */
async function cutOff({keys}: Service, spec: KeySpec, intent: IntentId): Promise<string | undefined> {
  for (const id of await keys.having((tagged) => tagged.intent === intent && tagged.label === spec.label)) {
    const known = await keys.known(id)
    if (known?.metadata.KeyState === 'PendingImport' && known.spec.algorithm === spec.algorithm) return id
  }
  return undefined
}

async function begun(service: Service, spec: KeySpec, intent: IntentId): Promise<string> {
  await demandNew(service.keys, spec, intent)
  const MultiRegion = service.keys.line.place.replicaRegions.length > 0
  const id = await makeKey(service, spec, intent, {Origin: 'EXTERNAL', MultiRegion})
  return id
}

/** Brings the material. What can go on with the key later leaves it there, and says so; what never can leaves none behind. */
async function bring(
  {keys}: Service,
  spec: KeySpec,
  id: string,
  {material, endsAt}: {readonly material: Uint8Array; readonly endsAt: Date | undefined},
): Promise<void> {
  const {line} = keys
  const what = `import key "${spec.label}"`
  try {
    const {PublicKey: under, ImportToken: token} = await line.call(what, (kms) =>
      kms.getParametersForImport({
        KeyId: id,
        WrappingAlgorithm: wrappingOf(spec),
        WrappingKeySpec: 'RSA_4096',
      }),
    )
    if (under === undefined || token === undefined)
      throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: its answer has no key to wrap with`)
    await line.call(what, (kms) =>
      kms.importKeyMaterial({
        KeyId: id,
        ImportToken: token,
        EncryptedKeyMaterial: wrapped(spec, material, under),
        ...(endsAt === undefined
          ? {ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE'}
          : {ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: endsAt}),
      }),
    )
  } catch (error) {
    if (!(error instanceof KeyriteError)) throw error
    throw mayGoOn(error) ? leftFor(error, id) : await without(line, what, error, id)
  }
}

/** Answers that say nothing against the material: the same import, later, goes on with the same key. */
function mayGoOn(error: KeyriteError): boolean {
  const refused = ['IncorrectKeyMaterialException', 'InvalidCiphertextException']
  if (isInvalid(error) || refused.includes(nameOf(error.cause))) return false
  return ['PROVIDER_FAILED', 'PROVIDER_UNREACHABLE', 'CREDENTIALS_REFUSED'].includes(error.code)
}

const byHand = (id: string): string => `aws kms schedule-key-deletion --key-id ${id}`

function leftFor({code, message, hints, cause}: KeyriteError, id: string): KeyriteError {
  return new KeyriteError(code, `${message}; key ${id} waits there for its material`, {
    cause,
    changed: true,
    hints: ['the same command again goes on with that key', ...hints, `if it is given up: ${byHand(id)}`],
  })
}

/** Takes the key away that got no material. @returns what is told: also where it could not be taken away. */
async function without(line: Line, what: string, cause: KeyriteError, id: string): Promise<KeyriteError> {
  const said = nameOf(cause.cause) || cause.code
  const told = (rest: string, hints: readonly string[]): KeyriteError =>
    new KeyriteError(
      'UNSUPPORTED',
      `cannot ${what}: AWS KMS refuses it (${said}); the key without material (${id}) ${rest}`,
      {
        cause,
        changed: true,
        hints,
      },
    )
  try {
    await line.call(`take away what was made to ${what}`, (kms) =>
      kms.scheduleKeyDeletion({KeyId: id, PendingWindowInDays: 7}),
    )
    return told('goes in 7 days', [])
  } catch (error) {
    if (!(error instanceof KeyriteError)) throw error
    return told(`is still there, as it could not be taken away (${error.code})`, [byHand(id)])
  }
}

/** @throws KeyriteError `UNSUPPORTED`, always. */
async function refuseBackup({keys, who}: Service, verb: 'back up' | 'restore'): Promise<never> {
  await who()
  const where =
    keys.line.place.customKeyStore === null ? '' : '; the CloudHSM cluster of a key store has its own'
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot ${verb} AWS KMS: it keeps its own copies, and gives none${where}`,
  )
}
