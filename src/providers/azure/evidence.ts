import type {CheckLine, KeyEvidence} from '../ports.ts'
import {capabilitiesOf} from './algorithms.ts'
import {failure, statusOf} from './failures.ts'
import {enforced} from './life.ts'
import type {Service} from './service.ts'
import {existing} from './versions.ts'

export function keyEvidence(service: Service): KeyEvidence {
  const {vault, isHsm, protection, retentionDays} = service.place
  return {
    /** A vault's name is given again after it is purged; its tenant says whose it is. */
    async identity() {
      service.demandOpen()
      const {tenant, resource} = await service.challenge()
      return {kind: 'azure', vault, tenant, resource}
    },

    async check() {
      return [await reachLine(service), await readLine(service)]
    },

    async capabilities() {
      service.demandOpen()
      const keys = capabilitiesOf(service.place)
      return {
        keys,
        enforces: enforced,
        rotates: keys.map(({algorithm}) => algorithm),
        imports: protection === 'hsm',
        exports: false,
        backs_up: false,
        destructionDays: {least: retentionDays, most: retentionDays},
      }
    },

    async protection(ref) {
      const {key} = await existing(service, ref)
      const kty = String(key.keyType)
      if (!kty.endsWith('-HSM'))
        return {
          level: 'software',
          fips: null,
          evidence: 'asserted',
          detail: `Azure says ${kty}: the key lies in its software, no hardware is involved`,
        }
      return {
        level: 'hardware',
        fips: null,
        evidence: 'asserted',
        detail: `Azure says ${kty}, in a ${isHsm ? 'Managed HSM' : 'vault'}; it proves nothing`,
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

/** Reading is what every command needs; what else is permitted Azure tells only when it is tried. */
async function readLine(service: Service): Promise<CheckLine> {
  try {
    await service.patient.listPropertiesOfKeys().next()
    return {name: 'permission to read keys', ok: true, detail: 'granted', fix: null}
  } catch (error) {
    const fix =
      statusOf(error) === 403
        ? 'az role assignment create --role "Key Vault Crypto Officer" --assignee WHO --scope VAULT-ID'
        : 'az login'
    return {name: 'permission to read keys', ok: false, detail: failure('read keys', error).message, fix}
  }
}
