/** A key that anybody could wish for. */
import type {KeyWish} from '../../src/keys/index.ts'

export const planCreateWish: KeyWish = {
  name: 'k',
  profile: 'main',
  algorithm: 'aes-256',
  scheme: null,
  purpose: 'encrypt',
  class: 'dek',
  classification: 'confidential',
  owner: 'Payments Team',
  consumers: [],
  parent: null,
  expires: null,
  activate: false,
}
