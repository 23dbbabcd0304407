/** Rules on what can be made at all, and what the provider of the profile can make. */
import {purposesOf, schemesOf, type Scheme} from '../../providers/algorithms.ts'
import {lackOf, type Offered} from '../../providers/offered.ts'
import {creations, type Creation, type Remark, type Script} from './script.ts'

/** What profiles said that they can do, by name. */
export type Offers = ReadonlyMap<string, Offered>

/** @param offers - of the profiles that were asked; keys of another are not judged. */
export function* capability(script: Script, offers: Offers): Generator<Remark> {
  for (const {create, placed} of creations(script)) {
    const knows = (field: string): boolean => script.knows([...placed.path, field])
    if (!knows('algorithm')) continue
    const remark = (field: string, rule: string, message: string): Remark => ({
      rule,
      path: [...placed.path, field],
      message,
    })
    const fits = fitting(create)
    if (create.scheme !== undefined && knows('scheme') && !has(schemesOf[create.algorithm], create.scheme)) {
      yield remark(
        'scheme',
        'algorithm-fit',
        `${create.algorithm} has no scheme ${create.scheme}: use one of ${schemesOf[create.algorithm].join(', ')}`,
      )
      continue
    }
    const schemes =
      create.scheme === undefined || !knows('scheme') ? fits : fits.filter((one) => one === create.scheme)
    if (schemes.length === 0) {
      const can =
        create.scheme === undefined
          ? [...new Set(schemesOf[create.algorithm].flatMap((one) => purposesOf(one)))]
          : purposesOf(create.scheme)
      yield remark(
        'purpose',
        'algorithm-fit',
        `${create.scheme ?? create.algorithm} does not serve to ${create.purpose}: it serves to ${can.join(', ')}`,
      )
      continue
    }
    const offered = offers.get(create.profile)
    if (offered === undefined) continue
    const {profile, algorithm, purpose, kind} = create
    const lack = lackOf({profile, algorithm, schemes, purpose, brought: kind === 'key.import'}, offered)
    if (lack !== undefined)
      yield remark(
        lack.of === 'scheme' && create.scheme === undefined ? 'algorithm' : lack.of,
        'capability',
        lack.fact,
      )
  }
}

function fitting(create: Creation): readonly Scheme[] {
  return schemesOf[create.algorithm].filter((scheme) => purposesOf(scheme).includes(create.purpose))
}

function has(schemes: readonly Scheme[], scheme: Scheme): boolean {
  return schemes.includes(scheme)
}
