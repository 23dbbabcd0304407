import {Flags} from '@oclif/core'
import {pendingWriter, vkeyText} from '../../ledger/index.ts'
import {writerPlan} from '../../requests/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {signWithFlag} from '../../ui/flags.ts'
import {askAndApply, planLines, waitingDocument} from '../../ui/gather.ts'
import {askingFor, ruleId, timeTyped} from '../../ui/writer.ts'

export default class LedgerReplaceKey extends KeyriteCommand {
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
    reason: Flags.string({summary: 'why, as the ledger will keep it (private)'}),
    'sign-with': signWithFlag,
    'dry-run': Flags.boolean({summary: 'show the plan and who must approve it, and stop'}),
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(LedgerReplaceKey)
    const {app} = this
    const {state, clock} = app.world
    const stolen = flags['stolen-since']
    const stolenSince = stolen === undefined ? null : timeTyped(stolen, clock.now())
    app.ledger.demandWriter()
    const {name, vkey: old} = app.ledger.view.facts
    const vkey = vkeyText(pendingWriter(state, name).key)
    const plan = writerPlan(
      app.ledger.view,
      {by: 'replacement', vkey, stolenSince},
      ruleId(app, 'ledger.writer'),
    )
    const asking = askingFor(plan, flags.reason)
    if (flags['dry-run']) return this.show({schema: 'keyrite.plan/1', plan}, planLines(app, asking))
    const request = await askAndApply(app, asking, {
      signWith: flags['sign-with'],
      actor: await this.actor(),
      say: (line) => {
        this.say(line)
      },
    })
    if (request.met === null) return waitingDocument(app, request)
    const entry = app.ledger.view.facts.writers.at(-1)?.seq ?? null
    return this.show(
      {schema: 'keyrite.writer-key/1', ledger: name, vkey, replaced: old, entry, stolenSince},
      [
        'The key that writes the ledger is replaced. The old one was removed from this machine, and signs nothing that counts.',
        '',
        ...this.print.facts([
          ['Verifier key', vkey],
          ['Before', old],
          ['Entry', entry],
          ['Doubtful since', stolenSince],
        ]),
      ],
    )
  }
}
