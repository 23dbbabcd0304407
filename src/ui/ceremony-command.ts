/** The base of the commands that run a ceremony: however it ends, the ceremony's document is shown. */
import {KeyriteError} from '../base/errors.ts'
import type {Answers} from '../ceremony/answers.ts'
import type {Room} from '../ceremony/room.ts'
import {ceremonyLines, documentOf, exitOfCeremony, findCeremony, roomOf} from './ceremony.ts'
import {KeyriteCommand, type Shown} from './command.ts'

export interface Manner {
  readonly answers: Answers | null
  readonly signWith: readonly string[] | undefined
}

export abstract class CeremonyCommand extends KeyriteCommand {
  /**
   * Runs in the room. A ceremony that stopped has a document, so that is shown, with the exit status of what stopped it.
   */
  protected async carryOn(
    id: string,
    {answers, signWith}: Manner,
    run: (room: Room) => Promise<void>,
  ): Promise<Shown> {
    const {profile} = findCeremony(this.app, id)
    const room = roomOf(this.app, {
      answers,
      signWith,
      profile,
      say: (line) => {
        this.say(line)
      },
    })
    try {
      await run(room)
    } catch (error) {
      if (!(error instanceof KeyriteError) || error.exit === 6 || error.exit === 12) throw error
      await this.leaveTrace(error)
      this.say(
        `${error.code === 'CANCELLED' ? 'Stopped by Ctrl-C.' : `Stopped: ${error.message}.`} What is done is recorded; nothing is lost.`,
      )
      return this.#shown(id, error.code === 'CANCELLED' ? 130 : error.exit, error.code)
    }
    return this.#shown(id, null, null)
  }

  #shown(id: string, exit: number | null, stoppedBy: string | null): Shown {
    const document = documentOf(this.app, findCeremony(this.app, id))
    const facts = {
      schema: 'keyrite.ceremony/1' as const,
      exit: exit ?? exitOfCeremony(document.status),
      ...document,
      stoppedBy,
    }
    return this.show(facts, ceremonyLines(this.print, document))
  }
}
