/** Asks the stand-in as anybody’s client would: past every check of keyrite and of the client that it uses. */
import {readFileSync} from 'node:fs'
import {request} from 'node:https'
import type {Standin} from './standin.ts'

export type Said = Readonly<Record<string, unknown>>

export async function askPlainly(
  {vault, tokenFile, ca}: Standin,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: Said = {},
): Promise<{readonly status: number; readonly said: Said}> {
  const headers = {
    authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`,
    'content-type': 'application/json',
  }
  const {promise, resolve, reject} = Promise.withResolvers<{status: number; said: Said}>()
  const more = path.includes('?') ? '&' : '?'
  request(`${vault}${path}${more}api-version=7.6`, {ca: readFileSync(ca), headers, method}, (answer) => {
    const parts: Buffer[] = []
    answer.on('data', (part: Buffer) => parts.push(part))
    answer.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8')
      resolve({status: answer.statusCode ?? 0, said: (text === '' ? {} : JSON.parse(text)) as Said})
    })
  })
    .on('error', reject)
    .end(['GET', 'DELETE'].includes(method) ? '' : JSON.stringify(body))
  return promise
}

/** `403 Forbidden KeyDisabled`: status, code and inner code; of a yes the status alone. */
export async function answerTo(...asked: Parameters<typeof askPlainly>): Promise<string> {
  const {status, said} = await askPlainly(...asked)
  const {code, innererror} = (said['error'] ?? {}) as {code?: string; innererror?: {code?: string}}
  return [status, code, innererror?.code].filter((one) => one !== undefined).join(' ')
}
