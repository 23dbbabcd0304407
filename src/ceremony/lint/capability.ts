/** Rules on what can be made at all, and what the provider of the profile can make. */
import {algorithms, purposesOf, schemesOf, type Scheme} from '../../providers/algorithms.ts'
import type {Capabilities} from '../../providers/ports.ts'
import {creations, type Creation, type Remark, type Script} from './script.ts'

/** What profiles said that they can do, by name. */
export type Offers = ReadonlyMap<string, Capabilities>

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
    if (create.kind === 'key.import' && !offered.imports) {
      yield remark(
        'profile',
        'capability',
        `profile "${create.profile}" takes no key from outside: make one there, or bring it to another`,
      )
      continue
    }
    const one = offered.keys.find(({algorithm}) => algorithm === create.algorithm)
    if (one === undefined) {
      const can = algorithms.filter((name) => offered.keys.some(({algorithm}) => algorithm === name))
      yield remark(
        'algorithm',
        'capability',
        `profile "${create.profile}" cannot make ${create.algorithm}: it can make ${can.join(', ')}`,
      )
    } else if (!schemes.some((scheme) => has(one.schemes, scheme)))
      yield remark(
        create.scheme === undefined ? 'algorithm' : 'scheme',
        'capability',
        `profile "${create.profile}" cannot use ${create.algorithm} by ${schemes.join(' or ')}: it can by ${one.schemes.join(', ')}`,
      )
  }
}

function fitting(create: Creation): readonly Scheme[] {
  return schemesOf[create.algorithm].filter((scheme) => purposesOf(scheme).includes(create.purpose))
}

function has(schemes: readonly Scheme[], scheme: Scheme): boolean {
  return schemes.includes(scheme)
}
