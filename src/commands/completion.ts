import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../base/errors.ts'
import {KeyriteCommand, type Shown} from '../ui/command.ts'
import {scriptFor} from '../ui/manual/completion.ts'
import {namesOf} from '../ui/manual/names.ts'
import {shells, type Shell} from '../ui/manual/shells.ts'
import {nameKinds} from '../ui/manual/values.ts'

export default class Completion extends KeyriteCommand {
  static override summary = 'Print the completion of commands, flags and names for a shell.'
  static override description = `bash, in ~/.bashrc: source <(keyrite completion bash)
zsh, in ~/.zshrc after compinit: source <(keyrite completion zsh)
fish, once: keyrite completion fish > ~/.config/fish/completions/keyrite.fish
Names of keys, profiles, requests, ceremonies and people come from the ledger as it is listed, when they are asked for.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> bash',
    '<%= config.bin %> <%= command.id %> --names keys',
  ]
  static override args = {
    shell: Args.string({description: `the shell: ${shells.join(', ')}`, options: [...shells]}),
  }
  static override flags = {
    names: Flags.string({
      summary: 'list names of this kind instead, one a line: what the scripts themselves ask',
      options: [...nameKinds],
    }),
  }
  protected override readonly withApp = false

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(Completion)
    if ((args.shell === undefined) === (flags.names === undefined))
      throw new KeyriteError('USAGE', 'expected one of a shell and --names', {
        hints: shells.map((shell) => `keyrite completion ${shell}`),
      })
    const kind = nameKinds.find((one) => one === flags.names)
    if (kind !== undefined) {
      const {home, state, clock} = this.world
      const names = await namesOf(kind, {home, state, now: clock.now()})
      return this.show({schema: 'keyrite.names/1', kind, names}, names)
    }
    const shell = args.shell as Shell
    const script = scriptFor(shell, this.config)
    return this.show({schema: 'keyrite.completion/1', shell, script}, [script.trimEnd()])
  }
}
