/** Lists of AWS KMS, page by page. What is not seen would be made a second time, so a list that is cut off is no list. */
import type {KMS} from '@aws-sdk/client-kms'
import {KeyriteError} from '../../base/errors.ts'
import type {How, Line} from './client.ts'

interface Page {
  readonly Truncated?: boolean | undefined
  readonly NextMarker?: string | undefined
}

/** @throws KeyriteError `PROVIDER_FAILED` where the list goes on nowhere, or where it was before. */
export async function* pages<P extends Page>(
  line: Line,
  what: string,
  ask: (kms: KMS, from: {readonly Marker?: string}) => Promise<P>,
  how: How = {},
): AsyncGenerator<P> {
  const been = new Set<string>()
  for (let marker: string | undefined; ;) {
    const page = await line.call(what, (kms) => ask(kms, marker === undefined ? {} : {Marker: marker}), how)
    yield page
    const next = page.NextMarker === '' ? undefined : page.NextMarker
    // Some say where it goes on, and not that it does.
    if (page.Truncated === false || (page.Truncated !== true && next === undefined)) return
    if (next === undefined) throw cutOff(what, 'goes on nowhere')
    if (been.has(next)) throw cutOff(what, 'begins again where it was')
    been.add(next)
    marker = next
  }
}

function cutOff(what: string, fact: string): KeyriteError {
  return new KeyriteError('PROVIDER_FAILED', `cannot ${what}: the list is cut off, and ${fact}`, {
    hints: ['keyrite profile check PROFILE'],
  })
}

/** What an answer must hold. One without it says nothing, whatever its status was. @throws KeyriteError `PROVIDER_FAILED`. */
export function told<T>(what: string, field: string, value: T | undefined): T {
  if (value !== undefined && !(value instanceof Uint8Array && value.length === 0)) return value
  throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: the answer has no ${field}`, {
    hints: ['look whether what answers there is AWS KMS: keyrite profile check PROFILE'],
  })
}
