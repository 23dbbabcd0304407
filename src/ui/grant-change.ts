/** The way of every command that gives or takes a right to use a key that the service keeps: show the plan, ask, act, show who can reach it now. */
import {accessOf, type Key, type Planned} from '../keys/index.ts'
import {AskingCommand, type ChangeFlags} from './asking-command.ts'
import type {Shown} from './command.ts'
import {accessDocument, accessLines} from './show-access.ts'

export abstract class GrantChange extends AskingCommand {
  /** With `--dry-run` the plan is shown and nothing is touched; without enough signatures the request is (exit 8). */
  protected async grantChange(planned: Planned, flags: ChangeFlags, key: Key): Promise<Shown> {
    return this.asked(planned, flags, async () => {
      const found = await accessOf(await this.app.provider(key.profile), key)
      return this.show(
        {schema: 'keyrite.key-access/1', ...accessDocument(key, found)},
        accessLines(this.print, key, found),
      )
    })
  }
}
