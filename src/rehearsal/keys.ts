/** Keys in a rehearsal: those that its steps take for granted are made beforehand, on the token of the rehearsal. */
import type {App} from '../app.ts'
import type {Filled} from '../ceremony/filled.ts'
import {allSteps} from '../ceremony/plans.ts'
import {custodyFold, findPerson, type Signer} from '../custody/index.ts'
import {keysFold, planCreate, type KeyPlanSpec, type KeyWish} from '../keys/index.ts'
import type {View} from '../ledger/index.ts'
import {contextFor} from '../ui/gather.ts'
import {applyApproved} from './approved.ts'

/** A key that the steps take for granted. */
export type KeyBefore = Pick<KeyPlanSpec, 'key' | 'algorithm' | 'scheme' | 'purpose' | 'class'>

const taken = ['key.rotate', 'key.destroy']
const usual = {algorithm: 'ed25519', scheme: 'eddsa', purpose: 'sign', class: 'artifact-signing'} as const

/** @param view - the real ledger, for what a key of that name is made of. */
export function keysBefore(filled: Filled, view: Pick<View, 'of'> | null): readonly KeyBefore[] {
  const steps = allSteps(filled)
  const made = new Set(
    steps.flatMap((step) =>
      ['key.create', 'key.import', 'shares.combine'].includes(step.kind) ? named(step) : [],
    ),
  )
  const names = new Set(steps.flatMap((step) => (taken.includes(step.kind) ? named(step) : [])))
  return [...names].flatMap((key): KeyBefore[] => {
    if (made.has(key)) return []
    const known = view?.of(keysFold).keys.get(key)?.spec
    return [{key, ...(known ?? usual)}]
  })
}

/** Makes and activates what the steps take for granted; everybody who is there approves it. */
export async function stageKeys(
  app: App,
  keys: readonly KeyBefore[],
  profile: string,
  {standIns, owner}: {readonly standIns: ReadonlyMap<string, Signer>; readonly owner: string},
): Promise<void> {
  const {roster} = app.ledger.of(custodyFold)
  for (const one of keys) {
    const wish: KeyWish = {
      ...{name: one.key, profile, algorithm: one.algorithm, scheme: one.scheme, purpose: one.purpose},
      ...{
        class: one.class,
        classification: 'confidential',
        owner,
        consumers: [],
        parent: null,
        expires: null,
      },
      activate: true,
    }
    const context = contextFor(app, findPerson(roster, owner))
    await applyApproved(app, context, planCreate(app.ledger.view, wish), standIns)
  }
}

function named(step: object): readonly string[] {
  return 'key' in step && typeof step.key === 'string' ? [step.key] : []
}
