/** A token that is not taken, and one that is taken and may not: which of them it is, and what mends it. */
import {KeyriteError} from '../../base/errors.ts'
import type {Answer, Method} from './http.ts'
import type {Token} from './token.ts'

/** By a policy it is refused with a list of one; anything else is about the token. */
export function isTokenRefused({status, body}: Answer): boolean {
  const raw = String(((body ?? {}) as {errors?: readonly unknown[]}).errors?.[0])
  if (status === 400) return raw.includes('missing client token')
  return (
    status === 403 && !/^1 error occurred:\s*\* permission denied/.test(raw) && !raw.includes('preflight')
  )
}

/** The server says the same of a wrong, a revoked and an expired one; keyrite knows how long it was to live. */
export function tokenRefused({facts, spent, file}: Token, what: string): KeyriteError {
  const more = facts?.renewable === true ? ', and could not be renewed any more' : ''
  const fact = spent
    ? `the token has expired: it had ${facts?.ttl ?? 0} seconds${more}`
    : 'the server does not take the token: it is wrong, or was revoked, or has expired'
  return new KeyriteError('CREDENTIALS_REFUSED', `cannot ${what}: ${fact}`, {
    hints: [
      file === null
        ? 'bao login, then the same command again with the new token'
        : `bao token create -field=token > ${file}`,
      'what was refused did nothing: the same command goes on where it stopped',
    ],
  })
}

const verbs: Readonly<Record<Method, string>> = {GET: 'read', LIST: 'list', POST: 'write', DELETE: 'delete'}

/** @param path - without the namespace. */
export function notPermitted(method: Method, path: string, what: string): KeyriteError {
  const plain = path.replace(/\?.*$/, '')
  return new KeyriteError(
    'CREDENTIALS_REFUSED',
    `cannot ${what}: the token may not ${verbs[method]} ${plain}`,
    {
      hints: [`bao token capabilities ${plain}`, 'have its policy say so'],
    },
  )
}
