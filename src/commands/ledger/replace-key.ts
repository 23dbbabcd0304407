import {Flags} from '@oclif/core'
import {loadPending, newWriter, pendingWriter, vkeyText} from '../../ledger/index.ts'
import {writerPlan} from '../../requests/index.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {askFlags} from '../../ui/key-change.ts'
import {ruleId, timeTyped} from '../../ui/writer.ts'

export default class LedgerReplaceKey extends AskingCommand {
  static override summary = 'Replace the key that writes the ledger, on the same machine.'
  static override description = `The quorum for the ledger approves it. With --stolen-since, what was recorded from then on and needed no approval is shown as doubtful: a thief of the key can have written it, but no approval.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --reason "yearly" --sign-with alice@example.com=alice.pub',
    '<%= config.bin %> <%= command.id %> --stolen-since 2026-11-20 --reason "laptop found open"',
  ]
  static override flags = {
    'stolen-since': Flags.string({
      summary: 'since when the old key may be in foreign hands',
      helpValue: 'TIME',
    }),
    ...askFlags,
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(LedgerReplaceKey)
    const {app} = this
    const {state, clock} = app.world
    const stolen = flags['stolen-since']
    const stolenSince = stolen === undefined ? null : timeTyped(stolen, clock.now())
    app.ledger.demandWriter()
    const {name, vkey: old} = app.ledger.view.facts
    const dryRun = flags['dry-run']
    // A dry run leaves nothing behind: the key that it shows is one that waits already, or one that nobody keeps.
    const waiting = dryRun ? loadPending(state, name) : pendingWriter(state, name)
    const vkey = vkeyText((waiting ?? newWriter(name)).key)
    if (waiting === undefined)
      this.say(
        'The key is made when this is asked for: its verifier key, and so the digest, will be others then.',
      )
    const plan = writerPlan(
      app.ledger.view,
      {by: 'replacement', vkey, stolenSince},
      ruleId(app, 'ledger.writer'),
    )
    return this.asked({plan, names: {}}, flags, () =>
      this.#replaced({ledger: name, vkey, replaced: old, stolenSince}),
    )
  }

  #replaced(
    facts: Readonly<Record<'ledger' | 'vkey' | 'replaced', string>> & {stolenSince: string | null},
  ): Shown {
    const entry = this.app.ledger.view.facts.writers.at(-1)?.seq ?? null
    return this.show({schema: 'keyrite.writer-key/1', ...facts, entry}, [
      'The key that writes the ledger is replaced. The old one was removed from this machine, and signs nothing that counts.',
      '',
      ...this.print.facts([
        ['Verifier key', facts.vkey],
        ['Before', facts.replaced],
        ['Entry', entry],
        ['Doubtful since', facts.stolenSince],
      ]),
    ])
  }
}
