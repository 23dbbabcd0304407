import type {Shown} from '../../ui/command.ts'
import {moveFlags, keyArg, KeyMove} from '../../ui/key-move.ts'

export default class KeySuspend extends KeyMove {
  static override summary = 'Suspend a key: nothing can be done with it until it is resumed.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --reason "odd signatures seen" --sign-with alice=alice.key --sign-with bob=bob.pub',
    '<%= config.bin %> <%= command.id %> payments-jwt --dry-run',
  ]
  static override args = keyArg
  static override flags = moveFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeySuspend)
    return this.move('suspend', args.key, flags)
  }
}
