/** Shares in a ceremony's room: places are asked beforehand as every question is, and each share is seen by its holder alone. */
import {readdirSync, statSync} from 'node:fs'
import {join, resolve} from 'node:path'
import type {App} from '../../app.ts'
import {KeyriteError} from '../../base/errors.ts'
import {demandNoFile, makePrivateDir, writeNew} from '../../base/files.ts'
import {demandFree} from '../../base/new-folder.ts'
import {visible} from '../../base/visible.ts'
import type {Interruptible} from '../../base/world.ts'
import {askUntil, type Judged} from '../../ceremony/run/ask-until.ts'
import type {AskedAt, ShareRoom} from '../../ceremony/room.ts'
import {demandShareOf, factsOf, type Share, type ShareSet} from '../../shares/index.ts'
import {called} from '../actor.ts'
import {watching, type Ask} from '../ask.ts'
import {shareName, terminalHands} from './hands.ts'
import {howSealed, readSecret, readShare} from './read.ts'
import {demandClears, type Screen} from './screen.ts'
import {typeShareOf} from './typing.ts'

export interface ShareWorld {
  readonly app: App
  readonly say: (line: string) => void
  readonly screen: Screen
  /** An idle room, and Ctrl-C, take questions back. */
  readonly within: Interruptible
}

/** Longer ones are refused with what to do instead. */
const limitBytes = 65_536
const words = 'or the folder it is in; type, to type its rows; later, if it is not here'

export function shareRoom(world: ShareWorld): ShareRoom {
  const {app, say, screen} = world
  const ask = watching(app.world.ask, world.within)
  return {
    async toSplit(at, {brought, files, cards, screens}) {
      if (screens) demandClears(screen)
      const secret = brought
        ? await placeFor(at, 'secret', 'File of the secret that is split', (file) => {
            readSecret(file, limitBytes).wipe()
          })
        : null
      const out = files
        ? await placeFor(at, 'out', 'New folder for the files of the holders', free('shares'))
        : null
      const cardTo = cards
        ? await placeFor(at, 'card-to', 'New folder for the cards, on a medium', free('cards'))
        : null
      if (out !== null) makePrivateDir(out)
      return terminalHands(
        {
          ...{app, say, screen, out, cardTo, ask, files: [], identities: []},
          secret: async () => readSecret(secret ?? '', limitBytes),
          take: neverTaken,
        },
        new Map(),
      )
    },

    async toTake(at) {
      const out = await placeFor(at, 'out', 'New file for what is recovered, in the clear', demandNoFile)
      return async (secret) => {
        secret.consume((bytes) => {
          writeNew(out, bytes)
        })
      }
    },

    async collect(at, set) {
      const held: Share[] = []
      while (held.length < set.threshold) {
        const count = `need ${set.threshold}, have ${held.length}`
        const field = `share-${held.length + 1}`
        const share = await ownShare(at, set, {
          ask,
          say,
          held,
          field,
          who: `${count}. File of the next share`,
        })
        if (share === null)
          throw new KeyriteError('STOPPED', `cannot recover set "${set.name}" now: ${count}`, {
            hints: [`keyrite ceremony resume ${at.id.slice(0, 8)}, when more of its holders are here`],
          })
        held.push(share)
        at.room.say([`Share ${share.index} is good: need ${set.threshold}, have ${held.length}.`])
      }
      return held
    },

    own: (at, set, {index}, person) =>
      ownShare(at, set, {
        ...{ask, say, held: [], only: index},
        ...{field: `share-${index}`, who: `${called(person)}: file of your share ${index}`},
      }),
  }
}

interface Bringing {
  readonly ask: Ask
  readonly say: (line: string) => void
  /** Those that were brought before. */
  readonly held: readonly Share[]
  /** The only one that it may be. */
  readonly only?: number
  readonly field: string
  readonly who: string
}

/** A share from a file or typed, again until it is one of this set; null for `later`. */
async function ownShare(
  at: AskedAt,
  set: ShareSet,
  {ask, say, held, only, field, who}: Bringing,
): Promise<Share | null> {
  const facts = factsOf(set)
  const question = `${who} (${words})`
  return askUntil(at, {step: at.step, field, question}, async (typed): Promise<Judged<Share | null>> => {
    if (typed === 'later') return {value: null}
    try {
      const share =
        typed === 'type'
          ? await typeShareOf({ask, say, state: '', flag: `steps: {${at.step}: …}`}, facts, held)
          : await fromFile(at, field, fileOf(set, resolve(typed), only, held), ask)
      demandShareOf(share, facts, held)
      if (only === undefined || share.index === only) return {value: share}
      return {problem: `that is share ${share.index}, of another holder`}
    } catch (error) {
      if (error instanceof KeyriteError && refusals.has(error.code)) return {problem: error.message}
      throw error
    }
  })
}

/** A share that cannot be used, or not be read: another can. */
const refusals = new Set(['SHARE_BAD', 'FILE_NOT_FOUND', 'UNSAFE_FILE', 'CREDENTIALS_REFUSED'])

async function fromFile(at: AskedAt, field: string, file: string, ask: Ask): Promise<Share> {
  return readShare(file, {ask, identities: await identityFor(at, field, file)})
}

/** A file, or the share of this set that lies in a folder under the name that it was given out by. @throws KeyriteError `FILE_NOT_FOUND`. */
function fileOf(set: ShareSet, path: string, only: number | undefined, held: readonly Share[]): string {
  if (statSync(path, {throwIfNoEntry: false})?.isDirectory() !== true) return path
  const wanted = set.holders.filter(
    ({index}) => (only === undefined || index === only) && !held.some((one) => one.index === index),
  )
  const names = wanted.map(({index}) => `${shareName(set, index)}.age`)
  const there = readdirSync(path)
  const found = names.find((name) => there.includes(name))
  if (found !== undefined) return join(path, found)
  throw new KeyriteError('FILE_NOT_FOUND', `cannot find a share of set "${set.name}" in "${path}"`, {
    hints: [`its file, such as ${names[0] ?? ''}`],
  })
}

/** The age key that opens a sealed file; none for any other. */
async function identityFor(at: AskedAt, field: string, file: string): Promise<readonly string[]> {
  if (howSealed(file) !== 'key') return []
  const question = `File of the age key that opens "${visible(file)}"`
  const typed = await at.room.text(at.step, field.replace('share', 'identity'), question)
  return [resolve(typed.trim())]
}

/** Asks for a path until it is one that can be used. */
function placeFor(
  at: AskedAt,
  field: string,
  question: string,
  demand: (path: string) => void,
): Promise<string> {
  return askUntil(at, {step: at.step, field, question}, (typed): Judged<string> => {
    const path = resolve(typed)
    try {
      demand(path)
      return {value: path}
    } catch (error) {
      if (error instanceof KeyriteError) return {problem: error.message}
      throw error
    }
  })
}

function free(what: string): (path: string) => void {
  return (path) => {
    demandFree(path, what)
  }
}

async function neverTaken(): Promise<never> {
  throw new TypeError('nothing is recovered here')
}
