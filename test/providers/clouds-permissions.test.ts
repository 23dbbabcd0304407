/** Roles as Google and Azure have them, and what their stand-ins allow held against them. */
import {readFileSync} from 'node:fs'
import {request} from 'node:https'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {openVault} from '../../src/providers/azure/index.ts'
import {openKeyRing} from '../../src/providers/gcp/index.ts'
import {rolesFor, type PermissionRole, type Policy, type Standing} from '../../src/providers/permissions.ts'
import type {Provider, VersionRef} from '../../src/providers/ports.ts'
import {permissionsOf} from '../../src/providers/registry.ts'
import {purposes, type Purpose} from '../../src/providers/algorithms.ts'
import {here as has, testWith} from '../support/needs.ts'
import {placeOf} from './azure/place.ts'
import {startStandin as startAzure, type Standin as AzureStandin} from './azure/standin.ts'
import {startStandin as startGoogle, type Standin as GoogleStandin} from './gcp/standin.ts'
import {enabled, outcome, specOf} from './support.ts'

const specs: Readonly<Record<Purpose, ReturnType<typeof specOf>>> = {
  sign: specOf('rsa-2048'),
  encrypt: specOf('aes-256'),
  wrap: specOf('aes-256', {purpose: 'wrap'}),
  mac: specOf('hmac-sha256'),
  decrypt: specOf('rsa-2048', {scheme: 'oaep-sha256', purpose: 'decrypt'}),
}
const identities = {
  gcp: {kind: 'gcp', key_ring: 'projects/p/locations/l/keyRings/r'},
  vault: {kind: 'azure', vault: 'https://v.vault.azure.net', resource: 'https://vault.azure.net'},
  hsm: {kind: 'azure', vault: 'https://h.managedhsm.azure.net', resource: 'https://managedhsm.azure.net'},
} as const

async function written(
  place: keyof typeof identities,
  role: PermissionRole,
  purpose: Purpose,
  id = 'key-1',
  identity: Readonly<Record<string, string>> = identities[place],
  principal: string | null = null,
): Promise<Policy> {
  const policyFor = await permissionsOf(place === 'gcp' ? 'gcp' : 'azure')
  return policyFor({role, spec: specs[purpose], ids: [id], identity, principal})
}

const uses = /useTo|keys\/(sign|verify|encrypt|decrypt|wrap|unwrap|release)\b/
const changes =
  /\.(create|update|destroy|restore|delete|setIamPolicy)$|keys\/(create|update|write|delete\b|import|rotate|backup|restore|purge|recover|deletedKeys\/recover)|policies\/write|Assignments\/write/
const never = /setIamPolicy|purge|import|export|backup|roleAssignments\/(write|delete)|deletedKeys\/delete/

describe.each(['gcp', 'vault', 'hsm'] as const)('a role at %s', (place) => {
  test('does one thing: who changes does not use, and who uses does not change', async () => {
    const seen = new Set<string>()
    for (const purpose of purposes)
      for (const role of rolesFor(purpose)) {
        const {grants} = await written(place, role, purpose)
        for (const one of grants.flatMap(({may}) => may)) {
          seen.add(one)
          expect([role, one]).toEqual([role, expect.not.stringMatching(never)])
          if (role === 'key-admin') expect(one).not.toMatch(uses)
          else expect(one).not.toMatch(changes)
          if (role === 'key-auditor') expect(one).not.toMatch(uses)
        }
      }
    expect([...seen].filter((one) => uses.test(one)).length).toBeGreaterThanOrEqual(4)
    expect([...seen].filter((one) => changes.test(one)).length).toBeGreaterThanOrEqual(4)
  })

  test('uses for its own purpose alone', async () => {
    const used = async (role: PermissionRole, purpose: Purpose) =>
      (await written(place, role, purpose)).grants
        .flatMap(({may}) => may)
        .filter((one) => uses.test(one))
        .map((one) =>
          one
            .replace(/^.*(?:useTo|keys\/)/, '')
            .replace('/action', '')
            .toLowerCase(),
        )
    expect(await used('key-user-sign', 'sign')).toEqual(['sign'])
    expect(await used('key-user-encrypt', 'encrypt')).toEqual(['encrypt'])
    expect(await used('key-user-decrypt', 'decrypt')).toEqual(['decrypt'])
    expect(await used('key-user-wrap', 'wrap')).toEqual(
      place === 'gcp' ? ['encrypt', 'decrypt'] : ['wrap', 'unwrap'],
    )
    expect(await used('key-auditor', 'sign')).toEqual([])
  })

  test('says how it is put there, for whom, on this key', async () => {
    const who =
      place === 'gcp' ? 'serviceAccount:ci@p.iam.gserviceaccount.com' : '00000000-0000-0000-0000-000000000007'
    const {steps, documents, notes} = await written(
      place,
      'key-user-sign',
      'sign',
      'key-1',
      identities[place],
      who,
    )
    expect(steps.join('\n')).toContain(who)
    expect(steps.join('\n')).toMatch(/key-1/)
    expect(documents[0]?.text).toMatch(/sign/i)
    expect(notes.join('\n')).toMatch(/never tried on/)
  })
})

interface Box {
  provider?: Provider
  ref?: VersionRef
}

describe('what is allowed at Google', () => {
  const box: Box & {standin?: GoogleStandin} = {}
  const member = 'serviceAccount:ci@p.iam.gserviceaccount.com'
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startGoogle()
    const {ring, endpoint, credentials, ca} = box.standin
    box.provider = await openKeyRing(
      {ring, endpoint, credentials, ca, protection: 'software', destroyDays: 30},
      'keyrite/test',
    )
    box.ref = await enabled(box.provider, specOf('ec-p256'))
  })
  afterAll(async () => {
    await box.provider?.close()
    await box.standin?.stop()
  })
  const key = (): string => box.ref?.key ?? ''
  const path = (): string => `${box.standin?.ring ?? ''}/cryptoKeys/${key()}`
  const wanted = async (role: PermissionRole): Promise<Policy> =>
    written('gcp', role, 'sign', key(), {key_ring: box.standin?.ring ?? ''}, member)
  const compared = async (role: PermissionRole, principal: string | null): Promise<Standing> =>
    standingOf(box, await wanted(role), key(), principal)

  testWith('openssl', 'is asked for whoever keyrite is: too much, too little, and just enough', async () => {
    const {beyond} = await compared('key-user-sign', null)
    expect(beyond[0]?.may).toContain('cloudkms.cryptoKeys.setIamPolicy')
    const {grants} = await wanted('key-user-sign')
    const all = beyond.flatMap(({may}) => may)
    await box.standin?.ask({denied: all})
    expect(await compared('key-user-sign', null)).toMatchObject({missing: [], beyond: [], notes: []})
    await box.standin?.ask({denied: [...all, 'cloudkms.cryptoKeyVersions.useToSign']})
    expect(await compared('key-user-sign', null)).toMatchObject({
      missing: [{on: grants[0]?.on, may: ['cloudkms.cryptoKeyVersions.useToSign']}],
    })
    await box.standin?.ask({denied: []})
  })

  testWith('openssl', 'is read for a member from the key and its ring', async () => {
    expect((await compared('key-user-sign', member)).missing).toHaveLength(1)
    const {name} = await wanted('key-user-sign')
    await box.standin?.ask({policies: {[path()]: [{role: name, members: [member]}]}})
    expect(await compared('key-user-sign', member)).toMatchObject({missing: [], beyond: [], notes: []})
    const ring = box.standin?.ring ?? ''
    await box.standin?.ask({policies: {[ring]: [{role: 'roles/cloudkms.admin', members: [member]}]}})
    expect((await compared('key-user-sign', member)).beyond[0]?.may).toContain(
      'cloudkms.cryptoKeyVersions.destroy',
    )
    await box.standin?.ask({policies: {[ring]: [{role: 'projects/p/roles/other', members: [member]}]}})
    expect((await compared('key-user-sign', member)).notes).toHaveLength(1)
    expect(await outcome(compared('key-user-sign', 'ci'))).toBe('USAGE')
  })
})

describe.each(['vault', 'hsm'] as const)('what is allowed in a %s', (kind) => {
  const box: Box & {standin?: AzureStandin} = {}
  const who = '00000000-0000-0000-0000-000000000007'
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startAzure(kind)
    box.provider = await openVault(placeOf(box.standin, kind), 'keyrite/test')
    box.ref = await enabled(box.provider, specOf('ec-p256'))
  })
  afterAll(async () => {
    await box.provider?.close()
    await box.standin?.stop()
  })
  const key = (): string => box.ref?.key ?? ''
  const wanted = async (): Promise<Policy> => written(kind, 'key-user-sign', 'sign', key())
  const compared = async (principal: string | null): Promise<Standing> =>
    standingOf(box, await wanted(), key(), principal)

  if (kind === 'vault')
    testWith('openssl', 'is not asked for, and who tells it is named', async () => {
      await expect(compared(who)).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        hints: [expect.stringContaining('az role assignment list')],
      })
    })
  else
    testWith('openssl', 'is read from the local roles, on the key and above it', async () => {
      expect((await compared(null)).notes).toHaveLength(1)
      expect((await compared(who)).missing).toHaveLength(1)
      const {name, grants} = await wanted()
      const id = await role(box.standin, '1', name, grants[0]?.may ?? [])
      expect(await compared(null)).toMatchObject({missing: [], beyond: [], notes: []})
      await assign(box.standin, '2', `keys/${key()}`, id, who)
      expect(await compared(who)).toMatchObject({missing: [], beyond: [], notes: []})
      const purge = 'Microsoft.KeyVault/managedHsm/keys/deletedKeys/delete'
      await assign(box.standin, '3', '', await role(box.standin, '4', 'purger', [purge]), who)
      expect(await compared(who)).toMatchObject({missing: [], beyond: [{may: [purge]}]})
      expect(await outcome(compared('ci'))).toBe('USAGE')
    })
})

async function standingOf(
  {provider}: Box,
  policy: Policy,
  key: string,
  principal: string | null,
): Promise<Standing> {
  return provider?.standing?.(policy, [key], principal) ?? Promise.reject(new Error('it does not compare'))
}

const guid = (n: string): string => `00000000-0000-0000-0000-00000000000${n}`

async function role(
  standin: AzureStandin | undefined,
  n: string,
  roleName: string,
  dataActions: readonly string[],
) {
  const made = await put(standin, `/providers/Microsoft.Authorization/roleDefinitions/${guid(n)}`, {
    properties: {roleName, permissions: [{dataActions}]},
  })
  return (JSON.parse(made) as {id: string}).id
}

async function assign(
  standin: AzureStandin | undefined,
  n: string,
  scope: string,
  roleDefinitionId: string,
  principalId: string,
): Promise<void> {
  await put(standin, `/${scope}/providers/Microsoft.Authorization/roleAssignments/${guid(n)}`, {
    properties: {roleDefinitionId, principalId},
  })
}

/** As an administrator would, with a client that is not keyrite's. */
async function put(standin: AzureStandin | undefined, path: string, body: object): Promise<string> {
  const {vault = '', ca = '', tokenFile = ''} = standin ?? {}
  const token = readFileSync(tokenFile, 'utf8').trim()
  return new Promise((resolve, reject) => {
    const asked = request(
      `${vault}${path}?api-version=2025-07-01`,
      {method: 'PUT', ca: readFileSync(ca), headers: {authorization: `Bearer ${token}`}},
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () => {
          const text = Buffer.concat(parts).toString()
          if (response.statusCode === 201) resolve(text)
          else reject(new Error(text))
        })
      },
    )
    asked.on('error', reject)
    asked.end(JSON.stringify(body))
  })
}
