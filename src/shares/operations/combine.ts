/** Recovering what was escrowed: people approve it, and as many of them bring shares as the set needs. */
import {hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import type {Secret} from '../../base/secret.ts'
import {importTypes, importKey, judgeImport, parseSpec} from '../../keys/index.ts'
import {problem, type Entry, type Problem, type View} from '../../ledger/index.ts'
import type {ActContext, Operation, Plan} from '../../requests/index.ts'
import {combineApart} from '../child/line.ts'
import {sharesFold} from '../fold.ts'
import {handsOf, type Hands} from '../hands.ts'
import {demandRecovers, factsOf, wrappedOf} from '../known.ts'
import {parseCombine} from '../spec.ts'
import type {ShareSet} from '../state.ts'

const again = 'keyrite share combine'

export const shareCombine: Operation = {
  name: 'share.combine',
  typed: () => `${again} …`,
  writes: {
    'shares.combine.intended': 'combine',
    'shares.combined': 'combine',
    'shares.combine.failed': 'combine',
    ...importTypes,
  },
  begins: ['shares.combine.intended', 'key.import.intended'],
  formed({change}) {
    const {spec} = parseCombine(change)
    if (spec !== null) parseSpec(spec)
  },
  inWords({change, profile}) {
    const {set, to, spec} = parseCombine(change)
    const key = spec === null ? null : parseSpec(spec)
    return [
      `Put shares of set ${set.slice(0, 8)} together, as many as it needs, and recover what was escrowed.`,
      to === 'file' || key === null
        ? 'It is given out in the clear, to whoever runs this.'
        : `It becomes key "${key.key}" in profile "${profile?.name ?? ''}": ${key.algorithm}, scheme ${key.scheme}, to ${key.purpose}, class ${key.class}. Nobody sees it.`,
    ]
  },
  stillTrue(view, {change}) {
    setOf(view, parseCombine(change).set)
  },
  judge(view: View, plan: Plan, entry: Entry): readonly Problem[] {
    const {set, to, spec} = parseCombine(plan.change)
    if (entry.type.startsWith('key.import'))
      return spec === null ? [problem('plan', entry, 'no key is to be made')] : judgeImport(plan, spec, entry)
    const same =
      entry.data['set'] === set && (entry.type !== 'shares.combine.intended' || entry.data['to'] === to)
    return same ? [] : [problem('plan', entry, 'what is recovered is not what the plan says')]
  },
  matterOf: () => null,
  async act(context, plan, phase) {
    const {set: id, to, spec} = parseCombine(plan.change)
    const hands = handsOf(context, again)
    const set = setOf(context.ledger.view, id)
    if (phase === 'combine') {
      const secret = await recover(context, hands, set, to)
      if (to === 'file') return hands.take(secret)
      keep(hands, secret)
      return
    }
    if (spec === null) throw new TypeError('an import without a key')
    const secret = kept(hands) ?? (await together(context, hands, set))
    await importKey(context, {spec: parseSpec(spec), profile: plan.profile?.name ?? '', material: secret})
  },
}

/** @throws KeyriteError `SET_NOT_FOUND`, `SET_STATE`. */
function setOf(view: Pick<View, 'of'>, id: string): ShareSet {
  const set = view.of(sharesFold).sets.get(id)
  if (set !== undefined) return demandRecovers(set)
  throw new KeyriteError('SET_NOT_FOUND', `cannot find set ${id.slice(0, 8)}`, {
    hints: ['keyrite share list'],
  })
}

/** What a recovery holds between its phases: in this process alone, and once. */
const between = new WeakMap<Hands, Secret>()

function keep(hands: Hands, secret: Secret): void {
  between.set(hands, secret)
}

function kept(hands: Hands): Secret | undefined {
  const secret = between.get(hands)
  between.delete(hands)
  return secret
}

async function together({ledger}: ActContext, hands: Hands, set: ShareSet): Promise<Secret> {
  const shares = await hands.collect(set)
  try {
    return await combineApart(shares, factsOf(set), wrappedOf(ledger.view, set))
  } finally {
    for (const {raw} of shares) raw.fill(0)
  }
}

/**
 * Shares are collected before anything is intended: a mistyped one costs no approval.
 * @returns the secret, once it is recorded that it was recovered.
 */
async function recover(
  context: ActContext,
  hands: Hands,
  set: ShareSet,
  to: 'file' | 'key',
): Promise<Secret> {
  const {ledger, actor, ceremony, approved, random} = context
  const common = {actor, ceremony, approved}
  const shares = await hands.collect(set)
  const indices = shares.map(({index}) => index).sort((a, b) => a - b)
  const begun = [...ledger.of(sharesFold).open.values()].find((one) => one.set === set.set)
  if (begun !== undefined && begun.approved !== approved)
    throw new KeyriteError(
      'INDETERMINATE',
      `cannot begin: entry ${begun.seq} began a recovery under another approval`,
      {
        hints: [`keyrite ledger show ${begun.seq}`, 'keyrite request list, and the one that was begun'],
      },
    )
  let intended = begun?.seq
  if (intended === undefined) {
    const data = {set: set.set, to, intent: hex(random.bytes(16))}
    const [entry] = await ledger.append([{...common, type: 'shares.combine.intended', data}])
    intended = entry?.seq ?? -1
  }
  let secret: Secret
  try {
    secret = await combineApart(shares, factsOf(set), wrappedOf(ledger.view, set))
  } catch (error) {
    if (error instanceof KeyriteError && error.code === 'SHARE_BAD')
      await ledger.append([
        {...common, type: 'shares.combine.failed', data: {intended, set: set.set, code: error.code}},
      ])
    throw error
  } finally {
    for (const {raw} of shares) raw.fill(0)
  }
  await ledger.append([{...common, type: 'shares.combined', data: {intended, set: set.set, indices}}])
  return secret
}
