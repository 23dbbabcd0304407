/** The hands at a terminal: a secret from a file or stdin, shares to files, printers and the screen, shares from files and fingers. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {App} from '../../app.ts'
import {KeyriteError} from '../../base/errors.ts'
import {makePrivateDir, writeNew} from '../../base/files.ts'
import type {Secret} from '../../base/secret.ts'
import {visible} from '../../base/visible.ts'
import {custodyFold, type Person} from '../../custody/index.ts'
import type {Handing, Hands, ShareSet} from '../../shares/index.ts'
import {called} from '../actor.ts'
import type {Ask} from '../ask.ts'
import {demandPassing, printCard, writeCard} from './card.ts'
import {collectShares} from './read.ts'
import {showOnce, type Screen} from './screen.ts'

export interface Given {
  readonly app: App
  readonly ask: Ask
  readonly say: (line: string) => void
  readonly screen: Screen
  /** A folder of 0700, made for the first file; null where no file is written. */
  readonly out: string | null
  readonly cardTo: string | null
  readonly secret: () => Promise<Secret>
  readonly files: readonly string[]
  readonly identities: readonly string[]
  readonly take: (secret: Secret) => Promise<void>
}

/** What its file is called, without its ending. */
export function shareName({name, set}: Pick<ShareSet, 'name' | 'set'>, index: number): string {
  return `${name}-${set.slice(0, 8)}-share-${index}`
}

/** Where each share went: by index. */
export type Places = Map<number, string>

export function terminalHands(given: Given, places: Places): Hands {
  const {ask, say, files, identities} = given
  return {
    secret: given.secret,
    give: (handing) => give(given, handing, places),
    collect: (set) => collectShares(set, {ask, say, files, identities}),
    take: given.take,
  }
}

async function give(given: Given, handing: Handing, places: Places): Promise<string | null> {
  const {app, ask, say} = given
  const {holder, set, head, dealer} = handing
  const person = app.ledger.of(custodyFold).roster.get(holder.person)
  if (person === undefined) throw new TypeError('every holder is in the roster')
  const name = shareName(set, holder.index)
  const done = (place: string): void => {
    places.set(holder.index, place)
    say(`Share ${holder.index} of ${set.holders.length} for ${called(person)}: ${place}.`)
  }
  switch (holder.delivery) {
    case 'sealed':
      done(file(given, `${name}.age`, await dealer.seal(holder.index, head, holder.to ?? '')))
      return null
    case 'passphrase':
      done(
        file(given, `${name}.age`, await dealer.lock(holder.index, head, await newPassphrase(given, person))),
      )
      return null
    case 'card': {
      const by = await covered(given, person, 'a card')
      const pdf = await dealer.card(holder.index, head)
      try {
        done(await card(given, holder.to ?? '', name, pdf))
      } finally {
        pdf.fill(0)
      }
      return by
    }
    case 'screen': {
      const by = await covered(given, person, 'a share on the screen')
      const title = [
        `Share ${holder.index} of ${set.holders.length}, any ${set.threshold} recover. For ${visible(called(person))} alone.`,
      ]
      await showOnce(given.screen, ask, title, await dealer.rows(holder.index))
      done('shown once, and typed back')
      return by
    }
  }
}

function file({out}: Given, name: string, bytes: Buffer): string {
  if (out === null) throw new KeyriteError('USAGE', 'expected --out DIR, for the files of the holders')
  if (!existsSync(out)) makePrivateDir(out)
  writeNew(join(out, name), bytes)
  return join(out, name)
}

async function card({ask, cardTo, say}: Given, to: string, name: string, pdf: Buffer): Promise<string> {
  if (to.startsWith('printer ')) {
    printCard(to.slice('printer '.length), pdf)
    say('The print queue and the printer may keep a copy of what they print.')
    return to
  }
  if (cardTo === null) throw new KeyriteError('USAGE', 'expected --card-to DIR, for the cards')
  await demandPassing(ask, cardTo)
  return writeCard(cardTo, name, pdf)
}

/** Before a share is in the clear: who saw to it that nobody else sees it. */
async function covered({app, ask}: Given, person: Person, where: string): Promise<string> {
  const {roster} = app.ledger.of(custodyFold)
  const flag = 'keyrite custodian set-recipient PERSON, or --holder PERSON=passphrase'
  const by = await ask.choose<Person>({
    message: `${called(person)} gets ${where}. Cover the camera. Who has seen to it`,
    flag,
    choices: [...roster.values()]
      .filter(({state}) => state === 'active')
      .map((one) => ({name: called(one), value: one})),
  })
  return by.id
}

const leastLength = 12

async function newPassphrase({ask, say}: Given, person: Person): Promise<Secret> {
  const flag = 'keyrite custodian set-recipient PERSON'
  const asked = (message: string): Promise<Secret> => (ask.passphrase ?? ask.secret)({message, flag})
  for (;;) {
    const first = await asked(
      `${called(person)}: a passphrase for your share, at least ${leastLength} letters`,
    )
    if (first.use((bytes) => bytes.length) < leastLength) say('That is too short.')
    else {
      const again = await asked(`${called(person)}: the same again`)
      const same = again.consume((one) => first.use((other) => Buffer.from(one).equals(Buffer.from(other))))
      if (same) return first
      say('They differ.')
    }
    first.wipe()
  }
}
