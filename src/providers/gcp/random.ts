/** Random bytes from an HSM of the location in which the key ring lies. Google gives 8 to 1024 at a time. */
import {Secret} from '../../base/secret.ts'
import {judged, whole} from './crc32c.ts'
import type {Service} from './service.ts'

const [least, most] = [8, 1024] as const

/** @throws KeyriteError `PROVIDER_FAILED` if an answer is damaged, or is not as long as it was asked for. */
export async function randomOf(service: Service, count: number): Promise<Secret> {
  const what = `get ${count} random bytes`
  const location = service.place.ring.split('/').slice(0, 4).join('/')
  const parts: Buffer[] = []
  for (let left = count; left > 0; left -= most) {
    const wanted = Math.min(left, most)
    const lengthBytes = Math.max(wanted, least)
    const answer = await whole(
      what,
      service.endpoint.isPlain,
      async () => {
        const [one] = await service.ask(what, (kms) =>
          kms.generateRandomBytes({location, lengthBytes, protectionLevel: 'HSM'}),
        )
        return one
      },
      (one) =>
        (one.data as Uint8Array).length === lengthBytes ? judged(one, {content: ['data']}) : 'damaged',
    )
    const given = answer.data as Uint8Array
    parts.push(Buffer.from(given.subarray(0, wanted)))
    given.fill(0)
  }
  const all = Buffer.concat(parts)
  for (const part of parts) part.fill(0)
  return new Secret(all)
}
