/** One POST: bounded in time and size, nothing followed, nothing of the answer kept but its status. */
import {request as requestClear} from 'node:http'
import {request as requestTls} from 'node:https'
import {visibleLine} from '../base/visible.ts'
import {resultOf, type Result} from './result.ts'

export interface Post {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
  /** Certificates, PEM, in place of those that Node trusts. */
  readonly ca: Buffer | undefined
  readonly timeoutMs: number
}

/** Never throws for what the other side does or does not do. */
export function post({url, headers, body, ca, timeoutMs}: Post): Promise<Result> {
  return new Promise((resolve) => {
    const ask = url.protocol === 'https:' ? requestTls : requestClear
    const sent = ask(
      url,
      {
        method: 'POST',
        headers: {...headers, 'content-length': Buffer.byteLength(body)},
        signal: AbortSignal.timeout(timeoutMs),
        ...(ca === undefined ? {} : {ca}),
      },
      (answer) => {
        // What it says is of no use here, and may be endless.
        answer.destroy()
        resolve(resultOf(answer.statusCode ?? 0, answer.headers['retry-after']))
      },
    )
    sent.on('error', (error) => {
      const late = error.name === 'AbortError' || error.name === 'TimeoutError'
      resolve({
        status: 'waiting',
        detail: late ? `no answer in ${timeoutMs / 1000} s` : visibleLine(error.message, 200),
      })
    })
    sent.end(body)
  })
}
