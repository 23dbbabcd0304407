/** The policy of a key in AWS KMS: held against who keyrite is there, put, and read back. Of the region of the profile: copies elsewhere have policies of their own. */
import {jcs, type Json, type JsonObject} from '../../base/jcs.ts'
import {KeyriteError} from '../../base/errors.ts'
import type {KeyPolicies} from '../key-policies.ts'
import {callerOf} from './credentials.ts'
import {shutOutOf} from './lockout.ts'
import {told} from './pages.ts'
import type {Service} from './store.ts'

/** Of AWS: "The key policy document can have a maximum of 32 KB (32768 bytes)". */
const mostBytes = 32_768
/** What keyrite does with every key, whoever uses it. */
const needed = [
  'kms:DescribeKey',
  'kms:GetKeyPolicy',
  'kms:PutKeyPolicy',
  'kms:EnableKey',
  'kms:DisableKey',
  'kms:ScheduleKeyDeletion',
  'kms:CancelKeyDeletion',
]

export function keyPolicies({keys, who}: Service): KeyPolicies {
  const {line} = keys
  async function permitted(ref: {readonly key: string; readonly version: string}, policy: JsonObject) {
    const {id, spec, metadata} = await keys.existing(ref)
    const what = `set the policy of key "${spec.label}"`
    const refuse = (fact: string, fix: string): never => {
      throw new KeyriteError('UNSUPPORTED', `cannot ${what}: ${fact}`, {hints: [fix]})
    }
    const text = JSON.stringify(policy)
    const size = Buffer.byteLength(text)
    if (size > mostBytes)
      refuse(
        `it has ${size} bytes without blanks, and AWS KMS takes ${mostBytes}`,
        'name roles instead of many people, and what they share in policies of IAM',
      )
    const {account} = await who()
    const caller = await callerOf(line.place)
    const lost = shutOutOf(policy, needed, {account, caller: caller ?? null, key: metadata.Arn ?? ''})
    if (lost.length > 0)
      refuse(
        `by its text ${caller ?? `account ${account}`}, who keyrite is there, could no longer ${lost.map((one) => one.replace('kms:', '')).join(', ')}`,
        'let that role, or the root of the account, do so: keyrite key permissions KEY --role key-admin',
      )
    return {id, what, text}
  }
  return {
    async permit(ref, policy) {
      await permitted(ref, policy)
    },

    async set(ref, policy) {
      const {id, what, text} = await permitted(ref, policy)
      // Never BypassPolicyLockoutSafetyCheck: a key that nobody can look after is lost.
      await line.call(what, (kms) => kms.putKeyPolicy({KeyId: id, PolicyName: 'default', Policy: text}))
    },

    async read(ref) {
      const {id, spec} = await keys.existing(ref)
      const what = `read the policy of key "${spec.label}"`
      const {Policy: text} = await line.call(what, (kms) =>
        kms.getKeyPolicy({KeyId: id, PolicyName: 'default'}),
      )
      return told(what, 'Policy', text)
    },

    isSame(policy, read) {
      try {
        return jcs(plain(policy)) === jcs(plain(JSON.parse(read) as Json))
      } catch {
        return false
      }
    },
  }
}

/** What AWS itself calls the same: one alone and a list of it; an account by its number and by its root. */
function plain(value: Json): Json {
  if (Array.isArray(value))
    return value.length === 1
      ? plain((value as readonly Json[])[0] ?? null)
      : (value as readonly Json[]).map(plain)
  if (typeof value === 'string') return value.replace(/^arn:aws[a-z-]*:iam::(\d{12}):root$/, '$1')
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]))
}
