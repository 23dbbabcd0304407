/** The way of every command that gives or takes a right to use a key that the service keeps: show the plan, ask, act, show who can reach it now. */
import {KeyriteError} from '../base/errors.ts'
import {accessOf, untoldOf, type Key, type Planned} from '../keys/index.ts'
import {AskingCommand, type ChangeFlags} from './asking-command.ts'
import type {Shown} from './command.ts'
import {accessDocument, accessLines, unseenDocument, unseenLines} from './show-access.ts'

const schema = 'keyrite.key-access/1'

export abstract class GrantChange extends AskingCommand {
  /** With `--dry-run` the plan is shown and nothing is touched; without enough signatures the request is (exit 8). */
  protected async grantChange(planned: Planned, flags: ChangeFlags, key: Key): Promise<Shown> {
    return this.asked(planned, flags, () => this.#reached(key))
  }

  /** What was done is in the ledger: that the service then does not say who can reach the key makes nothing of it undone. */
  async #reached(key: Key): Promise<Shown> {
    try {
      const found = await accessOf(await this.app.provider(key.profile), key)
      return this.show({schema, ...accessDocument(key, found)}, accessLines(this.print, key, found))
    } catch (error) {
      if (!(error instanceof KeyriteError)) throw error
      const untold = [untoldOf('access', error)]
      return this.show({schema, ...unseenDocument(key, untold)}, unseenLines(this.print, key, untold))
    }
  }
}
