import {Args, Flags} from '@oclif/core'
import {folds, operations} from '../../app.ts'
import {packageRoot} from '../../base/package.ts'
import {
  bundleDigest,
  demandFree,
  levels,
  makeBundle,
  recordBundle,
  rulesOf,
  writeFolder,
  type Level,
} from '../../ceremony/bundle/index.ts'
import {findCeremony} from '../../ui/ceremony.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class CeremonyBundle extends KeyriteCommand {
  static override summary = 'Write one folder that proves a ceremony to someone who has no keyrite.'
  static override description =
    'Level full opens every name, place and reason in it: pass it only to those who may read them. Level restricted opens what was recorded, and nothing that names anybody; level public opens nothing. What is signed is the same at each. docs/bundle-format.md says what stays visible.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 1a2b3c4d --out jwt-2026-bundle',
    '<%= config.bin %> <%= command.id %> 1a2b3c4d --level public --out jwt-2026-public',
  ]
  static override args = {
    ceremony: Args.string({description: 'its id, or the first 6 or more digits', required: true}),
  }
  static override flags = {
    out: Flags.string({
      summary: 'the folder to make; it must not exist, or be empty',
      helpValue: 'DIR',
      required: true,
    }),
    level: Flags.string({
      summary: 'how much is opened to its readers',
      options: [...levels],
      default: 'full',
    }),
    'accept-visible': Flags.boolean({
      summary: 'make it although the signed bytes themselves say what its level withholds',
    }),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CeremonyBundle)
    const {ledger, world} = this.app
    const ceremony = findCeremony(this.app, args.ceremony)
    demandFree(flags.out)
    const rules = await rulesOf({folds, operations})
    const level = flags.level as Level
    const made = {ledger, rules, ceremony, tool: world.tool, packageRoot: packageRoot()}
    const files = makeBundle({...made, level, acceptVisible: flags['accept-visible']})
    writeFolder(flags.out, files)
    await recordBundle(ledger, ceremony, files, level, {person: null, evidence: 'stated'})
    const {fingerprint} = ledger.view.facts
    const facts = {path: flags.out, sha256: bundleDigest(files), files: files.size}
    return this.show({schema: 'keyrite.bundle/1', ceremony: ceremony.id, level, fingerprint, ...facts}, [
      ...this.print.facts([
        ['Bundle', facts.path],
        ['Ceremony', ceremony.id],
        ['Level', level],
        ['Files', facts.files],
        ['SHA-256 of SHA256SUMS', facts.sha256],
      ]),
      '',
      'Next:',
      `  keyrite ceremony verify ${facts.path} --ledger ${fingerprint}`,
      '  VERIFY.md in it says how to check it without keyrite',
    ])
  }
}
