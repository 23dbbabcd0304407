/** A ledger to attack: people, a profile, a request, a key with its proof, some refusals; each attack has a copy of its own. */
import type Database from 'better-sqlite3'
import {App} from '../../src/app.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {surroundingsOf, type World} from '../support/run.ts'
import {outcome, refused} from './support.ts'

export async function makeVictim(): Promise<{readonly made: TestLedger; readonly size: number}> {
  const made = await makeLedger({people: 4})
  const size = await made.using(async (app) => {
    await addLocal(app, 'soft')
    await makeKey(app, made.founders, {name: 'payments', profile: 'soft'})
    for (const word of ['one', 'two', 'last']) await app.ledger.append([refused(word)])
    return app.ledger.size
  })
  return {made, size}
}

/** The ledger of a world, opened as a command opens it. The caller closes it. */
export function appOf(world: World): App {
  const ask = {interactive: false} as App['world']['ask']
  return new App({...surroundingsOf(world), ask, command: 'keyrite test', say: () => undefined})
}

/** What opening a ledger to act on it ends in: `ok`, or the code of the refusal. */
export async function opening(world: World): Promise<string> {
  const app = appOf(world)
  const code = await outcome(() => app.ledger.size)
  await app.close()
  return code
}

/** Every row of every table: what any command could read of it. */
export function rowsOf(db: Database.Database): unknown[] {
  return ['entries', 'checkpoints', 'openings', 'blobs', 'side'].map((table) =>
    db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all(),
  )
}
