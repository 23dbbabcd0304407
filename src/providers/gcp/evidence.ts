import {createHash} from 'node:crypto'
import type {CheckLine, KeyEvidence} from '../ports.ts'
import {capabilityList} from './algorithms.ts'
import {code, codeOf, failure, wordsOf} from './failures.ts'
import {enforced} from './life.ts'
import type {Service} from './service.ts'
import {dateOf, existing, versionPath} from './versions.ts'

/** What keyrite asks for, all in all. Which of them a command needs: docs/providers/gcp.md. */
const permissions = [
  ...['cryptoKeys.create', 'cryptoKeys.get', 'cryptoKeys.list', 'cryptoKeys.update'],
  ...['cryptoKeyVersions.create', 'cryptoKeyVersions.get', 'cryptoKeyVersions.list'],
  ...['cryptoKeyVersions.update', 'cryptoKeyVersions.destroy', 'cryptoKeyVersions.restore'],
  ...['cryptoKeyVersions.viewPublicKey', 'cryptoKeyVersions.useToSign', 'cryptoKeyVersions.useToVerify'],
  ...['cryptoKeyVersions.useToEncrypt', 'cryptoKeyVersions.useToDecrypt'],
].map((one) => `cloudkms.${one}`)

export function keyEvidence(service: Service): KeyEvidence {
  const {ring, protection, destroyDays} = service.place
  const [, project = '', , location = '', , name = ''] = ring.split('/')
  return {
    /** The ring can neither be deleted nor made again: when it was made says that it is the same. */
    async identity() {
      const [found] = await service.ask(`look at key ring ${ring}`, (kms) => kms.getKeyRing({name: ring}))
      return {
        kind: 'gcp',
        key_ring: found.name ?? '',
        created: dateOf(found.createTime)?.toISOString() ?? '',
      }
    },

    async check() {
      return [await reachLine(service), await permissionLine(service)]
    },

    async capabilities() {
      service.demandOpen()
      return {
        keys: capabilityList,
        enforces: enforced,
        rotates: capabilityList.map(({algorithm}) => algorithm),
        imports: true,
        exports: false,
        backs_up: false,
        destructionDays: {least: destroyDays, most: destroyDays},
      }
    },

    async protection(ref) {
      const {version} = await existing(service, ref)
      const level = String(version.protectionLevel)
      if (level === 'SOFTWARE')
        return {
          level: 'software',
          fips: null,
          evidence: 'asserted',
          detail: 'Google says SOFTWARE: the key lies in its software, no hardware is involved',
        }
      if (level !== 'HSM' && level !== 'HSM_SINGLE_TENANT')
        return {
          level: 'unknown',
          fips: null,
          evidence: 'asserted',
          detail: `Google says ${level}: the key lies with somebody else, who says nothing here`,
        }
      const [full] = await service.ask(`look at key "${ref.key}"`, (kms) =>
        kms.getCryptoKeyVersion({name: versionPath(service, ref)}),
      )
      const format = full.attestation?.format
      const quorum =
        level === 'HSM_SINGLE_TENANT'
          ? '; the HSM is changed by proposals that a quorum of its own approves at Google, beside keyrite’s'
          : ''
      const attested =
        format === null || format === undefined
          ? 'it gave no attestation'
          : `it gave an attestation (${String(format)}, SHA-256 ${digestOf(full.attestation?.content)}), whose signatures were not verified here`
      return {
        level: 'hardware',
        fips: null,
        evidence: 'asserted',
        detail: `Google says ${level}; ${attested}${quorum}`,
      }
    },

    async generation() {
      service.demandOpen()
      return null
    },

    async device() {
      service.demandOpen()
      return {
        service: 'Google Cloud KMS',
        project,
        location,
        key_ring: name,
        protection: protection === 'hsm' ? 'HSM' : 'software',
      }
    },
  }
}

/** So that what was given can be told from what will be given later. */
function digestOf(content: Uint8Array | string | null | undefined): string {
  return createHash('sha256')
    .update(content ?? '')
    .digest('hex')
}

async function reachLine(service: Service): Promise<CheckLine> {
  const {ring, endpoint} = service.place
  try {
    await service.askPlainly((kms) => kms.getKeyRing({name: ring}))
    return {name: 'key ring', ok: true, detail: ring, fix: null}
  } catch (error) {
    const value = codeOf(error)
    const fix =
      value === code.unauthenticated || value === undefined
        ? 'gcloud auth application-default login'
        : value === code.permissionDenied
          ? `gcloud kms keyrings add-iam-policy-binding ${ring} --member=MEMBER --role=roles/cloudkms.viewer`
          : value === code.notFound
            ? `gcloud kms keyrings describe ${ring}`
            : `look whether ${endpoint ?? 'cloudkms.googleapis.com'} can be reached from here`
    return {name: 'key ring', ok: false, detail: failure('reach it', error).message, fix}
  }
}

async function permissionLine(service: Service): Promise<CheckLine> {
  const {ring} = service.place
  try {
    const [answer] = await service.askPlainly((kms) =>
      kms.testIamPermissions({resource: ring, permissions} as never),
    )
    const granted = answer.permissions
    const missing = permissions.filter((one) => !granted.includes(one))
    return missing.length === 0
      ? {name: 'permissions', ok: true, detail: 'all that keyrite ever asks for', fix: null}
      : {
          name: 'permissions',
          ok: false,
          detail: `not granted on the key ring: ${missing.join(', ')}`,
          fix: `gcloud kms keyrings add-iam-policy-binding ${ring} --member=MEMBER --role=ROLE`,
        }
  } catch (error) {
    return {name: 'permissions', ok: false, detail: wordsOf(error), fix: 'keyrite profile check PROFILE'}
  }
}
