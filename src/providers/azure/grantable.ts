/** Which local roles of a Managed HSM are given on one key, and to whom. Loads nothing of the SDK: a plan is refused by it before anything is opened. */
import type {Grantable} from '../grants.ts'

/** By the ids that Microsoft's documents give them, the same in every Managed HSM. Never one that administers roles, backups or the HSM itself. */
export const roles: Readonly<Record<string, string>> = {
  'Managed HSM Crypto User': '21dbd100-6940-42c2-9190-5d6cb909625b',
  'Managed HSM Crypto Auditor': '2c18b078-7c48-4d3a-af88-5a3a1b3f82b3',
}

const form = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The first part of its host, which is what Azure's tools call it. */
export function hsmName(vault: string): string {
  return new URL(vault).hostname.split('.')[0] ?? ''
}

export const grantable: Grantable = {
  operations: () => Object.keys(roles),
  granteeFault: (grantee) =>
    form.test(grantee)
      ? undefined
      : 'it is no object id, in small letters: az ad sp show --id APPLICATION --query id',
  regionOf: ({vault = 'https://vault'}) => hsmName(vault),
  most: 1,
  example: 'OBJECT-ID',
  keptElsewhere: ({vault = 'https://vault', resource = ''}, key) =>
    resource.includes('managedhsm')
      ? undefined
      : {
          fact: 'it lies in a vault, whose roles Azure Resource Manager keeps, and keyrite does not ask that',
          fix: `az role assignment create --role ROLE --assignee OBJECT-ID --scope $(az keyvault show --name ${hsmName(vault)} --query id --output tsv)/keys/${key}; az role assignment delete takes it away`,
        },
}
