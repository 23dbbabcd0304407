import {Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {custodyFold, findPerson} from '../../custody/index.ts'
import type {Entry, Ledger} from '../../ledger/index.ts'
import {placesIn, placesOf, planErase, type Place} from '../../requests/index.ts'
import {called} from '../../ui/actor.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {wholeNumber} from '../../ui/flags.ts'
import {askFlags} from '../../ui/key-change.ts'

export default class LedgerErase extends AskingCommand {
  static override summary =
    'Erase private values for good: a person’s name and address, or what an entry holds in private.'
  static override description =
    'The entries stay, and everything verifies as before; a name that is gone shows as the id. Bundles, exports and backups that were given out keep what they hold. Needs the people whom the policy asks for ledger.erase.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --person bob@example.com --reason "asked for by Bob on 2026-11-20" --dry-run',
    '<%= config.bin %> <%= command.id %> --entry 41 --reason "a ticket number was typed by mistake" --sign-with alice=alice.pub --sign-with carol=carol.pub --sign-with dan=dan.pub',
  ]
  static override flags = {
    ...askFlags,
    reason: Flags.string({
      summary: 'why, as the ledger will keep it (private; do not repeat what is erased)',
      helpValue: 'TEXT',
      required: true,
    }),
    person: Flags.string({
      summary: 'name, address and reasons given by this person',
      helpValue: 'PERSON',
      multiple: true,
      default: [],
    }),
    entry: Flags.string({
      summary: 'every private value of this entry',
      helpValue: 'SEQ',
      multiple: true,
      default: [],
    }),
    commitment: Flags.string({
      summary: 'one private value, by the 64 hex digits that stand for it',
      helpValue: 'HEX',
      multiple: true,
      default: [],
    }),
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(LedgerErase)
    const {app} = this
    const {ledger} = app
    const planned = {plan: planErase(ledger.view, this.#places(ledger, flags)), names: {}}
    return this.asked(planned, flags, () => {
      const commitments = planned.plan.change['commitments']
      return this.show({schema: 'keyrite.erasure/1', entry: ledger.size - 1, commitments}, [
        `Erased, by entry ${ledger.size - 1}. What was given out before is not called back: bundles, exports, backups.`,
      ])
    })
  }

  #places(
    ledger: Ledger,
    flags: {readonly person: string[]; readonly entry: string[]; readonly commitment: string[]},
  ): readonly Place[] {
    const people = flags.person.map((typed) => findPerson(ledger.of(custodyFold).roster, typed))
    const seqs = flags.entry.map((text) => wholeNumber(text, 'an entry', 0))
    const hexes = flags.commitment.map((text) => text.toLowerCase())
    const wrong = hexes.find((text) => !/^[0-9a-f]{64}$/.test(text))
    if (wrong !== undefined || people.length + seqs.length + hexes.length === 0)
      throw new KeyriteError(
        'USAGE',
        wrong === undefined
          ? 'expected --person, --entry or --commitment'
          : `expected 64 hex digits, got "${wrong}"`,
      )
    for (const person of people)
      this.say(`Of ${called(person)}: name, address, and the reasons of their answers.`)
    const found: Place[] = []
    for (const entry of entriesOf(ledger)) {
      found.push(...people.flatMap(({id}) => placesOf(id, entry)))
      if (seqs.includes(entry.seq)) found.push(...placesIn(entry))
      if (hexes.length > 0)
        found.push(...placesIn(entry).filter(({commitment}) => hexes.includes(commitment)))
    }
    return found
  }
}

function* entriesOf(ledger: Ledger): Generator<Entry> {
  for (let seq = 0; seq < ledger.size; seq++) {
    const entry = ledger.view.entry(seq)
    if (entry !== undefined) yield entry
  }
}
