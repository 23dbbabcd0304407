import type {Shown} from '../../ui/command.ts'
import {moveFlags, keyArg, KeyMove} from '../../ui/key-move.ts'

export default class KeyDeactivate extends KeyMove {
  static override summary =
    'Deactivate a key: what it made is still verified and decrypted, and it never signs or encrypts again.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-2025 --reason "payments-2026 took its place"',
    '<%= config.bin %> <%= command.id %> payments-2025 --dry-run',
  ]
  static override args = keyArg
  static override flags = moveFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyDeactivate)
    return this.move('deactivate', args.key, flags)
  }
}
