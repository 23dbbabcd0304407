import {Args, Flags} from '@oclif/core'
import {visible} from '../../base/visible.ts'
import {checkKey, keysFold} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'

const marks = {true: 'ok', false: 'NOT OK', null: 'unknown'} as const

export default class KeyCheck extends KeyriteCommand {
  static override summary =
    'Check live keys: level, size, rotation, exportability, environment, state and policy; exit 10 on findings.'
  static override description =
    'It follows from the ledger alone, and each line names the entry that says so. What nothing says is called unknown, never good. "key prove" and "key sync" ask the provider anew.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> payments-jwt --json',
    '<%= config.bin %> <%= command.id %> --findings',
  ]
  static override args = {key: Args.string({description: 'one key; all unless told'})}
  static override flags = {findings: Flags.boolean({summary: 'show only what is not as it should be'})}

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyCheck)
    const {ledger} = this.app
    const wanted =
      args.key === undefined ? [...ledger.of(keysFold).keys.values()] : [findKey(ledger, args.key)]
    const keys = wanted.map((key) => checkKey(ledger, key)).filter(({checks}) => checks.length > 0)
    const findings = keys.flatMap(({checks}) => checks).filter(({ok}) => ok === false).length
    const unknown = keys.flatMap(({checks}) => checks).filter(({ok}) => ok === null).length
    const shown = keys
      .map((key) => ({...key, checks: key.checks.filter(({ok}) => !flags.findings || ok === false)}))
      .filter(({checks}) => checks.length > 0)
    return this.show(
      {
        schema: 'keyrite.compliance/1',
        exit: findings === 0 ? 0 : 10,
        ok: findings === 0,
        findings,
        unknown,
        keys: shown,
      },
      [
        ...shown.flatMap(({name, classification, checks}) => [
          `${name} (${classification})`,
          ...checks.flatMap(({check, ok, fact, evidence, entry, next}) => [
            ...this.print.sentence(
              `${check}: ${fact} (${evidence}${entry === null ? '' : `, entry ${entry}`})`,
              `  ${marks[`${ok}`]}  `,
            ),
            ...(next === null ? [] : [`  Next: ${visible(next)}`]),
          ]),
          '',
        ]),
        `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}: ${findings} ${findings === 1 ? 'finding' : 'findings'}, ${unknown} unknown.`,
      ],
    )
  }
}
