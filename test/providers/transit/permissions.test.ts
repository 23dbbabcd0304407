/** Every role on a key of every purpose, as OpenBao itself enforces the policy that was written: its work, and nothing else. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {rolesFor, type PermissionRole} from '../../../src/providers/permissions.ts'
import type {Provider, VersionRef} from '../../../src/providers/ports.ts'
import {policyFor} from '../../../src/providers/transit/permissions.ts'
import {addRules, allowed} from '../../../src/providers/transit/standing.ts'
import type {Purpose} from '../../../src/providers/algorithms.ts'
import type {OpenBao} from '../../backends/openbao.ts'
import {testWhen} from '../../support/needs.ts'
import {enabled, intent, labelled, none, outcome, secretOf, specOf} from '../support.ts'
import {ask, openAs, openbao, placeOf, startTransit, tokenWith} from './bao.ts'

const specs: Readonly<Record<Purpose, ReturnType<typeof specOf>>> = {
  sign: specOf('rsa-2048'),
  encrypt: specOf('aes-256'),
  wrap: specOf('aes-256', {purpose: 'wrap'}),
  mac: specOf('hmac-sha256'),
  decrypt: specOf('rsa-2048', {scheme: 'oaep-sha256', purpose: 'decrypt'}),
}
const purposes = Object.keys(specs) as Purpose[]

/** What each role may at the server, of all that is tried below. */
const work: Readonly<Record<PermissionRole, (purpose: Purpose) => readonly string[]>> = {
  'key-admin': () => ['list', 'read', 'configure', 'rotate', 'soft-delete', 'restore', 'trim', 'destroy'],
  'key-user-sign': () => ['read', 'sign'],
  'key-user-verify': () => ['read', 'verify'],
  'key-user-encrypt': () => ['read', 'encrypt'],
  'key-user-decrypt': () => ['read', 'decrypt'],
  'key-user-wrap': () => ['read', 'encrypt', 'decrypt'],
  'key-user-mac': () => ['read', 'mac', 'verify'],
  'key-auditor': () => ['list', 'read'],
  'key-prover': (purpose) =>
    ({
      sign: ['read', 'sign', 'export'],
      encrypt: ['read', 'encrypt', 'decrypt', 'export'],
      wrap: ['read', 'encrypt', 'decrypt', 'export'],
      mac: ['read', 'mac', 'export'],
      decrypt: ['read', 'decrypt', 'export'],
    })[purpose],
}

const attempts = (id: string, kind: string): readonly (readonly [string, string, string, object?])[] => [
  ['list', 'LIST', 'keys'],
  ['read', 'GET', `keys/${id}`],
  ['make', 'POST', `keys/${id}.other`, {}],
  ['configure', 'POST', `keys/${id}/config`, {min_decryption_version: 1}],
  ['exportable', 'POST', `keys/${id}/config`, {exportable: true}],
  ['plaintext backup', 'POST', `keys/${id}/config`, {allow_plaintext_backup: true}],
  ['sign', 'POST', `sign/${id}`, {input: 'eA=='}],
  ['sign', 'POST', `sign/${id}/sha2-256`, {input: 'eA=='}],
  ['verify', 'POST', `verify/${id}`, {input: 'eA==', signature: 'vault:v1:eA==', hmac: 'vault:v1:eA=='}],
  ['encrypt', 'POST', `encrypt/${id}`, {plaintext: 'eA=='}],
  ['decrypt', 'POST', `decrypt/${id}`, {ciphertext: 'vault:v1:eA=='}],
  ['mac', 'POST', `hmac/${id}`, {input: 'eA=='}],
  ['rewrap', 'POST', `rewrap/${id}`, {ciphertext: 'vault:v1:eA=='}],
  ['data key', 'POST', `datakey/plaintext/${id}`, {}],
  ['export', 'GET', `export/${kind}/${id}/1`],
  ['export of all', 'GET', `export/${kind}/${id}`],
  ['backup', 'GET', `backup/${id}`],
  ['upsert', 'POST', `encrypt/${id}x`, {plaintext: 'eA=='}],
  ['rotate', 'POST', `keys/${id}/rotate`, {}],
  ['trim', 'POST', `keys/${id}/trim`, {min_available_version: 1}],
  ['soft-delete', 'DELETE', `keys/${id}/soft-delete`],
  ['restore', 'POST', `keys/${id}/soft-delete-restore`, {}],
  // Not allowed before it is configured so: tried, and refused for that.
  ['destroy', 'DELETE', `keys/${id}`],
]

describe('the policy for a role', () => {
  const box: {bao?: OpenBao; root?: Provider; refs?: Record<Purpose, VersionRef>; other?: VersionRef} = {}
  const bao = (): OpenBao => box.bao ?? missing()
  const root = (): Provider => box.root ?? missing()
  const refOf = (purpose: Purpose): VersionRef => box.refs?.[purpose] ?? missing()
  beforeAll(async () => {
    if (!openbao.present) return
    box.bao = await startTransit()
    box.root = await openAs(placeOf(box.bao), box.bao.token)
    const made: Partial<Record<Purpose, VersionRef>> = {}
    for (const purpose of purposes) made[purpose] = await enabled(box.root, specs[purpose])
    box.refs = made as Record<Purpose, VersionRef>
    box.other = await enabled(box.root, specOf('rsa-2048'))
  })
  afterAll(async () => {
    await box.root?.close()
    await box.bao?.stop()
  })

  const written = async (purpose: Purpose, role: PermissionRole, ref = refOf(purpose)) =>
    policyFor({
      role,
      spec: specs[purpose],
      ids: [ref.key],
      identity: await root().evidence.identity(),
      principal: null,
    })
  const tokenOf = async (purpose: Purpose, role: PermissionRole, ref = refOf(purpose)): Promise<string> =>
    tokenWith(bao(), (await written(purpose, role, ref)).documents[0]?.text ?? '')

  testWhen(
    openbao,
    'lets it do its work at the server, and nothing else, on this key and on no other',
    async () => {
      for (const purpose of purposes)
        for (const role of rolesFor(purpose)) {
          const token = await tokenOf(purpose, role)
          const tried = async (method: string, path: string, body?: object): Promise<number> =>
            (
              await fetch(`${bao().url}/v1/transit/${path}`, {
                method,
                headers: {'x-vault-token': token},
                ...(body === undefined ? {} : {body: JSON.stringify(body)}),
              })
            ).status
          const kind = purpose === 'mac' ? 'hmac-key' : purpose === 'sign' ? 'signing-key' : 'encryption-key'
          const may = new Set<string>()
          for (const [name, method, path, body] of attempts(refOf(purpose).key, kind))
            if ((await tried(method, path, body)) !== 403) may.add(name)
          expect([purpose, role, [...may].toSorted()]).toEqual([
            purpose,
            role,
            [...work[role](purpose)].toSorted(),
          ])
          for (const [name, method, path, body] of attempts(box.other?.key ?? '', kind))
            if (name !== 'list')
              expect([role, name, await tried(method, path, body)]).toEqual([role, name, 403])
        }
    },
    120_000,
  )

  testWhen(openbao, 'is enough for keyrite to do that role’s work', async () => {
    const as = async (purpose: Purpose, role: PermissionRole, ref = refOf(purpose)): Promise<Provider> =>
      openAs(placeOf(bao()), await tokenOf(purpose, role, ref))
    const message = labelled('x')
    const signer = await as('sign', 'key-user-sign')
    const signature = await signer.use.sign(refOf('sign'), message)
    expect(await outcome(signer.life.rotate(refOf('sign').key, intent()))).toBe('CREDENTIALS_REFUSED')
    expect(await outcome(signer.life.setAvailability(refOf('sign'), 'disabled'))).toBe('CREDENTIALS_REFUSED')
    const verifier = await as('sign', 'key-user-verify')
    expect(await verifier.use.verify(refOf('sign'), message, signature)).toBe(true)
    expect(await outcome(verifier.use.sign(refOf('sign'), message))).toBe('CREDENTIALS_REFUSED')
    const sealed = await (
      await as('encrypt', 'key-user-encrypt')
    ).use.encrypt(refOf('encrypt'), message, none)
    expect(
      await outcome((await as('encrypt', 'key-user-decrypt')).use.decrypt(refOf('encrypt'), sealed, none)),
    ).toBe('ok')
    expect(await outcome((await as('wrap', 'key-user-wrap')).use.wrap(refOf('wrap'), secretOf('x')))).toBe(
      'ok',
    )
    expect(await outcome((await as('mac', 'key-user-mac')).use.mac(refOf('mac'), message))).toBe('ok')
    const prover = await as('sign', 'key-prover')
    expect(await outcome(prover.use.sign(refOf('sign'), message))).toBe('ok')
    expect(await outcome(prover.use.publicKey(refOf('sign')))).toBe('ok')
    // It may ask, and the server refuses: that is the proof.
    expect(await outcome(prover.move.export(refOf('sign'), none))).toBe('UNSUPPORTED')
    const doomed = await enabled(root(), specOf('rsa-2048'))
    const admin = await as('sign', 'key-admin', doomed)
    expect(await outcome(admin.use.sign(doomed, message))).toBe('CREDENTIALS_REFUSED')
    expect(await admin.life.setAvailability(doomed, 'disabled')).toBe('disabled')
    expect(await admin.life.setAvailability(doomed, 'enabled')).toBe('enabled')
    expect(await outcome(admin.life.rotate(doomed.key, intent()))).toBe('ok')
    await admin.life.scheduleDestruction(doomed, 0)
    await admin.life.scheduleDestruction({...doomed, version: '2'}, 0)
    expect(await root().store.describe(doomed)).toBeUndefined()
    for (const one of [signer, verifier, prover, admin]) await one.close()
  })

  testWhen(
    openbao,
    'is held against what the server allows: the same, less, more, and of a principal',
    async () => {
      const policy = await written('sign', 'key-user-sign')
      const ids = [refOf('sign').key]
      const standing = async (principal: string | null = null) => root().standing?.(policy, ids, principal)
      expect((await standing())?.notes).toEqual([`there is no policy ${policy.name}`])
      const put = (name: string, rules: string) =>
        ask(bao(), 'POST', `sys/policies/acl/${name}`, {policy: rules})
      await put(policy.name, policy.documents[0]?.text ?? '')
      expect(await standing()).toMatchObject({missing: [], beyond: [], notes: []})
      await put(
        policy.name,
        'path "transit/keys/*" { capabilities = ["read"] }\npath "transit/+/*" { capabilities = ["update"] }',
      )
      const other = await standing()
      expect(other?.missing).toEqual([])
      expect(other?.beyond).toContainEqual({on: `transit/decrypt/${ids[0] ?? ''}`, may: ['update']})
      await put(policy.name, policy.documents[0]?.text ?? '')
      await put('wide', `path "transit/export/signing-key/${ids[0] ?? ''}/1" { capabilities = ["read"] }`)
      await ask(bao(), 'POST', 'identity/entity/name/ci', {policies: [policy.name, 'wide']})
      expect((await standing('ci'))?.beyond).toEqual([
        {on: `transit/export/signing-key/${ids[0] ?? ''}/1`, may: ['read']},
      ])
      expect(await outcome(standing('nobody'))).toBe('NOT_FOUND')
    },
  )
})

test('rules are read as the server reads them, and what is not understood is said', () => {
  const rules = new Map<string, Set<string>>()
  expect(
    addRules(
      rules,
      `# path "transit/x" { capabilities = ["sudo"] }
       path "transit/+/a" { capabilities = ["read", "update"] }
       path "transit/keys/*" { capabilities = ["list"]
         denied_parameters = { "exportable" = [] } }
       path "transit/keys/b" { capabilities = ["deny", "read"] }`,
    ),
  ).toBe(true)
  expect([...allowed(rules, 'transit/sign/a')]).toEqual(['read', 'update'])
  expect([...allowed(rules, 'transit/keys/a')]).toEqual(['list'])
  expect([...allowed(rules, 'transit/keys/b')]).toEqual([])
  expect([...allowed(rules, 'transit/x')]).toEqual([])
  expect(addRules(rules, 'path "x" { policy = "write" }')).toBe(false)
  expect(addRules(rules, '{"path": {"x": {"capabilities": ["read"]}}}')).toBe(false)
})

function missing(): never {
  throw new Error('it is not there')
}
