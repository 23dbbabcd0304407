import {Flags} from '@oclif/core'
import {fromHex, sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {readPublic} from '../../base/files.ts'
import {demandFree, writeNewFolder} from '../../base/new-folder.ts'
import {packageRoot} from '../../base/package.ts'
import {words} from '../../base/words.ts'
import {largest, parseTemplate} from '../../ceremony/template.ts'
import type {View} from '../../ledger/index.ts'
import type {Paper} from '../../paper/pdf/index.ts'
import {setFlag, templateArg, templateFile, templateValues} from '../../ui/ceremony-template.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {profileFlag} from '../../ui/flags.ts'
import {paperFlag, zoneFlag} from '../../ui/paper.ts'

export default class CeremonyScript extends KeyriteCommand {
  static override summary = 'Print a ceremony for the people in the room: script.html and script.pdf.'
  static override description =
    'The digest of the template stands on every page, in hex and in words. Where this home has a ledger, its fingerprint and the plan of each quorum stand there in words too; without one the script says what it cannot print. Texts and people that have no value yet are printed as blanks. The same template, ledger and values give the same bytes.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt.yaml --out script',
    '<%= config.bin %> <%= command.id %> payments-jwt.yaml --out script --paper letter --profile hsm --zone Europe/Zurich',
  ]
  static override args = templateArg
  static override flags = {
    out: Flags.string({
      summary: 'the folder to make; it must not exist, or be empty',
      helpValue: 'DIR',
      required: true,
    }),
    paper: paperFlag,
    profile: profileFlag,
    set: setFlag,
    zone: zoneFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CeremonyScript)
    const path = templateFile(args.template)
    const loaded = parseTemplate(readPublic(path, largest), path)
    const values = templateValues(loaded, flags.set, flags.profile)
    demandFree(flags.out, 'the script')
    const {scriptFiles} = await import('../../ceremony/script/index.ts')
    const {files, plans, blank} = scriptFiles({
      ...{loaded, values, view: this.#view(), zone: flags.zone},
      ...{paper: flags.paper as Paper, packageRoot: packageRoot()},
    })
    writeNewFolder(flags.out, 'the script', files)
    const written = [...files].map(([name, bytes]) => ({name, sha256: sha256Hex(bytes)}))
    const template = {id: loaded.template.id, sha256: loaded.sha256, words: words(fromHex(loaded.sha256))}
    return this.show(
      {schema: 'keyrite.script/1', exit: 0, path: flags.out, template, files: written, plans, blank},
      [
        ...this.print.facts([
          ['Script', flags.out],
          ['Template', `${template.id}, SHA-256 ${template.sha256}`],
          ...written.map(({name, sha256}): [string, string] => [name, `SHA-256 ${sha256}`]),
          ['Left blank', blank],
          ...plans.map((plan): [string, string] => [
            `Plan of ${plan.step}`,
            plan.sha256 ?? `not printed: ${plan.because}`,
          ]),
        ]),
        '',
        'Next:',
        `  print ${flags.out}/script.pdf, one for everybody in the room`,
        `  keyrite ceremony lint ${args.template}`,
        `  keyrite ceremony run ${args.template}`,
      ],
    )
  }

  /** What the ledger knows; null where there is none. */
  #view(): View | null {
    try {
      return this.app.ledger.view
    } catch (error) {
      if (!(error instanceof KeyriteError) || error.code !== 'LEDGER_NOT_FOUND') throw error
      this.say('There is no ledger here: its fingerprint and the plans of quorums are not printed.')
      return null
    }
  }
}
