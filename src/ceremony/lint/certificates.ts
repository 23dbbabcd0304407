/** Rules on what certificates and requests may say, with the key that will sign them. */
import {faultsOf, specOf, type Fault} from '../../certificates/index.ts'
import {keysFold} from '../../keys/index.ts'
import type {View} from '../../ledger/index.ts'
import {certificateWishOf, wishOf} from '../steps/index.ts'
import {creations, type Remark, type Script} from './script.ts'

/** What a member of a spec is called in a template. */
const fields: Readonly<Partial<Record<Fault['field'], string>>> = {
  not_after: 'not-after',
  path_length: 'path-length',
}

export function* certificates(script: Script, view: Pick<View, 'of'> | null): Generator<Remark> {
  const made = creations(script)
  for (const {step, path} of script.steps) {
    if (step.kind !== 'certificate.self-sign' && step.kind !== 'certificate.request') continue
    const create = made.find((one) => one.create.key === step.key)
    const standing = view?.of(keysFold).keys.get(step.key)
    const key = create === undefined ? standing?.spec : {...create.create, expires: expiryOf(create.create)}
    if (key === undefined) continue // said by the model of the room
    const known = (field: string): boolean =>
      script.knows([...path, field]) &&
      (create === undefined || script.knows([...create.placed.path, 'algorithm']))
    const {profile, validity} = certificateWishOf(step, null)
    const spec = specOf({key: 'key', class: key.class, version: 1}, profile, validity)
    for (const {rule, field, message} of faultsOf(spec, key)) {
      const place = fields[field] ?? field
      const dated = field !== 'not_after' || known('not-before')
      if (known(place) && dated) yield {rule, path: [...path, place], message}
    }
  }
}

function expiryOf(create: Parameters<typeof wishOf>[0]): string | null {
  return wishOf(create, false).expires?.toISOString() ?? null
}
