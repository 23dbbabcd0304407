/** Who may do what with a key at its provider: roles with one purpose each (K8), and what a provider makes of them. */
import type {Purpose, Scheme} from './algorithms.ts'

/** `key-admin` without use; one `key-user` for each use; an auditor who reads; a prover who shows that the key works. */
export const permissionRoles = [
  'key-admin',
  'key-user-sign',
  'key-user-verify',
  'key-user-encrypt',
  'key-user-decrypt',
  'key-user-wrap',
  'key-user-mac',
  'key-auditor',
  'key-prover',
] as const
export type PermissionRole = (typeof permissionRoles)[number]

const usersOf: Readonly<Record<Purpose, readonly PermissionRole[]>> = {
  sign: ['key-user-sign', 'key-user-verify'],
  encrypt: ['key-user-encrypt', 'key-user-decrypt'],
  wrap: ['key-user-wrap'],
  mac: ['key-user-mac', 'key-user-verify'],
  decrypt: ['key-user-encrypt', 'key-user-decrypt'],
}

/** The roles that a key of this purpose has: a key to sign has nobody who encrypts. */
export function rolesFor(purpose: Purpose): readonly PermissionRole[] {
  return ['key-admin', ...usersOf[purpose], 'key-auditor', 'key-prover']
}

export interface PermissionsWish {
  readonly role: PermissionRole
  readonly spec: {readonly label: string; readonly scheme: Scheme; readonly purpose: Purpose}
  /** The keys at the provider that hold its versions, by the provider's own ids. */
  readonly ids: readonly string[]
  /** Who answered when the profile was approved. */
  readonly identity: Readonly<Record<string, string>>
  /** Who it is for, as the provider names them; null to leave that open. */
  readonly principal: string | null
}

/** What is allowed on one thing there, in the provider's own words. */
export interface Grant {
  readonly on: string
  readonly may: readonly string[]
}

export interface Policy {
  /** Such as `OpenBao policy`. */
  readonly language: string
  /** What it is called there. */
  readonly name: string
  readonly documents: readonly {readonly title: string; readonly file: string; readonly text: string}[]
  readonly grants: readonly Grant[]
  /** The provider's own commands that put it there. */
  readonly steps: readonly string[]
  /** What it cannot keep anybody from, and what else there is to know. */
  readonly notes: readonly string[]
}

/** What there is now, held against what was written. */
export interface Standing {
  /** What was looked at. */
  readonly looked: readonly string[]
  readonly missing: readonly Grant[]
  /** What is allowed on the key beyond the role. */
  readonly beyond: readonly Grant[]
  readonly notes: readonly string[]
}
