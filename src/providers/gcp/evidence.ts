import {KeyriteError} from '../../base/errors.ts'
import type {Believing} from '../attesting.ts'
import type {CheckLine, KeyEvidence, Protection} from '../ports.ts'
import {isPair} from '../algorithms.ts'
import {capabilityList} from './algorithms.ts'
import {documentOf, judge, type Attestation} from './attestation/index.ts'
import {code, codeOf, failure, keyFileThat, wordsOf} from './failures.ts'
import {enforced} from './life.ts'
import {spkiOf} from './public.ts'
import {ringIdentity} from './ring.ts'
import type {CryptoKeyVersion, Service} from './service.ts'
import {singleTenantLines} from './single-tenant.ts'
import {existing, versionPath} from './versions.ts'

/** What is needed to make, use and destroy keys. Which of them a command needs, and what others need beside: docs/providers/gcp.md. */
const permissions = [
  ...['cryptoKeys.create', 'cryptoKeys.get', 'cryptoKeys.list', 'cryptoKeys.update'],
  ...['cryptoKeyVersions.create', 'cryptoKeyVersions.get', 'cryptoKeyVersions.list'],
  ...['cryptoKeyVersions.update', 'cryptoKeyVersions.destroy', 'cryptoKeyVersions.restore'],
  ...['cryptoKeyVersions.viewPublicKey', 'cryptoKeyVersions.useToSign', 'cryptoKeyVersions.useToVerify'],
  ...['cryptoKeyVersions.useToEncrypt', 'cryptoKeyVersions.useToDecrypt'],
].map((one) => `cloudkms.${one}`)

/** Without it no key is made, whatever else is granted. */
const making = 'cloudkms.cryptoKeys.create'

/** @param believing - whom an HSM's word is believed through; null: nobody. */
export function keyEvidence(service: Service, believing: Believing | null): KeyEvidence {
  const {ring, protection, destroyDays} = service.place
  const {host, isGoogle} = service.endpoint
  const [, project = '', , location = '', , name = ''] = ring.split('/')
  return {
    async identity() {
      const {ring} = service.place
      const found = await ringIdentity(service)
      if (found !== undefined) return found
      throw new KeyriteError('PROVIDER_FAILED', `cannot look at key ring ${ring}: there is none`, {
        hints: [
          `keyrite profile make NAME --kind gcp --environment E --key-ring ${ring} …, which people approve: nobody can take it back`,
        ],
      })
    },

    async check() {
      return [
        await reachLine(service),
        ...emulatorLines(service),
        await permissionLine(service),
        ...(await singleTenantLines(service)),
      ]
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
      const found = await existing(service, ref)
      const level = String(found.version.protectionLevel)
      // Who is not Google can say what Google says.
      const asserted = (kept: Protection['level'], detail: string): Protection => ({
        level: kept === 'hardware' && !isGoogle ? 'unknown' : kept,
        fips: null,
        evidence: 'asserted',
        detail: isGoogle ? `Google says ${detail}` : `${host}, which is no host of Google’s, says ${detail}`,
      })
      if (level === 'SOFTWARE')
        return asserted('software', 'SOFTWARE: the key lies in its software, no hardware is involved')
      if (level !== 'HSM' && level !== 'HSM_SINGLE_TENANT')
        return asserted('unknown', `${level}: the key lies with somebody else, who says nothing here`)
      const quorum =
        level === 'HSM_SINGLE_TENANT'
          ? '; the HSM is changed by proposals that a quorum of its own approves at Google, beside keyrite’s'
          : ''
      const given = attestationIn(found.version)
      if (given === null) return asserted('hardware', `${level}; it gave no attestation${quorum}`)
      const pair = isPair(found.shown.spec.algorithm)
      if (pair && found.shown.availability !== 'enabled')
        return asserted(
          'hardware',
          `${level}; its attestation is not verified: its public half is given out only while it is enabled${quorum}`,
        )
      const about = {
        name: versionPath(service, ref),
        spki: pair ? await spkiOf(service, found) : null,
      }
      const judged = judge(given, about, believing?.roots() ?? null, believing?.now() ?? new Date())
      const said: Protection =
        judged.kind === 'attested'
          ? {
              level: 'hardware',
              fips: null,
              evidence: 'attested',
              detail: `the HSM itself says that the key was made in it and cannot leave: ${judged.by}${quorum}`,
            }
          : asserted('hardware', `${level}; its attestation is not verified: ${judged.why}${quorum}`)
      return {...said, attestation: documentOf(given, about)}
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

/** Null where there is none, as of a key in software. */
function attestationIn({attestation}: CryptoKeyVersion): Attestation | null {
  const {format, content, certChains} = attestation ?? {}
  if (!(content instanceof Uint8Array) || content.length === 0) return null
  return {
    format: String(format),
    content,
    chains: {
      maker: certChains?.caviumCerts ?? [],
      ownerCard: certChains?.googleCardCerts ?? [],
      ownerPartition: certChains?.googlePartitionCerts ?? [],
    },
  }
}

async function reachLine(service: Service): Promise<CheckLine> {
  const {ring, endpoint, credentials} = service.place
  try {
    await service.askPlainly((kms) => kms.getKeyRing({name: ring}))
    return {name: 'key ring', ok: true, detail: ring, fix: null}
  } catch (error) {
    const value = codeOf(error)
    const fix =
      value === code.unauthenticated || value === undefined
        ? credentials === null
          ? 'gcloud auth application-default login'
          : keyFileThat(credentials)
        : value === code.permissionDenied
          ? `gcloud kms keyrings add-iam-policy-binding ${ring} --member=MEMBER --role=roles/cloudkms.viewer`
          : value === code.notFound
            ? `gcloud kms keyrings describe ${ring}`
            : `look whether ${endpoint ?? 'cloudkms.googleapis.com'} can be reached from here`
    return {name: 'key ring', ok: false, detail: failure('reach it', error).message, fix}
  }
}

/** What is not demanded of an emulator, and is of Google. */
function emulatorLines({endpoint: {host, isPlain}}: Service): CheckLine[] {
  if (!isPlain) return []
  const detail = `${host} is asked in the clear, without credentials: an emulator on this machine; checksums that it leaves out of its answers are not demanded`
  return [{name: 'endpoint', ok: true, detail, fix: null}]
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
      ? {name: 'permissions', ok: true, detail: 'all that is needed to make, use and destroy keys', fix: null}
      : {
          name: 'permissions',
          ok: false,
          detail: `not granted on the key ring: ${missing.join(', ')}`,
          fix: `gcloud kms keyrings add-iam-policy-binding ${ring} --member=MEMBER --role=ROLE`,
          // Asked of the ring itself: the others may be granted on the key, under a condition on its name.
          ...(missing.includes(making) ? {needed: true as const, code: 'CREDENTIALS_REFUSED' as const} : {}),
        }
  } catch (error) {
    if (service.endpoint.isPlain && codeOf(error) === code.unimplemented)
      return {name: 'permissions', ok: true, detail: 'it knows none: everybody may do everything', fix: null}
    return {name: 'permissions', ok: false, detail: wordsOf(error), fix: 'keyrite profile check PROFILE'}
  }
}
