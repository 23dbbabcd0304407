import {Args, Flags} from '@oclif/core'
import {folds, operations} from '../../app.ts'
import {readPublic} from '../../base/files.ts'
import {packageRoot} from '../../base/package.ts'
import {parseFingerprint, rulesOf, verifyBundle} from '../../ceremony/bundle/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {verdictLines} from '../../ui/verdict.ts'

export default class CeremonyVerify extends KeyriteCommand {
  static override summary = 'Check the bundle of a ceremony: anywhere, with no ledger and no network.'
  static override description =
    'Without --ledger or --pin a bundle can only be shown to agree with itself: anyone can make a whole other ledger. Exit 6: something is wrong.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> jwt-2026-bundle --ledger "4f1a 99c0 …"',
    '<%= config.bin %> <%= command.id %> jwt-2026-bundle --pin ledger.pin --json',
  ]
  static override args = {
    bundle: Args.string({description: 'the folder that "ceremony bundle" wrote', required: true}),
  }
  static override flags = {
    ledger: Flags.string({
      summary: 'the ledger’s fingerprint from the paper: 64 hex digits, or its 32 words',
      helpValue: 'FINGERPRINT',
      parse: async (typed) => parseFingerprint(typed),
    }),
    pin: Flags.string({
      summary: 'a checkpoint that somebody kept',
      helpValue: 'FILE',
      multiple: true,
    }),
    rehearsal: Flags.boolean({
      summary: 'check the bundle of a rehearsal, and no other; without this one is refused',
      default: false,
    }),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CeremonyVerify)
    const pins = (flags.pin ?? []).map((name) => ({name, note: readPublic(name, 65_536).toString('utf8')}))
    const verdict = verifyBundle(args.bundle, {
      rules: await rulesOf({folds, operations}),
      rehearsal: flags.rehearsal,
      anchor: {fingerprint: flags.ledger ?? null, pins},
      tool: this.app.world.tool,
      packageRoot: packageRoot(),
    })
    this.rehearsal = verdict.rehearsal
    const {ok, problems, words, ...facts} = verdict
    return this.show(
      {
        schema: 'keyrite.ceremony-verification/1',
        exit: ok ? 0 : 6,
        ok,
        ...facts,
        words,
        problems: problems.map(({rule, seq, file, message}) => ({rule, seq, file: file ?? null, message})),
      },
      verdictLines(this.print, verdict),
    )
  }
}
