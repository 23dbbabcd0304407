import {createHash} from 'node:crypto'
import type {KeyVaultKey} from '@azure/keyvault-keys'
import {KeyriteError} from '../../base/errors.ts'
import type {Believing} from '../attesting.ts'
import type {CheckLine, KeyEvidence, Protection, VersionRef} from '../ports.ts'

import {capabilitiesOf} from './algorithms.ts'
import {documentOf, judge, type Attestation} from './attestation.ts'
import {failure, statusOf} from './failures.ts'
import {enforced} from './life.ts'
import {isAzure, kindOf} from './place.ts'
import type {Service} from './service.ts'
import {publicKeyOf} from './use.ts'
import {existing} from './versions.ts'

/** The first that has attestations. */
const attestationVersion = '2025-07-01'

/** @param believing - whom an HSM's word is believed through; null: nobody. */
export function keyEvidence(service: Service, believing: Believing | null = null): KeyEvidence {
  const {vault, isHsm, protection, retentionDays} = service.place
  const who = isAzure(vault) ? 'Azure' : `${new URL(vault).hostname}, which is no host of Azure’s,`
  return {
    /** A vault's name is given again after it is purged; its tenant says whose it is. */
    async identity() {
      service.demandOpen()
      const {tenant, resource} = await service.challenge()
      const said = kindOf(resource)
      if (said !== null && (said === 'hsm') !== isHsm)
        throw new KeyriteError(
          'USAGE',
          `cannot take ${vault} as a ${isHsm ? 'Managed HSM' : 'vault'}: its tokens are for ${resource}, as those of a ${isHsm ? 'vault' : 'Managed HSM'}`,
          {hints: [isHsm ? 'the same without --managed-hsm' : 'the same with --managed-hsm']},
        )
      return {kind: 'azure', vault, tenant, resource}
    },

    async check() {
      const own = isHsm ? [await settingLine(service), await rolesLine(service)] : []
      return [await reachLine(service), await readLine(service), ...own]
    },

    async capabilities() {
      service.demandOpen()
      const keys = capabilitiesOf(service.place)
      return {
        keys,
        enforces: enforced,
        rotates: keys.map(({algorithm}) => algorithm),
        imports: true,
        exports: false,
        backs_up: false,
        destructionDays: {least: retentionDays, most: retentionDays},
      }
    },

    async protection(ref) {
      const {key} = await existing(service, ref)
      const kty = String(key.keyType)
      const leaves = releaseOf(key)
      if (key.keyType === undefined)
        return {
          ...{level: 'unknown', fips: null, evidence: 'asserted'},
          detail: `${who} tells nothing of a key that is disabled`,
        }
      if (givesPrivate(key))
        return {
          ...{level: 'software', fips: null, evidence: 'asserted'},
          detail: `${who} GIVES OUT ITS PRIVATE HALF to whoever may read it: it is protected by nothing`,
        }
      if (!kty.endsWith('-HSM'))
        return {
          level: 'software',
          fips: null,
          evidence: 'asserted',
          detail: `${who} says ${kty}: the key lies in its software, no hardware is involved${leaves}`,
        }
      const asserted = (detail: string): Protection => ({
        level: isAzure(vault) ? 'hardware' : 'unknown',
        fips: null,
        evidence: 'asserted',
        detail: `${who} says ${kty}, in a ${isHsm ? 'Managed HSM' : 'vault'}; ${detail}${leaves}`,
      })
      if (!isHsm) return asserted('it proves nothing')
      const given = await attestationOf(service, ref)
      if (given === null) return asserted('it gave no attestation')
      const about = {
        ...ref,
        spki: kty === 'oct-HSM' ? null : publicKeyOf({key}).export({format: 'der', type: 'spki'}),
      }
      const judged = judge(given, about, believing?.roots() ?? null, believing?.now() ?? new Date())
      return {
        ...(judged.kind === 'not'
          ? asserted(`its attestation is not verified: ${judged.why}`)
          : {
              ...{level: 'hardware' as const, fips: null, evidence: 'attested' as const},
              detail: `the HSM itself says that the key was made in it and cannot leave: ${judged.by}${leaves}`,
            }),
        attestation: documentOf(given, about),
      }
    },

    async generation() {
      service.demandOpen()
      return null
    },

    async device() {
      service.demandOpen()
      return {
        service: isHsm ? 'Azure Managed HSM' : 'Azure Key Vault',
        vault,
        protection: protection === 'hsm' ? 'HSM' : 'software',
      }
    },
  }
}

/** Azure never does. */
function givesPrivate({key}: KeyVaultKey): boolean {
  return [key?.d, key?.p, key?.q, key?.k].some((part) => part !== undefined && part.length > 0)
}

/** Whether Azure may release it to a machine that is attested: under which policy, as its digest, and whether that can change. */
function releaseOf({properties}: KeyVaultKey): string {
  const {exportable, releasePolicy} = properties
  if (exportable !== true) return ''
  const policy = releasePolicy?.encodedPolicy
  if (policy === undefined) return '; IT MAY BE RELEASED, and Azure says no policy for that'
  const digest = createHash('sha256').update(policy).digest('hex')
  return `; IT MAY BE RELEASED to machines that its release policy trusts (SHA-256 ${digest}, ${releasePolicy?.immutable === true ? 'never changed' : 'which can be changed'})`
}

/** Of a Managed HSM only. Null where it gives none. */
async function attestationOf(service: Service, {key, version}: VersionRef): Promise<Attestation | null> {
  const what = `ask for the attestation of key "${key}"`
  try {
    const {attributes} = await service.read(what, `/keys/${key}/${version}/attestation`, {
      'api-version': attestationVersion,
    })
    const {attestation} = (attributes ?? {}) as {attestation?: Readonly<Record<string, unknown>>}
    const bytes = (name: string): Uint8Array | null => {
      const text = attestation?.[name]
      return typeof text === 'string' ? Buffer.from(text, 'base64url') : null
    }
    const own = bytes('privateKeyAttestation')
    if (own === null) return null
    const form = attestation?.['version']
    return {
      form: typeof form === 'string' ? form : 'without a name',
      certificates: bytes('certificatePemFile') ?? new Uint8Array(),
      private: own,
      public: bytes('publicKeyAttestation'),
    }
  } catch (error) {
    // Older ones have no such call.
    if (error instanceof KeyriteError && [400, 404, 501].includes(statusOf(error.cause) ?? 0)) return null
    throw error
  }
}

async function reachLine(service: Service): Promise<CheckLine> {
  const {vault} = service.place
  try {
    const {tenant} = await service.challenge()
    return {name: 'vault', ok: true, detail: `${vault} of tenant ${tenant}`, fix: null}
  } catch (error) {
    const detail = failure('reach it', error).message
    return {
      name: 'vault',
      ok: false,
      detail,
      fix: `az keyvault show --name ${new URL(vault).hostname.split('.')[0] ?? ''}`,
    }
  }
}

/** Whether Azure Resource Manager may act on keys past the local roles. */
async function settingLine(service: Service): Promise<CheckLine> {
  const [name, setting] = ['keys past the local roles', 'AllowKeyManagementOperationsThroughARM']
  try {
    const {value} = await service.read('read the settings', `/settings/${setting}`)
    const isOpen = value !== 'false'
    const detail = `${setting} is ${String(value)}`
    const host = new URL(service.place.vault).hostname.split('.')[0] ?? ''
    const fix = `az keyvault setting update --hsm-name ${host} --name ${setting} --value false`
    return {name, ok: !isOpen, detail, fix: isOpen ? fix : null}
  } catch (error) {
    return {name, ok: true, detail: `not told: ${failure('read it', error).message}`, fix: null}
  }
}

/** Who has a local role on everything: said, and judged by nobody here. */
async function rolesLine(service: Service): Promise<CheckLine> {
  const name = 'local roles on everything'
  try {
    const all = await service.readList(
      'read the local roles',
      '/providers/Microsoft.Authorization/roleAssignments',
    )
    return {name, ok: true, detail: `${all.length} assigned at /`, fix: null}
  } catch (error) {
    return {name, ok: true, detail: `not told: ${failure('read them', error).message}`, fix: null}
  }
}

/** Reading is what every command needs; what else is permitted Azure tells only when it is tried. */
async function readLine(service: Service): Promise<CheckLine> {
  const {tokenFile} = service.place
  try {
    await service.read('read keys', '/keys', {maxresults: '1'})
    return {name: 'permission to read keys', ok: true, detail: 'granted', fix: null}
  } catch (error) {
    const isRefused = error instanceof KeyriteError && statusOf(error.cause) === 403
    const fix = isRefused
      ? 'az role assignment create --role "Key Vault Crypto Officer" --assignee WHO --scope VAULT-ID'
      : tokenFile === null
        ? 'az login'
        : `a token that is not over, in ${tokenFile}`
    return {
      ...{name: 'permission to read keys', ok: false, detail: failure('read keys', error).message, fix},
      // Whatever else is granted: before a key is made it is looked whether its name is free.
      ...(isRefused ? {needed: true as const, code: 'CREDENTIALS_REFUSED' as const} : {}),
    }
  }
}
