/** The way of every command that does nothing but change the state of a key. */
import {Args, Flags} from '@oclif/core'
import {eventAgain, planMove, setAgain, type Key, type MoveName, type Version} from '../keys/index.ts'
import type {ChangeFlags} from './asking-command.ts'
import type {Shown} from './command.ts'
import {contextFor} from './gather.ts'
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
    const key = findKey(ledger, typed)
    const {name, profile} = key
    const number = flags.version ?? key.primary
    const version = key.versions.find((one) => one.version === number)
    if (version !== undefined && eventAgain(ledger.view, key, version) === event)
      return this.again(key, version, flags)
    const planned = planMove(ledger.view, name, event, flags.version ?? null)
    const final = event === 'compromise' ? {name: `${name}@${profile}`, given: flags.confirm} : undefined
    return this.change(name, planned, flags, {final})
  }

  /** People approved it, and it was recorded without being proven: the place is asked again, and nobody signs. */
  private async again({name}: Key, {version, changedBy}: Version, flags: MoveFlags): Promise<Shown> {
    const {app} = this
    this.say(
      `Approved and recorded before (entry ${changedBy}), and not proven: asked for and tried again, and nobody signs.`,
    )
    if (flags['dry-run']) return this.shown(name)
    app.ledger.demandWriter()
    await setAgain({...contextFor(app, await this.actor()), approved: 0}, name, version)
    return this.shown(name)
  }
}
