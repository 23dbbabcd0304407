/** The way of every command that does nothing but change the state of a key. */
import {Args, Flags} from '@oclif/core'
import {planMove, type MoveName} from '../keys/index.ts'
import type {ChangeFlags} from './asking-command.ts'
import type {Shown} from './command.ts'
import {findKey} from './find-key.ts'
import {changeFlags, KeyChange} from './key-change.ts'

export const keyArg = {key: Args.string({description: "the key's name", required: true})}

export const versionFlag = Flags.integer({
  summary: 'which version; the primary one unless told',
  helpValue: 'N',
  min: 1,
})

export const moveFlags = {...changeFlags, version: versionFlag}

/** The same for what is about every version. */
export const wholeKeyFlags = {
  ...changeFlags,
  reason: Flags.string({summary: 'why, as the ledger will keep it (private)', required: true}),
  confirm: Flags.string({
    summary: 'its name and profile again, to skip the question',
    helpValue: 'NAME@PROFILE',
  }),
}

/** For what nobody can take back: the reason is asked for, and the name again. */
export const finalFlags = {...wholeKeyFlags, version: versionFlag}

export interface MoveFlags extends ChangeFlags {
  readonly version: number | undefined
  readonly confirm?: string | undefined
}

export abstract class KeyMove extends KeyChange {
  protected async move(event: MoveName, typed: string, flags: MoveFlags): Promise<Shown> {
    this.concerns = typed
    const {ledger} = this.app
    const {name, profile} = findKey(ledger, typed)
    const planned = planMove(ledger.view, name, event, flags.version ?? null)
    const final = event === 'compromise' ? {name: `${name}@${profile}`, given: flags.confirm} : undefined
    return this.change(name, planned, flags, {final})
  }
}
