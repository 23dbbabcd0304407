import {Flags} from '@oclif/core'
import {keysFold, rotations, runHooks} from '../../keys/index.ts'
import {rotationPhases} from '../../policy/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {contextFor} from '../../ui/gather.ts'
import {keyArg} from '../../ui/key-move.ts'

export default class RotationHooks extends KeyriteCommand {
  static override summary =
    'List the programs that ran after the phases of a key’s last rotation; or run those of a phase that did not succeed.'
  static override description =
    'The programs stand in the policy, by path and SHA-256. Each is told what was done as JSON on its standard input, and may take as long as the policy says.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt',
    '<%= config.bin %> <%= command.id %> payments-jwt --retry primary',
  ]
  static override args = keyArg
  static override flags = {
    retry: Flags.option({
      summary: 'run those after this phase again that did not succeed',
      options: rotationPhases,
    })(),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(RotationHooks)
    this.concerns = args.key
    const {app} = this
    const {name} = findKey(app.ledger, args.key)
    if (flags.retry !== undefined) {
      app.ledger.demandWriter()
      await runHooks(contextFor(app, await this.actor()), name, flags.retry)
    }
    const rotation = app.ledger.of(rotations).last.get(app.ledger.of(keysFold).keys.get(name)?.name ?? name)
    const hooks = (rotation?.hooks ?? []).map(({hook, phase, at, ok, seq}) => ({
      hook,
      phase,
      at,
      ok,
      entry: seq,
    }))
    return this.show(
      {schema: 'keyrite.rotation-hooks/1', name, hooks},
      this.print.table(
        ['Hook', 'After', 'When', 'Went', 'Entry'],
        hooks.map(({hook, phase, at, ok, entry}) => [hook, phase, at, ok ? 'well' : 'FAILED', entry]),
        `No program ran in the last rotation of key "${name}".`,
      ),
    )
  }
}
