/** The one service account that may call: a key file as Google gives them out, and the tokens that are signed with it (RFC 7523). */
import {createVerify, generateKeyPairSync, type KeyObject} from 'node:crypto'
import {Refused} from './failures.ts'

export interface Account {
  readonly email: string
  readonly publicKey: KeyObject
  /** What stands in the key file. */
  readonly file: Readonly<Record<string, string>>
}

export function newAccount(project: string): Account {
  const {publicKey, privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
  const email = `operator@${project}.iam.gserviceaccount.com`
  return {
    email,
    publicKey,
    file: {
      type: 'service_account',
      project_id: project,
      private_key_id: 'standin',
      private_key: privateKey.export({format: 'pem', type: 'pkcs8'}) as string,
      client_email: email,
      client_id: '1',
      token_uri: 'https://oauth2.invalid/token',
    },
  }
}

/** A token that the account signed itself, for this service, and that has not run out. */
export function demandBearer({email, publicKey}: Account, given: unknown): void {
  const [, token = ''] = /^Bearer (.+)$/.exec(typeof given === 'string' ? given : '') ?? []
  const [head = '', body = '', signature = ''] = token.split('.')
  const isSigned =
    body !== '' &&
    createVerify('sha256').update(`${head}.${body}`).verify(publicKey, Buffer.from(signature, 'base64url'))
  const claims = isSigned
    ? (JSON.parse(Buffer.from(body, 'base64url').toString()) as {iss?: string; exp?: number})
    : {}
  if (claims.iss !== email || (claims.exp ?? 0) * 1000 < Date.now())
    throw new Refused(
      'UNAUTHENTICATED',
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    )
}
