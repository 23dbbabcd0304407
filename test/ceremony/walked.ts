/** A ceremony that is walked in this process by people who type what they are told to; and what came of it. */
import type {App} from '../../src/app.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {walk} from '../../src/ceremony/engine.ts'
import {minutesFile} from '../../src/ceremony/bundle/index.ts'
import type {Room} from '../../src/ceremony/room.ts'
import {rules, tool} from './bench.ts'
import {ceremonyIn, contextIn, openIn, willing, type House} from './room.ts'

export interface Run {
  readonly id: string
  readonly error: KeyriteError | null
  readonly said: readonly string[]
}

/** A room that types these texts, in order, wherever it is asked for this field; and its questions. */
export function typing(
  house: House,
  texts: Readonly<Record<string, readonly string[]>>,
  said: string[] = [],
): Room {
  const left = new Map(Object.entries(texts).map(([field, list]) => [field, [...list]]))
  return {
    ...willing(house),
    say: (lines) => said.push(...lines),
    text: (_step, field, question) => {
      said.push(question)
      return Promise.resolve(left.get(field)?.shift() ?? 'something')
    },
  }
}

export async function run(
  house: House,
  app: App,
  template: string,
  texts: Readonly<Record<string, readonly string[]>>,
  key?: string,
): Promise<Run> {
  const said: string[] = []
  const id = await openIn(house, app, {template, ...(key === undefined ? {} : {key})})
  try {
    await walk(contextIn(house, app, id, {room: typing(house, texts, said)}))
    return {id, error: null, said}
  } catch (error) {
    if (error instanceof KeyriteError) return {id, error, said}
    throw error
  }
}

/** What a step recorded. */
export const resultOf = (app: App, id: string, step: string): Readonly<Record<string, unknown>> =>
  ceremonyIn(app, id).done.find((one) => one.step === step)?.result ?? {}

/** A private value, opened. */
export const opened = (app: App, value: unknown): unknown => app.ledger.view.open(value as string)

/** The minutes as one line of words. */
export const minutes = async (app: App, id: string): Promise<string> => {
  const {ledger} = app
  const bytes = minutesFile('a.html', {ledger, rules, ceremony: ceremonyIn(app, id), tool})
  return Buffer.from(bytes)
    .toString()
    .replace(/<script[^]*?<\/script>/g, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
}
