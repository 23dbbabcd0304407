/** One question to a service's log: JSON by POST over TLS, bounded in time and size. */
import {request} from 'node:https'
import {KeyriteError} from '../base/errors.ts'
import {visibleLine} from '../base/visible.ts'

const patienceMs = 30_000
const largest = 64_000_000

export interface Log {
  readonly name: string
  readonly url: string
  /** Certificates to trust instead of the usual ones, PEM. */
  readonly ca: Buffer | null
  /** What to do where the account may not read it. */
  readonly grant: string
}

/** @throws KeyriteError `CREDENTIALS_REFUSED`, `PROVIDER_UNREACHABLE`, `PROVIDER_FAILED`. */
export async function askLog(
  {name, url, ca, grant}: Log,
  headers: Record<string, string>,
  body: object,
): Promise<unknown> {
  const cannot = (
    code: 'CREDENTIALS_REFUSED' | 'PROVIDER_UNREACHABLE' | 'PROVIDER_FAILED',
    fact: string,
    hint: string,
  ) => new KeyriteError(code, `cannot read what was done with it: ${fact}`, {hints: [hint]})
  let answer
  try {
    answer = await post(url, ca, headers, Buffer.from(JSON.stringify(body)))
  } catch (error) {
    const fact = visibleLine(error instanceof Error ? error.message : '', 200)
    throw cannot(
      'PROVIDER_UNREACHABLE',
      `${name} does not answer: ${fact}`,
      `look at the network: ${new URL(url).origin} must be reached`,
    )
  }
  const {status, bytes} = answer
  const said = `${name} answered ${status}`
  if (status === 401 || status === 403) throw cannot('CREDENTIALS_REFUSED', said, grant)
  if (status !== 200) throw cannot('PROVIDER_FAILED', said, 'the same command again')
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw cannot('PROVIDER_FAILED', `${name} answered with no JSON`, 'the same command again')
  }
}

function post(
  url: string,
  ca: Buffer | null,
  headers: Record<string, string>,
  body: Buffer,
): Promise<{readonly status: number; readonly bytes: Buffer}> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method: 'POST',
        headers: {...headers, 'content-type': 'application/json', 'content-length': body.length},
        signal: AbortSignal.timeout(patienceMs),
        ...(ca === null ? {} : {ca}),
      },
      (answer) => {
        const chunks: Buffer[] = []
        let size = 0
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > largest) answer.destroy(new Error('its answer is too long'))
          else chunks.push(chunk)
        })
        answer.on('error', reject)
        answer.on('end', () => {
          resolve({status: answer.statusCode ?? 0, bytes: Buffer.concat(chunks)})
        })
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}
