/** The way of every command that changes a key with people's approval: show the plan, ask, act, show the key. */
import {Flags} from '@oclif/core'
import {keyDocument, type Planned} from '../keys/index.ts'
import {KeyriteCommand, type Shown} from './command.ts'
import {findKey} from './find-key.ts'
import {pinFileFlag, signWithFlag} from './flags.ts'
import {askAndApply, planLines, waitingDocument} from './gather.ts'
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

/** What their parser gives. */
export interface ChangeFlags {
  readonly reason: string | undefined
  readonly ticket: string | undefined
  readonly 'sign-with': string[] | undefined
  readonly 'dry-run': boolean
}

export abstract class KeyChange extends KeyriteCommand {
  /** With `--dry-run` the plan is shown and nothing is touched; without enough signatures the request is (exit 8). */
  protected async change(name: string, planned: Planned, flags: ChangeFlags): Promise<Shown> {
    const {app} = this
    if (flags['dry-run'])
      return this.show({schema: 'keyrite.plan/1', plan: planned.plan}, planLines(app, planned))
    app.ledger.demandWriter()
    const asking = {...planned, reason: flags.reason ?? null, ticket: flags.ticket ?? null, only: null}
    const request = await askAndApply(app, asking, {
      signWith: flags['sign-with'],
      actor: await this.actor(),
      say: (line) => {
        this.say(line)
      },
    })
    if (request.met === null) return waitingDocument(app, request)
    const key = keyDocument(app.ledger, findKey(app.ledger, name))
    return this.show({schema: 'keyrite.key/1', ...key}, keyLines(this.print, key))
  }
}
