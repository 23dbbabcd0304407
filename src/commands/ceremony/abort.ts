import {Args, Flags} from '@oclif/core'
import {abort} from '../../ceremony/engine.ts'
import {leftBehind} from '../../ceremony/left-behind.ts'
import {ceremonyApp, documentOf, findCeremony} from '../../ui/ceremony.ts'
import {ceremonyLines} from '../../ui/show-ceremony.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {KeyriteError} from '../../base/errors.ts'

export default class CeremonyAbort extends KeyriteCommand {
  static override summary =
    'End a ceremony for good, saying why; lists what it leaves behind at the provider.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 1a2b3c4d --reason "the HSM did not start" --yes',
  ]
  static override args = {
    ceremony: Args.string({description: 'its id, or the first 6 or more digits', required: true}),
  }
  static override flags = {
    reason: Flags.string({summary: 'why, as the ledger will keep it (private)', required: true}),
    yes: Flags.boolean({summary: 'do not ask again'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CeremonyAbort)
    const {app} = this
    app.ledger.demandWriter()
    const ceremony = findCeremony(app, args.ceremony)
    const context = {app: ceremonyApp(app), id: ceremony.id}
    const left = leftBehind(context)
    if (left.length === 0) this.say('It leaves nothing behind at a provider.')
    for (const {what, clean, before = []} of left) {
      this.say(`Left behind: ${what}.`)
      for (const how of flags.yes ? clean : [...before, ...clean]) this.say(typedOrSaid(how))
    }
    const sure =
      flags.yes ||
      (await app.world.ask.confirm({
        message: `End ceremony ${ceremony.id.slice(0, 8)} ("${ceremony.title}") for good`,
        flag: '--yes',
      }))
    if (!sure)
      throw new KeyriteError('NOT_CONFIRMED', 'nothing was changed', {
        hints: [`keyrite ceremony resume ${ceremony.id.slice(0, 8)}`],
      })
    await abort(context, flags.reason)
    const document = documentOf(app, findCeremony(app, ceremony.id))
    return this.show(
      {
        schema: 'keyrite.ceremony/1',
        ...document,
        left: left.map(({what}) => what),
        clean: left.flatMap(({clean}) => clean),
      },
      ceremonyLines(this.print, document),
    )
  }
}

/** A command says that it is one. */
function typedOrSaid(how: string): string {
  return how.startsWith('keyrite ') ? `Try this: ${how}` : `  ${how}`
}
