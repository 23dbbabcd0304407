import type {Shown} from '../../ui/command.ts'
import {moveFlags, keyArg, KeyMove} from '../../ui/key-move.ts'

export default class KeyActivate extends KeyMove {
  static override summary =
    'Activate a key that was made and proved: from then on it signs, encrypts, or whatever it is for.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --sign-with alice=alice.key --sign-with bob=bob.pub',
    '<%= config.bin %> <%= command.id %> payments-jwt --dry-run',
  ]
  static override args = keyArg
  static override flags = moveFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyActivate)
    return this.move('activate', args.key, flags)
  }
}
