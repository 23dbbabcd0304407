import type {Shown} from '../../ui/command.ts'
import {moveFlags, keyArg, KeyMove} from '../../ui/key-move.ts'

export default class KeyResume extends KeyMove {
  static override summary = 'Resume a suspended key: it is used again as before.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --sign-with alice=alice.key --sign-with bob=bob.pub',
  ]
  static override args = keyArg
  static override flags = moveFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyResume)
    return this.move('resume', args.key, flags)
  }
}
