/** What speaks against destroying a key: holds, and how long the policy has such keys kept. */
import {KeyriteError} from '../base/errors.ts'
import type {View} from '../ledger/index.ts'
import {destructionOf, policyFold} from '../policy/index.ts'
import type {Key, Version} from './state.ts'

export interface Reason {
  readonly kind: 'legal-hold' | 'retention'
  /** `hold 41`, or the name of the rule of the policy. */
  readonly name: string
  /** RFC 3339; null where it cannot be said yet, as the key is in use. */
  readonly until: string | null
}

const dayMs = 86_400_000

/**
 * Holds that last, and rules of retention that fit the key by label or classification: counted from when it was last used to
 * protect something, which is when it left the state active. What was never active has protected nothing.
 */
export function keptBy(view: Pick<View, 'of'>, key: Key, version: Version, time: string): readonly Reason[] {
  const held = key.holds
    .filter(({until}) => until >= time)
    .map(({seq, kind, until}): Reason => ({kind, name: `hold ${seq}`, until}))
  return [...held, ...retained(view, key, version, time)]
}

function retained(view: Pick<View, 'of'>, key: Key, {usedUntil, state}: Version, time: string): Reason[] {
  const used = state === 'active' || state === 'suspended' ? null : usedUntil
  if (used === null && state !== 'active' && state !== 'suspended') return []
  return destructionOf(view.of(policyFold).policy)
    .retention.filter(
      ({labels, classifications}) =>
        labels.some((label) => key.labels.includes(label)) ||
        classifications.some((one) => one === key.spec.classification),
    )
    .map(({id, days}): Reason => {
      const until = used === null ? null : new Date(Date.parse(used) + days * dayMs).toISOString()
      return {kind: 'retention', name: id, until}
    })
    .filter(({until}) => until === null || until >= time)
}

export function keptInWords({kind, name, until}: Reason): string {
  const when = until === null ? 'as long as it is in use, and for a time after it' : `until ${until}`
  return kind === 'legal-hold' ? `legal hold (${name}) ${when}` : `retention (${name}) ${when}`
}

/** @throws KeyriteError `KEY_HELD`. */
export function demandNotKept(name: string, reasons: readonly Reason[]): void {
  if (reasons.length === 0) return
  throw new KeyriteError(
    'KEY_HELD',
    `cannot destroy key "${name}": it must be kept: ${reasons.map(keptInWords).join('; ')}`,
    {
      hints: [
        ...(reasons.some((one) => one.name.startsWith('hold '))
          ? [`keyrite key release-hold ${name} --reason R`]
          : []),
        `where an order to erase stands against it: keyrite key destroy ${name} --reason gdpr-erasure --due DATE, which needs Legal too`,
        `keyrite key show ${name}`,
      ],
    },
  )
}
