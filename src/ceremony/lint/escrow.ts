/** Rules on escrow: who gets shares, and whether enough of them can recover. */
import {custodyFold, peopleCalled} from '../../custody/index.ts'
import type {View} from '../../ledger/index.ts'
import {mostHolders} from '../../shares/index.ts'
import {keysFold} from '../../keys/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import {unknownWord} from '../issues.ts'
import type {SharesCombineStep, SharesSplitStep} from '../template.ts'
import type {Placed, Remark, Script} from './script.ts'

export function* escrow(script: Script, view: Pick<View, 'of'> | null): Generator<Remark> {
  for (const {step, path} of script.steps) {
    if (step.kind === 'shares.combine' && view !== null) yield* recovered(script, step, path, view)
    if (step.kind !== 'shares.split') continue
    if (script.knows([...path, 'holders'])) {
      yield* counted(script, step, path)
      if (view !== null) yield* known(step, path, view)
    }
    if (step.printer !== undefined && step.otherwise !== 'card')
      yield {
        rule: 'shares-printer',
        path: [...path, 'printer'],
        message: 'a printer is named, and nobody gets a card: add "otherwise: card", or take it away',
      }
  }
}

/** A key that comes of shares is new in a profile that is there. */
function* recovered(
  script: Script,
  step: SharesCombineStep,
  path: Placed['path'],
  view: Pick<View, 'of'>,
): Generator<Remark> {
  const {profiles} = view.of(profilesFold)
  if (step.profile !== undefined && script.knows([...path, 'profile']) && !profiles.has(step.profile))
    yield {
      rule: 'unknown-profile',
      path: [...path, 'profile'],
      message: `${unknownWord('profile', step.profile, [...profiles.keys()])}; see keyrite profile list`,
    }
  if (step.key !== undefined && script.knows([...path, 'key']) && view.of(keysFold).keys.has(step.key))
    yield {
      rule: 'key-name-taken',
      path: [...path, 'key'],
      message: `there is a key "${step.key}" already: choose another name`,
    }
}

function* counted(
  script: Script,
  {threshold, holders}: SharesSplitStep,
  path: Placed['path'],
): Generator<Remark> {
  const remark = (field: string, message: string): Remark => ({
    rule: 'shares-holders',
    path: [...path, field],
    message,
  })
  if (script.knows([...path, 'threshold']) && threshold > holders.length)
    yield remark(
      'threshold',
      `${threshold} shares recover, and there are ${holders.length} holders: name more, or lower it`,
    )
  if (holders.length > mostHolders)
    yield remark('holders', `${holders.length} holders, and a set has at most ${mostHolders}: name fewer`)
  for (const [at, holder] of holders.entries())
    if (holders.indexOf(holder) !== at)
      yield {
        rule: 'shares-holders',
        path: [...path, 'holders', at],
        message: `"${holder}" is named twice: two shares of one set in one hand are one share fewer to find`,
      }
}

function* known({holders}: SharesSplitStep, path: Placed['path'], view: Pick<View, 'of'>): Generator<Remark> {
  const {roster} = view.of(custodyFold)
  for (const [at, holder] of holders.entries()) {
    const found = peopleCalled(roster, holder)
    const [person] = found
    if (found.length === 1 && person?.state === 'active') continue
    yield {
      rule: 'shares-holders',
      path: [...path, 'holders', at],
      message: `"${holder}" is ${found.length > 1 ? 'several people' : found.length === 0 ? 'nobody of the roster' : (person?.state ?? '')}: name somebody who is active, see keyrite custodian list`,
    }
  }
}
