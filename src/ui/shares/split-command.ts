/** The way of commands that split: flags to a plan, people's approval, and shares to their holders. */
import {existsSync} from 'node:fs'
import {dirname, resolve} from 'node:path'
import {Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {demandFree} from '../../base/new-folder.ts'
import {custodyFold, findPerson} from '../../custody/index.ts'
import {
  brokenOff,
  demandSealable,
  oweFirstDrill,
  parseSplit,
  planSplit,
  sharesFold,
  type HolderWish,
  type ShareSet,
  type SplitWish,
  voidBrokenOff,
} from '../../shares/index.ts'
import {AskingCommand} from '../asking-command.ts'
import type {Shown} from '../command.ts'
import {wholeNumber} from '../flags.ts'
import {changeFlags} from '../key-change.ts'
import {terminalHands, type Places} from './hands.ts'
import {readSecret} from './read.ts'
import {demandClears, screenOf} from './screen.ts'
import {setDocument, setLines} from './show.ts'

/** Longer ones are refused with what to do instead. */
const limitBytes = 65_536

export const splitFlags = {
  'secret-file': Flags.string({
    summary: 'the secret that is split: a file, or "-" for stdin',
    helpValue: 'FILE',
    exclusive: ['key'],
  }),
  key: Flags.string({summary: 'a key that is split, where its provider lets it leave', helpValue: 'NAME'}),
  out: Flags.string({summary: 'a new folder for the files of the holders', helpValue: 'DIR'}),
  print: Flags.string({
    summary: 'who has no age recipient gets a card from this printer',
    helpValue: 'PRINTER',
    exclusive: ['card-to'],
  }),
  'card-to': Flags.string({
    summary:
      'who has no age recipient gets a card as PDF there: a new folder on a tmpfs, or a removable medium',
    helpValue: 'DIR',
  }),
  ...changeFlags,
}

export const holderFlags = {
  threshold: Flags.string({
    summary: 'how many shares recover it',
    helpValue: 'K',
    required: true,
    parse: async (text) => String(wholeNumber(text, 'a threshold', 2)),
  }),
  holder: Flags.string({
    summary:
      'who gets a share: sealed to their age recipient; without one =passphrase or =screen (the default), or a card',
    helpValue: 'PERSON[=HOW]',
    multiple: true,
    required: true,
  }),
}

/** What the parser gives of `splitFlags`. */
export interface SplitFlags {
  readonly 'secret-file': string | undefined
  readonly key: string | undefined
  readonly out: string | undefined
  readonly print: string | undefined
  readonly 'card-to': string | undefined
  readonly reason: string | undefined
  readonly ticket: string | undefined
  readonly 'sign-with': string[] | undefined
  readonly 'dry-run': boolean
}

export abstract class SplitCommand extends AskingCommand {
  /** What would be in the way is said before anything is asked. @throws KeyriteError `EXISTS`. */
  protected demandPlace({out, 'card-to': cards}: Pick<SplitFlags, 'out' | 'card-to'>): void {
    if (out !== undefined) demandFree(out, 'shares')
    if (cards !== undefined) demandFree(cards, 'cards')
    // Once it is split, a folder that cannot be made costs the whole set.
    for (const one of [out, cards])
      if (one !== undefined && !existsSync(dirname(resolve(one))))
        throw new KeyriteError('FILE_NOT_FOUND', `cannot write to "${one}": there is no folder for it`, {
          hints: [`ls -ld ${dirname(one)}`],
        })
  }

  /** What an earlier run left half-way: it is said, and made void where its name is wanted. */
  protected async leftBefore(name: string | null, dry: boolean): Promise<void> {
    const {ledger} = this.app
    for (const set of brokenOff(ledger)) {
      const given = set.holders.filter((one) => one.given !== null).length
      this.say(
        `Set "${set.name}" was broken off when ${given} of its ${set.holders.length} shares were recorded as given out.`,
      )
      if (set.name !== name || dry) this.say(`Next: keyrite share reseal ${set.name}`)
      else if (await voidBrokenOff(ledger, set, (await this.actor()).id))
        this.say(
          'It is void. Destroy what was given out of it; it is split anew, for which people sign anew.',
        )
    }
  }

  protected holders(wishes: readonly string[], flags: SplitFlags): readonly HolderWish[] {
    const {roster} = this.app.ledger.of(custodyFold)
    return wishes.map((wish) => {
      const [, name = '', how] = /^(.*?)(?:=(passphrase|screen))?$/.exec(wish) ?? []
      return {person: findPerson(roster, name), otherwise: otherwise(how, flags)}
    })
  }

  protected async split(wish: SplitWish, flags: SplitFlags): Promise<Shown> {
    const {app} = this
    if ((flags['secret-file'] === undefined) === (flags.key === undefined))
      throw new KeyriteError('USAGE', 'expected --secret-file FILE or --key NAME')
    const planned = planSplit(app.ledger.view, wish)
    const filed = wish.holders.some(
      ({person, otherwise: way}) => person.recipient !== null || way === 'passphrase',
    )
    const out = filed ? (flags.out ?? null) : null
    if (filed && out === null)
      throw new KeyriteError('USAGE', 'expected --out DIR, a new folder for the files of the holders')
    const screens = wish.holders.some(
      ({person, otherwise: way}) => person.recipient === null && way === 'screen',
    )
    const screen = screenOf(this.outside.stderr, this.plain)
    if (screens && !flags['dry-run']) demandClears(screen)
    if (!flags['dry-run']) await demandSealable(parseSplit(planned.plan.change))
    const places: Places = new Map()
    const hands = terminalHands(
      {
        app,
        ask: app.world.ask,
        say: (line) => {
          this.say(line)
        },
        screen,
        out,
        cardTo: flags['card-to'] ?? null,
        secret: async () => readSecret(flags['secret-file'] ?? '', limitBytes),
        files: [],
        identities: [],
        take: async (secret) => {
          secret.wipe()
        },
      },
      places,
    )
    return this.asked(
      planned,
      flags,
      async (request) => {
        const sets = app.ledger.of(sharesFold).sets
        const made = [...sets.values()].find(({approved}) => approved === request.met)
        if (made === undefined) throw new TypeError('what was applied is recorded')
        await oweFirstDrill(app.ledger, made, (await this.actor()).id)
        return this.shown(made, places)
      },
      {hands},
    )
  }

  private shown(made: ShareSet, places: Places): Shown {
    const {ledger} = this.app
    return this.show({schema: 'keyrite.shares/1', ...setDocument(ledger, made, places)}, [
      ...setLines(this.print, ledger, made),
      '',
      'Each holder opens theirs, and signs that they have it:',
      `Next: keyrite share receive ${made.name} FILE --sign-with PERSON=KEY`,
    ])
  }
}

function otherwise(how: string | undefined, flags: SplitFlags): HolderWish['otherwise'] {
  if (how === 'passphrase' || how === 'screen') return how
  if (flags.print !== undefined) return {card: `printer ${flags.print}`}
  return flags['card-to'] === undefined ? 'screen' : {card: 'folder'}
}
