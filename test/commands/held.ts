/** Ceremonies held by an answers file, through the commands. */
import CeremonyRun from '../../src/commands/ceremony/run.ts'
import {everybody, type House} from '../ceremony/room.ts'
import {runJson} from '../support/run.ts'

export interface Held {
  readonly id: string
  readonly status: string
  readonly missing: readonly {name: string}[]
  readonly participants: readonly {
    person: {id: string; name: string}
    roles: string[]
    signed: string | null
  }[]
  readonly [field: string]: unknown
}

export const run = (house: House, args: readonly string[], template = house.template) =>
  runJson<Held>(CeremonyRun, 'ceremony run', [template, ...args], house.world)
export const held = (house: House, changes: object = {}) => run(house, ['--answers', house.answers(changes)])
export const typesOf = (house: House): Promise<string[]> =>
  house.using((app) =>
    Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq)?.type ?? ''),
  )
/** The key files of everyone but these. */
export const signersBut = (house: House, ...handles: readonly string[]): object =>
  Object.fromEntries(everybody.filter((one) => !handles.includes(one)).map((one) => [one, house.keyOf(one)]))
