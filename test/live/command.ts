import {Flags} from '@oclif/core'
import {KeyriteError} from '../../src/base/errors.ts'
import {visible} from '../../src/base/visible.ts'
import {profileOf} from '../../src/keys/index.ts'
import {inWords} from '../../src/profiles/index.ts'
import {algorithms} from '../../src/providers/algorithms.ts'
import {KeyriteCommand, type Shown} from '../../src/ui/command.ts'
import {pinFileFlag} from '../../src/ui/flags.ts'
import {counted} from '../../src/ui/print.ts'
import {LiveRun, type Left, type Line} from './run.ts'

export class TestLive extends KeyriteCommand {
  static override summary =
    'Try a place that is really there: make keys under a prefix, use them, destroy them.'
  static override flags = {
    profile: Flags.string({
      summary: 'a profile of this home, not of production',
      helpValue: 'NAME',
      required: true,
    }),
    algorithm: Flags.option({
      summary: 'only these; all that the place makes unless told',
      options: algorithms,
      multiple: true,
    })(),
    confirm: Flags.string({summary: 'the profile’s name again, to skip the question', helpValue: 'NAME'}),
    'dry-run': Flags.boolean({summary: 'say what would be made, and stop'}),
    'pin-file': pinFileFlag,
  }
  /** Nothing of it is of the ledger, and it leaves nothing there. */
  protected override readonly attempts = false

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(TestLive)
    const {app} = this
    const profile = profileOf(app.ledger.view, flags.profile)
    if (profile.environment === 'production')
      throw new KeyriteError(
        'PRODUCTION_GUARD',
        `cannot try profile "${profile.name}": it is of production, and keys are made and destroyed there`,
        {hints: ['a profile of another account, vault, key ring, token or mount, for tests']},
      )
    const provider = await app.provider(profile.name)
    const {keys, imports, destructionDays} = await provider.evidence.capabilities()
    const made = keys.map(({algorithm}) => algorithm)
    const wanted = made.filter((one) => flags.algorithm?.includes(one) !== false)
    if (wanted.length === 0)
      throw new KeyriteError('UNSUPPORTED', `cannot try profile "${profile.name}": it makes none of these`, {
        hints: [`it makes ${made.join(', ')}`],
      })
    const prefix = `live-${app.world.random.bytes(4).toString('hex')}-`
    const {least} = destructionDays
    const gone = least === 0 ? 'gone at once' : `gone ${least} ${least === 1 ? 'day' : 'days'} later`
    for (const line of [
      `This is ${inWords(profile.identity)} (${profile.environment}).`,
      `It makes keys called ${prefix}…, one or more of each of: ${wanted.join(', ')}${imports ? ', and brings one from outside' : ''}.`,
      `Each is used, switched off and on, and destroyed: ${gone}. Other keys are listed, and not touched. The service may charge for it.`,
      'The ledger records none of it. If this is killed, what bears that name is left.',
    ])
      this.say(line)
    if (flags['dry-run']) return this.#shown(profile.name, prefix, [], [])
    await this.#demandYes(profile.name, flags.confirm)
    const run = new LiveRun(provider, {prefix, random: app.world.random, days: destructionDays.least})
    this.interrupted = () => {
      this.say('Stopping: what was made is destroyed first.')
      run.stop()
      return true
    }
    const lines: Line[] = []
    for await (const line of run.all(wanted)) {
      lines.push(line)
      this.say(
        `${line.outcome.padEnd(8)}${line.algorithm}  ${line.what}${line.detail === '' ? '' : `: ${line.detail}`}`,
      )
    }
    return this.#shown(profile.name, prefix, lines, run.left)
  }

  async #demandYes(name: string, confirm: string | undefined): Promise<void> {
    const said =
      confirm ??
      (await this.app.world.ask.text({
        message: `Type the name of the profile to make and destroy keys there ("${name}")`,
        flag: `--confirm ${name}`,
      }))
    if (said !== name)
      throw new KeyriteError(
        'NOT_CONFIRMED',
        `cannot try profile "${name}": "${said}" is another name; nothing was made`,
        {
          hints: [`--confirm ${name}`],
        },
      )
  }

  #shown(profile: string, prefix: string, lines: readonly Line[], left: readonly Left[]): Shown {
    const failed = lines.filter(({outcome}) => outcome === 'FAILED').length
    const loose = left.filter(({goesAt}) => goesAt === null)
    const exit = failed === 0 && loose.length === 0 ? 0 : 7
    return this.show({schema: 'keyrite.live/1', exit, profile, prefix, lines, failed, left}, [
      ...(lines.length === 0
        ? ['Nothing was made.']
        : [`${counted(lines.length, 'thing')} tried, ${failed} failed.`]),
      ...(left.length === 0 && lines.length > 0 ? ['Nothing is left behind.'] : []),
      ...left.map(({label, id, goesAt, why}) =>
        visible(
          goesAt === null
            ? `LEFT BEHIND: ${label} (${id}): ${why}. Destroy it there by hand.`
            : `Left until ${goesAt}: ${label} (${id}).`,
        ),
      ),
    ])
  }
}
