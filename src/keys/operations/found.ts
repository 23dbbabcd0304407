/** What a provider has for an intent that makes or brings a key, held against its plan. */
import {KeyriteError} from '../../base/errors.ts'
import type {Description, IntentId, KeySpec, KeyStore, VersionRef} from '../../providers/ports.ts'

/** @returns undefined where nothing came of it. @throws KeyriteError `AMBIGUOUS` if more than one key did. */
export async function foundOnce(
  store: KeyStore,
  id: IntentId,
  what: 'made' | 'imported',
): Promise<VersionRef | undefined> {
  const found = await store.find(id, [])
  if (found.kind === 'ambiguous')
    throw new KeyriteError(
      'AMBIGUOUS',
      `cannot tell which key was ${what}: the provider has ${found.refs.length} for one intent`,
      {hints: ['look at the provider, and remove what is not wanted']},
    )
  return found.kind === 'one' ? found.ref : undefined
}

/** Whether it is of the algorithm, scheme and purpose that were approved, lies where that was, and ends when that was. */
export function isAsPlanned(
  now: Description | undefined,
  spec: Omit<KeySpec, 'label' | 'outside'> & {
    readonly material_ends?: string
    readonly external_key?: string
  },
): now is Description {
  return (
    now?.spec.algorithm === spec.algorithm &&
    now.spec.scheme === spec.scheme &&
    now.spec.purpose === spec.purpose &&
    now.spec.outside === spec.external_key &&
    endsAsPlanned(now, spec.material_ends)
  )
}

/** To the second: services keep no finer one. */
export function endsAsPlanned({endsAt}: Pick<Description, 'endsAt'>, planned: string | undefined): boolean {
  if (endsAt === undefined || planned === undefined) return endsAt === undefined && planned === undefined
  return Math.abs(endsAt.getTime() - Date.parse(planned)) < 1000
}
