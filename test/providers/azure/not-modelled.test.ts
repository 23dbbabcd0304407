/** What the facts about Azure are silent of the stand-in refuses as not modelled, and never guesses: else what was seen on it would be what we imagined. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {testWith} from '../../support/needs.ts'
import {answerTo} from './asked.ts'
import {startStandin, type Standin} from './standin.ts'

type Call = Parameters<typeof answerTo> extends [unknown, ...infer Rest] ? Rest : never
const value = Buffer.alloc(32, 1).toString('base64url')
const roles = '/providers/Microsoft.Authorization'
const [name, other] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222']
const role = `Microsoft.KeyVault/providers/Microsoft.Authorization/roleDefinitions/21dbd100-6940-42c2-9190-5d6cb909625b`
const assigned = {properties: {principalId: 'p', roleDefinitionId: role}}
const policy = (trigger: object, end?: string) => ({
  lifetimeActions: [{trigger, action: {type: 'Rotate'}}],
  attributes: end === undefined ? {} : {expiryTime: end},
})
const folder = {sasTokenParameters: {storageResourceUri: 'https://s.invalid/c', token: 'sig=x'}}

const ready: Readonly<Record<'hsm' | 'vault', readonly Call[]>> = {
  hsm: [
    ['POST', '/keys/pair/create', {kty: 'EC-HSM', crv: 'P-256', key_ops: ['sign', 'verify']}],
    ['POST', '/keys/plain/create', {kty: 'oct-HSM', key_size: 256, key_ops: ['encrypt', 'decrypt']}],
    ['PUT', `${roles}/roleAssignments/${name}`, assigned],
  ],
  vault: [['POST', '/keys/pair/create', {kty: 'RSA', key_size: 2048, key_ops: ['sign', 'encrypt']}]],
}
const silent: Readonly<Record<'hsm' | 'vault', readonly (readonly [what: string, call: Call])[]>> = {
  hsm: [
    ['a path of another service', ['GET', '/certificates']],
    ['a verb that keys have not', ['POST', '/keys/pair/derive', {}]],
    ['a signature by an algorithm that they do not tell', ['POST', '/keys/pair//sign', {alg: 'ES1', value}]],
    ['AES of another size', ['POST', '/keys/plain//encrypt', {alg: 'A128GCM', value}]],
    ['the words for AES without its IV', ['POST', '/keys/plain//encrypt', {alg: 'A256CBC', value}]],
    ['the words for a rotation without a policy', ['POST', '/keys/pair/rotate']],
    ['a policy in hours', ['PUT', '/keys/pair/rotationpolicy', policy({timeAfterCreate: 'PT900H'})]],
    [
      'a trigger before an end that is not set',
      ['PUT', '/keys/pair/rotationpolicy', policy({timeBeforeExpiry: 'P30D'})],
    ],
    ['a job that is not there', ['GET', '/backup/0123/pending']],
    ['a security domain that was never given out', ['GET', '/securitydomain/download/pending']],
    ['one brought before the key for it was asked for', ['POST', '/securitydomain/upload', {value: '{}'}]],
    ['another filter of roles', ['GET', `${roles}/roleAssignments?$filter=atScope()`]],
    ['an assignment that is no GUID', ['PUT', `${roles}/roleAssignments/mine`, assigned]],
    ['the same role twice', ['PUT', `${roles}/roleAssignments/${other}`, assigned]],
    ['one taken away at another scope', ['DELETE', `/keys${roles}/roleAssignments/${name}`]],
    ['a setting that they do not name', ['GET', '/settings/Other']],
    [
      'a value of a setting that is none of two',
      ['PATCH', '/settings/AllowKeyManagementOperationsThroughARM', {value: 'perhaps'}],
    ],
  ],
  vault: [
    ['a public exponent', ['POST', '/keys/odd/create', {kty: 'RSA', public_exponent: 3}]],
    ['a curve that they do not tell', ['POST', '/keys/odd/create', {kty: 'EC', crv: 'P-192'}]],
    ['sealing by another algorithm', ['POST', '/keys/pair//encrypt', {alg: 'RSA-OAEP-999', value}]],
    ['random bytes', ['POST', '/rng', {count: 8}]],
    ['an attestation', ['GET', '/keys/pair/0/attestation']],
    ['settings', ['GET', '/settings']],
    ['local roles', ['GET', `${roles}/roleAssignments`]],
    ['a backup of everything', ['POST', '/backup', folder]],
    ['a restore of everything', ['PUT', '/restore', {...folder, folderToRestore: 'f'}]],
    ['a security domain', ['POST', '/securitydomain/download', {}]],
  ],
}

describe.each(['hsm', 'vault'] as const)('the stand-in for Azure as %s', (kind) => {
  const box: {standin?: Standin} = {}
  const answer = (call: Call) => answerTo(box.standin ?? missing(), ...call)
  beforeAll(async () => {
    box.standin = await startStandin(kind)
    for (const call of ready[kind]) expect(await answer(call)).toMatch(/^20[01]$/)
  })
  afterAll(async () => {
    await box.standin?.stop()
  })

  testWith('openssl', 'says “not modelled” of what no source tells, and changes nothing', async () => {
    const answers: (readonly [string, string])[] = []
    for (const [what, call] of silent[kind]) answers.push([what, await answer(call)])
    expect(answers).toEqual(silent[kind].map(([what]) => [what, '501 NotModelled']))
    // Nor was any of it done.
    expect(await answer(['GET', '/keys/odd'])).toBe('404 KeyNotFound')
    if (kind === 'hsm') expect(await answer(['GET', `${roles}/roleAssignments/${name}`])).toBe('200')
  })
})

function missing(): never {
  throw new Error('there is no stand-in')
}
