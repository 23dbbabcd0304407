/** The way of every command that changes a key with people's approval: show the plan, ask, act, show the key. */
import {Flags} from '@oclif/core'
import {keyDocument, type Planned} from '../keys/index.ts'
import {AskingCommand, type ChangeFlags} from './asking-command.ts'
import type {Shown} from './command.ts'
import {findKey} from './find-key.ts'
import type {Manner} from './gather.ts'
import {pinFileFlag, signWithFlag} from './flags.ts'
import {keyLines} from './show-key.ts'

/** The flags of every command that asks people. */
export const askFlags = {
  reason: Flags.string({summary: 'why, as the ledger will keep it (private)'}),
  ticket: Flags.string({summary: 'the ticket it belongs to (private)'}),
  'sign-with': signWithFlag,
  'dry-run': Flags.boolean({summary: 'show the plan and who must approve it, and stop'}),
}

/** The same, for those that open a provider. */
export const changeFlags = {...askFlags, 'pin-file': pinFileFlag}

export abstract class KeyChange extends AskingCommand {
  /** With `--dry-run` the plan is shown and nothing is touched; without enough signatures the request is (exit 8). */
  protected async change(
    name: string,
    planned: Planned,
    flags: ChangeFlags,
    brought: Pick<Manner, 'final' | 'material'> = {},
  ): Promise<Shown> {
    return this.asked(planned, flags, () => this.shown(name), brought)
  }

  protected shown(name: string): Shown {
    const key = keyDocument(this.app.ledger, findKey(this.app.ledger, name))
    return this.show({schema: 'keyrite.key/1', ...key}, keyLines(this.print, key))
  }
}
