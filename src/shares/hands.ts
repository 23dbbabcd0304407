/** What is done by whoever runs it while shares are made or put together: at a terminal, in a ceremony, in a test. */
import {KeyriteError} from '../base/errors.ts'
import type {Secret} from '../base/secret.ts'
import type {ActContext} from '../requests/index.ts'
import type {Dealer} from './child/line.ts'
import type {Share} from './format.ts'
import type {Head} from './head.ts'
import type {Holder, ShareSet} from './state.ts'

/** One share, as it goes to its holder. */
export interface Handing {
  readonly set: ShareSet
  readonly holder: Holder
  readonly head: Head
  readonly dealer: Dealer
}

export interface Hands {
  /** The secret that is to be split. */
  secret(): Promise<Secret>
  /** Gives one share to its holder, as was approved. @returns who confirmed that nobody else sees it; null where it is not in the clear. */
  give(handing: Handing): Promise<string | null>
  /** As many shares as the set needs, each judged as it comes. */
  collect(set: ShareSet): Promise<readonly Share[]>
  /** Takes what was recovered: the receiver's to wipe. */
  take(secret: Secret): Promise<void>
}

/** A context of an act with hands. */
export interface SharesContext extends ActContext {
  readonly hands: Hands
}

/** @throws KeyriteError `UNSUPPORTED` where a plan is carried out without anybody to hand shares to, or take them from. */
export function handsOf(context: ActContext, again: string): Hands {
  const {hands} = context as Partial<SharesContext>
  if (hands !== undefined) return hands
  throw new KeyriteError('UNSUPPORTED', 'cannot carry this out here: shares go from hand to hand', {
    hints: [`${again}, with the same flags: it goes on with this request`],
  })
}
