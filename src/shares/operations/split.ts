/** Splitting a secret among the people that the quorum named: commitments first, shares only then. */
import {hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {custodyFold, personRef, pluginOf} from '../../custody/index.ts'
import {keyVersion} from '../../keys/index.ts'
import {Blob, problem, type Entry, type Problem, type View} from '../../ledger/index.ts'
import type {ActContext, Operation, Plan} from '../../requests/index.ts'
import {Dealer, type Dealt} from '../child/line.ts'
import {sealByPlugin, stockAge, type StockAge} from '../child/stock-age.ts'
import {sameAsPlanned, sharesFold} from '../fold.ts'
import {handsOf} from '../hands.ts'
import {headOf} from '../known.ts'
import {parseSplit, type SplitSpec} from '../spec.ts'
import type {ShareSet} from '../state.ts'

export const shareSplit: Operation = {
  name: 'share.split',
  typed: () => 'keyrite share split …',
  writes: {'shares.split': 'split'},
  begins: ['shares.split'],
  formed({change}) {
    parseSplit(change)
  },
  inWords: splitInWords,
  stillTrue(view, {change}) {
    demandHolders(view, parseSplit(change))
  },
  judge(_view: View, {change}: Plan, entry: Entry): readonly Problem[] {
    return sameAsPlanned(change, entry.data)
      ? []
      : [problem('plan', entry, 'what is split is not what the plan says')]
  },
  matterOf: () => null,
  act: (context, plan) => splitAndGive(context, plan),
}

/** Each holder with the way that their share takes, as `delivery` and `to` have it. */
export function deliveryInWords({
  delivery,
  to,
}: Pick<SplitSpec['holders'][number], 'delivery' | 'to'>): string {
  if (delivery === 'sealed') return `sealed to their age recipient ${to ?? ''}`
  if (delivery === 'passphrase') return 'a file under a passphrase of theirs'
  if (delivery === 'screen') return 'shown once on the screen, and typed back'
  return `a card, in the clear, ${to?.startsWith('printer ') === true ? `on ${to}` : 'as a file on a medium'}`
}

function splitInWords(
  {change, profile}: Plan,
  {roster}: {readonly roster: Parameters<typeof personRef>[0]},
): string[] {
  const {name, what, threshold, holders, replaces} = parseSplit(change)
  const of =
    what.kind === 'key'
      ? `key "${what.key}" version ${what.version}, which leaves profile "${profile?.name ?? ''}" wrapped`
      : 'a secret that is brought to the split'
  return [
    `Split ${of} into ${holders.length} shares, of which any ${threshold} recover it. The set is called "${name}".`,
    ...holders.map((one, at) => {
      const who = personRef(roster, one.person)
      return `Share ${at + 1} for ${who.name ?? who.id}: ${deliveryInWords(one)}.`
    }),
    ...(replaces === null
      ? []
      : [`It takes the place of set ${replaces.slice(0, 8)}, whose shares still open what they opened.`]),
  ]
}

/** @throws KeyriteError `PLAN_MOVED` if a holder is not active any more, or has another recipient. */
export function demandHolders(view: Pick<View, 'of'>, {holders, replaces}: SplitSpec): void {
  const {roster} = view.of(custodyFold)
  for (const {person, delivery, to} of holders) {
    const now = roster.get(person)
    const theirs = now?.recipient ?? null
    const fits = theirs === null ? delivery !== 'sealed' : delivery === 'sealed' && to === theirs
    if (now?.state === 'active' && fits) continue
    throw new KeyriteError('PLAN_MOVED', `cannot split: ${now?.name ?? person} is not as the plan has them`, {
      hints: [
        `keyrite custodian show ${now?.address ?? person}`,
        'the same command again, for a new request',
      ],
    })
  }
  if (replaces !== null && view.of(sharesFold).sets.get(replaces)?.replacedBy !== null)
    throw new KeyriteError(
      'PLAN_MOVED',
      'cannot split: the set that is to be replaced was replaced already',
      {
        hints: ['keyrite share list'],
      },
    )
}

/**
 * Before anything is split: a recipient of a plugin is tried with nothing in it.
 * @returns the stock `age` program, where a share is sealed by it.
 * @throws KeyriteError `UNSUPPORTED` if it, or the plugin, is not there, or refuses.
 */
export async function demandSealable({holders}: Pick<SplitSpec, 'holders'>): Promise<StockAge | null> {
  let stock: StockAge | null = null
  for (const {delivery, to} of holders) {
    const plugin = delivery === 'sealed' ? pluginOf(to ?? '') : null
    if (plugin === null || to === null) continue
    stock ??= stockAge(`seal to plugin "${plugin}"`)
    await sealByPlugin(Buffer.alloc(0), to, plugin, stock, 2)
  }
  return stock
}

async function splitAndGive(context: ActContext, plan: Plan): Promise<void> {
  const hands = handsOf(context, 'keyrite share split')
  const {ledger, actor, ceremony, approved} = context
  const spec = parseSplit(plan.change)
  const dealer = new Dealer(await demandSealable(spec))
  let set: ShareSet | undefined
  try {
    const dealt = await deal(context, spec, dealer)
    await ledger.append([{type: 'shares.split', actor, ceremony, approved, data: splitData(spec, dealt)}])
    set = ledger.of(sharesFold).sets.get(hex(dealt.set))
    if (set === undefined) throw new TypeError('what was split is recorded')
    for (const holder of set.holders) {
      const head = headOf(ledger, set, holder)
      const by = await hands.give({set, holder, head, dealer})
      const data = {set: set.set, index: holder.index, covered_by: by}
      await ledger.append([{type: 'shares.given', actor, ceremony, data}])
    }
  } catch (error) {
    if (set !== undefined) await breakOff(context, set, error)
    throw error
  } finally {
    await dealer.end()
  }

  async function deal(
    {provider}: ActContext,
    {what, threshold, holders}: SplitSpec,
    to: Dealer,
  ): Promise<Dealt> {
    const sharing = {threshold, holders: holders.length}
    if (what.kind === 'secret') return to.split(await hands.secret(), sharing)
    const {key, version} = keyVersion(context, what.key, what.version)
    const open = await provider(key.profile)
    return to.splitKey(await open.move.export(version.ref, await to.transport()), sharing)
  }
}

function splitData({name, what, threshold, holders, replaces}: SplitSpec, dealt: Dealt) {
  return {
    name,
    what,
    threshold,
    replaces,
    set: hex(dealt.set),
    holders: holders.map((one, at) => ({
      ...one,
      index: at + 1,
      commitment: hex(dealt.commitments[at] ?? Buffer.alloc(0)),
    })),
    kcv: hex(dealt.kcv),
    wrapped: new Blob(dealt.bytes, 'application/octet-stream'),
  }
}

/** K is gone with the process: a set whose shares were not all given out never will be whole. */
async function breakOff(context: ActContext, {set, name}: ShareSet, error: unknown): Promise<void> {
  const {ledger, actor, ceremony} = context
  const reason = error instanceof KeyriteError ? 'refused' : 'broken-off'
  await ledger.append([{type: 'shares.void', actor, ceremony, data: {set, reason}}])
  if (error instanceof KeyriteError)
    throw new KeyriteError(
      error.code,
      `${error.message}; set "${name}" is void, as not all shares were given out`,
      {
        cause: error,
        changed: true,
        hints: [
          ...error.hints,
          `set "${name}" is void: destroy what was given out of it`,
          'the same command again makes another set, for which people sign anew',
        ],
      },
    )
}
