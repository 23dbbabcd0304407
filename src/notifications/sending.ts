/** What a channel is given to send. */
import type {Secret} from '../base/secret.ts'
import type {Notice} from './notice.ts'

export interface Sending {
  readonly notice: Notice
  readonly secret: Secret
  readonly ca: Buffer | undefined
  readonly timeoutMs: number
  readonly now: Date
  /** keyrite/VERSION. */
  readonly agent: string
}
