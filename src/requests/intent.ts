/** Intent, act, confirmation, outcome: the one way in which anything is done at a provider. */
import {hex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import type {DraftObject} from '../ledger/index.ts'
import {demandSamePlace, profilesFold} from '../profiles/index.ts'
import type {ActContext} from './operation.ts'

/** An intent that is committed: its seq, and the id that the provider carries. */
export interface Intent {
  readonly seq: number
  readonly id: string
}

export interface Undertaking<Done> {
  /** The entry types. */
  readonly types: {readonly intended: string; readonly done: string; readonly failed: string}
  /** What intent, outcome and failure have in common; `profile` names the place. */
  readonly about: DraftObject
  readonly intended: DraftObject
  /** An intent of an earlier run that has no outcome yet, and what approved it. */
  readonly open: (Intent & {readonly approved: number | null}) | undefined
  /** Looks whether an earlier run did it; undefined when it did not. */
  readonly find: (intent: Intent) => Promise<Done | undefined>
  readonly act: (intent: Intent) => Promise<Done>
  /** Verifies the effect at the provider, and says what the outcome records. Throws where it is not as planned. */
  readonly confirm: (done: Done, intent: Intent) => Promise<DraftObject>
  /** Codes that end it here, though for others they leave it open. */
  readonly ends?: readonly string[]
  /** null where nobody needs to approve it (a proof of possession). */
  readonly approved: number | null
}

/** A failure that leaves open whether it happened: the intent stays, and the next run asks the provider. */
const undecided: readonly string[] = [
  'PROVIDER_FAILED',
  'PROVIDER_UNREACHABLE',
  'CREDENTIALS_REFUSED',
  'STORAGE',
  'LOCKED',
  'CANCELLED',
  'PROFILE_MOVED',
  'AMBIGUOUS',
  'INDETERMINATE',
  'TOKEN_ROLLED_BACK',
  'TOKEN_TAMPERED',
  'NETWORK',
  'UNSAFE_FILE',
  'FILE_NOT_FOUND',
  'NO_TERMINAL',
  'NOT_PROVEN',
]

/**
 * @returns the seq of the outcome.
 * @throws KeyriteError whatever the act threw; a definite refusal by the provider is recorded first. `INDETERMINATE` if what
 * was begun under another approval has no outcome yet: that comes first, or the provider would be made to do both.
 * `PROFILE_MOVED` before anything is intended or touched, if the place answers with another identity by now.
 */
export async function undertake<Done>(context: ActContext, work: Undertaking<Done>): Promise<number> {
  const {ledger, actor, ceremony, random} = context
  const common = {actor, ceremony, approved: work.approved}
  demandSameApproval(work)
  await demandPlace(context, work.about['profile'])
  let intent: Intent | undefined = work.open
  if (intent === undefined) {
    const id = hex(random.bytes(16))
    const [entry] = await ledger.append([
      {...common, type: work.types.intended, data: {...work.about, ...work.intended, intent: id}},
    ])
    intent = {seq: entry?.seq ?? -1, id}
  }
  const link = {...work.about, intended: intent.seq}
  // Not finding out decides nothing: it is asked again.
  const found = work.open === undefined ? undefined : await work.find(intent)
  let outcome: DraftObject
  try {
    outcome = await work.confirm(found ?? (await work.act(intent)), intent)
  } catch (error) {
    const ends = (code: string): boolean => !undecided.includes(code) || work.ends?.includes(code) === true
    if (error instanceof KeyriteError && ends(error.code)) {
      await ledger.append([{...common, type: work.types.failed, data: {...link, code: error.code}}])
    }
    throw error
  }
  const [entry] = await ledger.append([{...common, type: work.types.done, data: {...link, ...outcome}}])
  return entry?.seq ?? -1
}

function demandSameApproval<Done>({open, approved}: Undertaking<Done>): void {
  if (open === undefined || open.approved === approved) return
  throw new KeyriteError(
    'INDETERMINATE',
    `cannot begin: entry ${open.seq} began the same under another approval, and has no outcome yet`,
    {hints: [`keyrite ledger show ${open.seq}`, 'keyrite request list, and apply the one that was begun']},
  )
}

/** Between opening and acting lies what people took to agree: a proxy may point elsewhere by now, or another token be in the slot. */
async function demandPlace({ledger, provider}: ActContext, name: unknown): Promise<void> {
  if (typeof name !== 'string') return
  const profile = ledger.of(profilesFold).profiles.get(name)
  if (profile !== undefined) await demandSamePlace(profile, await provider(name))
}
