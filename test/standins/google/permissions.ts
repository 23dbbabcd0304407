/** Which permission a method asks for, on which resource (K*: `useTo…` cites the key, `viewPublicKey` the version). */
import {text, within, type Message} from './messages.ts'

const wanted: Readonly<Record<string, string>> = {
  createKeyRing: 'cloudkms.keyRings.create',
  getKeyRing: 'cloudkms.keyRings.get',
  listKeyRings: 'cloudkms.keyRings.list',
  createCryptoKey: 'cloudkms.cryptoKeys.create',
  getCryptoKey: 'cloudkms.cryptoKeys.get',
  listCryptoKeys: 'cloudkms.cryptoKeys.list',
  deleteCryptoKey: 'cloudkms.cryptoKeys.delete',
  deleteCryptoKeyVersion: 'cloudkms.cryptoKeyVersions.delete',
  listRetiredResources: 'cloudkms.retiredResources.list',
  getRetiredResource: 'cloudkms.retiredResources.get',
  updateCryptoKey: 'cloudkms.cryptoKeys.update',
  updateCryptoKeyPrimaryVersion: 'cloudkms.cryptoKeys.update',
  createCryptoKeyVersion: 'cloudkms.cryptoKeyVersions.create',
  getCryptoKeyVersion: 'cloudkms.cryptoKeyVersions.get',
  listCryptoKeyVersions: 'cloudkms.cryptoKeyVersions.list',
  updateCryptoKeyVersion: 'cloudkms.cryptoKeyVersions.update',
  destroyCryptoKeyVersion: 'cloudkms.cryptoKeyVersions.destroy',
  restoreCryptoKeyVersion: 'cloudkms.cryptoKeyVersions.restore',
  getPublicKey: 'cloudkms.cryptoKeyVersions.viewPublicKey',
  rawEncrypt: 'cloudkms.cryptoKeyVersions.useToEncrypt',
  rawDecrypt: 'cloudkms.cryptoKeyVersions.useToDecrypt',
  generateRandomBytes: 'cloudkms.locations.generateRandomBytes',
  encrypt: 'cloudkms.cryptoKeyVersions.useToEncrypt',
  decrypt: 'cloudkms.cryptoKeyVersions.useToDecrypt',
  asymmetricSign: 'cloudkms.cryptoKeyVersions.useToSign',
  asymmetricDecrypt: 'cloudkms.cryptoKeyVersions.useToDecrypt',
  macSign: 'cloudkms.cryptoKeyVersions.useToSign',
  macVerify: 'cloudkms.cryptoKeyVersions.useToVerify',
  listSingleTenantHsmInstances: 'cloudkms.singleTenantHsmInstances.list',
  listSingleTenantHsmInstanceProposals: 'cloudkms.singleTenantHsmInstanceProposals.list',
  createImportJob: 'cloudkms.importJobs.create',
  getImportJob: 'cloudkms.importJobs.get',
  listImportJobs: 'cloudkms.importJobs.list',
  importCryptoKeyVersion: 'cloudkms.importJobs.useToImport',
  getIamPolicy: 'cloudkms.cryptoKeys.getIamPolicy',
  setIamPolicy: 'cloudkms.cryptoKeys.setIamPolicy',
}

export function permissionFor(
  method: string,
  request: Message,
): {permission: string; resource: string} | null {
  const permission = wanted[method]
  if (permission === undefined) return null
  const changed = within(request, 'cryptoKey') ?? within(request, 'cryptoKeyVersion') ?? {}
  const named = text(request, 'name') || text(request, 'parent') || text(changed, 'name')
  const asked = text(request, 'resource')
  if (asked !== '')
    return {
      permission: asked.includes('/cryptoKeys/') ? permission : permission.replace('cryptoKeys', 'keyRings'),
      resource: asked,
    }
  const resource = permission.includes('.useTo') ? (named.split('/cryptoKeyVersions/')[0] ?? named) : named
  return {permission, resource}
}
