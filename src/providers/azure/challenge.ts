/** The challenge of a vault: which tenant gives out its tokens. Asked without a token, so it is no secret and needs no permission. */
import {request} from 'node:https'

/** @throws Error with the system's code if nothing answers within ten seconds. */
export async function challengeOf(
  vault: string,
  ca: Buffer | null,
  apiVersion: string,
): Promise<{readonly tenant: string; readonly resource: string}> {
  const header = await new Promise<string>((resolve, reject) => {
    const asked = request(
      `${vault}/keys?api-version=${apiVersion}`,
      // A line of its own: one that was kept may be closed in the very moment that it is used again.
      {...(ca === null ? {} : {ca}), timeout: 10_000, agent: false},
      (response) => {
        response.resume()
        resolve(response.headers['www-authenticate'] ?? '')
      },
    )
    asked.on('timeout', () => {
      asked.destroy(Object.assign(new Error('no answer within ten seconds'), {code: 'ETIMEDOUT'}))
    })
    asked.on('error', reject)
    asked.end()
  })
  const field = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(header)?.[1] ?? ''
  // Azure itself says `authorization`; Microsoft's clients take the other as well.
  const authority = field('authorization') || field('authorization_uri')
  return {tenant: authority.split('/').at(-1) ?? '', resource: field('resource')}
}
