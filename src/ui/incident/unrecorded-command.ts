/** Revoking where the ledger cannot be written, as a command does it. */
import {exitOf} from '../../base/errors.ts'
import {parseDuration} from '../../base/duration.ts'
import type {Person} from '../../custody/index.ts'
import {containByJournal} from '../../incidents/journal/index.ts'
import type {Reason} from '../../incidents/index.ts'
import {profileOf, type Key} from '../../keys/index.ts'
import type {Shown} from '../command.ts'
import {contextFor, demandName} from '../gather.ts'
import {ContainCommand, most, type ContainFlags} from './contain.ts'
import {consequence} from './screen.ts'
import {signing} from './signs.ts'
import {journalPath, unrecordedLines} from './unrecorded.ts'

export abstract class UnrecordedCommand extends ContainCommand {
  /** The same, and nothing but containing, where the ledger cannot be written. */
  protected async containUnrecorded(
    key: Key,
    reason: Reason,
    flags: ContainFlags & {readonly journal: string | undefined},
    person: Person,
  ): Promise<Shown> {
    const {app} = this
    // From here on the ledger does not know how it stands.
    this.standing = null
    this.say(
      'THE LEDGER CANNOT BE WRITTEN HERE. What is done now stands in a journal, and is taken in later.',
    )
    this.say(consequence(key.spec.purpose))
    if (this.typed === undefined && flags.confirm === undefined) this.asked++
    await demandName(app, {
      name: `${key.name}@${key.profile}`,
      given: this.typed ?? flags.confirm,
      warning: 'Contained by a signed journal: whoever uses it fails from then on.',
    })
    const test = profileOf(app.ledger.view, key.profile).environment === 'test'
    const one = await containByJournal(contextFor(app, person), {
      key,
      reason,
      path: journalPath(flags.journal, this.outside.env),
      signers: await signing(
        this.app,
        flags['sign-with'],
        person,
        test,
        (line) => {
          this.say(line)
        },
        this.asked < most,
      ),
      withinMs: parseDuration(flags['prove-within']),
      print: (line) => {
        this.say(line)
      },
    })
    const {journal, left, ...facts} = one
    return this.show(
      {
        ...{
          schema: 'keyrite.incident/1',
          exit: exitOf.NOT_PROVEN,
          id: journal,
          key: key.name,
          recorded: false,
        },
        ...{...facts, elapsed: null, replacement: null, impact: {declared: [], observed: [], unknown: []}},
        ...{reencrypt: [], open: left, journal: one.path},
      },
      unrecordedLines(key.name, one),
    )
  }
}
