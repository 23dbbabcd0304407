/** The base of the commands that run a ceremony: however it ends, the ceremony's document is shown. */
import {KeyriteError} from '../base/errors.ts'
import type {Ceremony} from '../ceremony/state.ts'
import type {Answers} from '../ceremony/answers.ts'
import type {Room} from '../ceremony/room.ts'
import {documentOf, exitOfCeremony, findCeremony, roomOf} from './ceremony.ts'
import {screenOf} from './shares/screen.ts'
import {ceremonyLines, stoppedLines} from './show-ceremony.ts'
import {KeyriteCommand, type Shown} from './command.ts'
import {filled, type Standing} from './errors.ts'

/** Then the ledger cannot be trusted, or not be written: nothing is said of the ceremony but the error. */
const ledgerFailed = new Set(['LEDGER_TAMPERED', 'LEDGER_BEHIND', 'LEDGER_NOT_WRITER', 'STORAGE', 'LOCKED'])

export interface Manner {
  readonly answers: Answers | null
  readonly signWith: readonly string[] | undefined
  /** Whether keys of people may be read into this process where the profile is in environment test. */
  readonly inProcess?: boolean
  /** What happens where a person has no key at hand, in words. */
  readonly withoutKey?: string
}

/** Where it stands that was ended in the middle of a step. */
function standing({id, profile}: Pick<Ceremony, 'id' | 'profile'>): Standing {
  const short = id.slice(0, 8)
  const place = profile === null ? '' : `: what that asks of profile "${profile}" may be done there, or not`
  return {
    line: `Ceremony ${short} is in the middle of a step${place}.`,
    next: `keyrite ceremony resume ${short}`,
  }
}

export abstract class CeremonyCommand extends KeyriteCommand {
  /** Before anything is opened. @throws KeyriteError `NO_TERMINAL` if there is neither a terminal nor a file that answers. */
  protected demandRoom(answers: Answers | null): void {
    if (answers !== null || this.app.world.ask.interactive) return
    throw new KeyriteError('NO_TERMINAL', 'cannot hold a ceremony: there is no terminal to ask on', {
      hints: ['run it in a terminal', 'answer everything beforehand: --answers FILE (not in production)'],
    })
  }

  /**
   * Runs in the room. A ceremony that stopped has a document, so that is shown, with the exit status of what stopped it.
   */
  protected async carryOn(id: string, manner: Manner, run: (room: Room) => Promise<void>): Promise<Shown> {
    const {profile} = findCeremony(this.app, id)
    const signal = this.#interruptible(id)
    const room = roomOf(this.app, {
      signal,
      asides: true,
      plain: this.plain,
      screen: screenOf(this.outside.stderr, this.plain),
      ...manner,
      profile,
      say: (line) => {
        this.say(line)
      },
    })
    try {
      await run(room)
    } catch (thrown) {
      const error = this.cause(thrown)
      if (!(error instanceof KeyriteError) || ledgerFailed.has(error.code)) throw error
      await this.leaveTrace(error)
      this.say('')
      this.say(
        `${error.code === 'CANCELLED' ? `Stopped by ${this.#by}.` : `Stopped: ${error.message}.`} What is done is recorded; nothing is lost.`,
      )
      for (const hint of error.hints.filter((one) => !one.startsWith('keyrite ceremony resume')))
        this.say(`Try this: ${filled(hint, {profile: this.app.reached ?? profile, key: null})}`)
      return this.#shown(id, error.exit, error.code)
    } finally {
      clearTimeout(this.#waiting)
      this.interrupted = null
    }
    this.say('')
    return this.#shown(id, null, null)
  }

  /** What stopped it, in words. */
  #by = 'Ctrl-C'
  /** A question is taken back at once; only what takes longer is announced. */
  #waiting: NodeJS.Timeout | undefined

  /** The first Ctrl-C stops the ceremony where that leaves nothing half done; the second ends the program at once. */
  #interruptible(id: string): AbortSignal {
    const controller = new AbortController()
    this.interrupted = (signal) => {
      if (controller.signal.aborted) {
        this.standing = () => standing(findCeremony(this.app, id))
        return false
      }
      if (signal !== 'SIGINT') this.#by = signal
      controller.abort()
      this.#waiting = setTimeout(() => {
        // The terminal has shown `^C`.
        if (this.outside.stderr.isTTY) this.outside.stderr.write('\n')
        this.say('Stopping. What is under way is finished first; Ctrl-C again ends the program at once.')
      }, 200)
      return true
    }
    return controller.signal
  }

  #shown(id: string, exit: number | null, stoppedBy: string | null): Shown {
    const document = documentOf(this.app, findCeremony(this.app, id))
    const facts = {
      schema: 'keyrite.ceremony/1' as const,
      exit: exit ?? exitOfCeremony(document.status),
      ...document,
      stoppedBy,
    }
    const lines = ['running', 'stopped'].includes(document.status) ? stoppedLines : ceremonyLines
    return this.show(facts, lines(this.print, document))
  }
}
