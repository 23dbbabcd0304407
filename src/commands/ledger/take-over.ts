import {Args, Flags} from '@oclif/core'
import {parseFingerprint} from '../../ceremony/bundle/index.ts'
import {KeyriteError} from '../../base/errors.ts'
import {readPublic} from '../../base/files.ts'
import {wholeIn, type Whole} from '../../ledger/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {signWithFlag} from '../../ui/flags.ts'
import {waitingDocument} from '../../ui/gather.ts'
import {prepare, takeReleased, takeWithout} from '../../ui/take-over.ts'
import {fingerprintLines, wholeDocument, wholeFacts} from '../../ui/writer.ts'

export default class LedgerTakeOver extends KeyriteCommand {
  static override summary = 'Write the ledger on this machine from now on.'
  static override description = `With --prepare: makes the key for that, which stays here, and prints its verifier key. The machine that writes now hands the ledger over to it ("ledger hand-over"), and FILE, which it wrote, is taken over here.
With --without-release, where that machine is lost: the quorum for the ledger approves it, in the room or from afar ("request export", "request add", "request apply"). If the lost machine goes on writing, there are two ledgers; "ledger compare" shows it. Where a pin saw more than this copy holds, the approval names what is lost.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --prepare --pin /media/stick/pin-2026-11',
    '<%= config.bin %> <%= command.id %> /media/stick/ledger',
    '<%= config.bin %> <%= command.id %> /media/stick/backup --without-release --reason "its disk died" --sign-with alice@example.com=alice.pub',
  ]
  static override args = {
    file: Args.string({description: 'what hand-over wrote; or a copy of the ledger, or of its home'}),
  }
  static override flags = {
    prepare: Flags.boolean({
      summary: 'make the key, print its verifier key, and stop',
      exclusive: ['without-release'],
    }),
    pin: Flags.string({
      summary: 'a checkpoint that someone kept; with --prepare it says which ledger is meant',
      helpValue: 'FILE',
      multiple: true,
    }),
    ledger: Flags.string({
      summary: 'the fingerprint that it must have, as printed on paper',
      helpValue: 'FINGERPRINT',
    }),
    'without-release': Flags.boolean({summary: 'the machine that writes it is lost', dependsOn: ['reason']}),
    reason: Flags.string({summary: 'why, as the ledger will keep it (private)'}),
    'sign-with': signWithFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(LedgerTakeOver)
    const pins = (flags.pin ?? []).map((path) => readPublic(path, 65_536).toString('utf8'))
    if (flags.prepare) return this.#prepared(prepare(this.app, pins[0]))
    const anchors = {
      pins,
      fingerprint: flags.ledger === undefined ? undefined : parseFingerprint(flags.ledger),
    }
    if (flags['without-release']) {
      const {reason = ''} = flags
      const request = await takeWithout(this.app, {path: args.file, reason, anchors}, async () => ({
        signWith: flags['sign-with'],
        actor: await this.actor(),
        say: (line) => {
          this.say(line)
        },
      }))
      if (request.met === null) return waitingDocument(this.app, request)
      const {home} = this.app.world
      return this.#taken(wholeIn(home, {folds: this.app.folds, pins: [], state: null}))
    }
    if (args.file === undefined)
      throw new KeyriteError('USAGE', 'cannot take the ledger over: expected the file that hand-over wrote', {
        hints: [
          'keyrite ledger take-over FILE',
          'keyrite ledger take-over --prepare, before it was handed over',
          'keyrite ledger take-over --without-release --reason R, if the machine that writes it is lost',
        ],
      })
    return this.#taken(await takeReleased(this.app, args.file, anchors))
  }

  #prepared({name, vkey}: ReturnType<typeof prepare>): Shown {
    return this.show({schema: 'keyrite.writer-key/1', ledger: name, vkey}, [
      `The key that is to write ${name} is on this machine. Its verifier key:`,
      '',
      vkey,
      '',
      `Where the ledger is written now: keyrite ledger hand-over --to ${vkey} --out FILE`,
      'If that machine is lost, here: keyrite ledger take-over FILE --without-release --reason R',
    ])
  }

  #taken(whole: Whole): Shown {
    const change = whole.facts.writers.at(-1)
    const risky = change?.by === 'take-over' || change?.by === 'restore'
    return this.show(
      {
        schema: 'keyrite.take-over/1',
        by: change?.by ?? null,
        entry: change?.seq ?? null,
        forkRisk: risky,
        home: this.app.world.home,
        ...wholeDocument(whole),
      },
      [
        'This machine writes the ledger from now on.',
        ...(risky
          ? [
              'FORK RISK: if the machine that wrote it before goes on, there are two ledgers. When its copy is found: keyrite ledger compare OTHER',
            ]
          : []),
        '',
        ...this.print.facts(wholeFacts(whole)),
        ...fingerprintLines(whole.facts),
        '',
        'Compare the fingerprint with the one on paper.',
      ],
    )
  }
}
