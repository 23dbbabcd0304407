/** A request that a run goes on with: what is said while its place takes long, and where it is cancelled before the request is through. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {KeyriteError} from '../../src/base/errors.ts'
import type {App} from '../../src/app.ts'
import {meet, requests, type Request} from '../../src/requests/index.ts'
import {KeyriteCommand, type Shown} from '../../src/ui/command.ts'
import {gatherAndApply} from '../../src/ui/gather.ts'
import {sayingWhatTakesLong} from '../../src/ui/gather/under-way.ts'
import {ask, contextOf, planned, sayAll} from '../requests/support.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal, pin} from '../support/profile.ts'
import {runCommand, runJson, somebody} from '../support/run.ts'

let made: TestLedger
beforeAll(async () => {
  made = await makeLedger({people: 3})
  await made.using((app) => addLocal(app, 'main'))
})
afterAll(() => {
  made.remove()
})

let act: (app: App) => Promise<void>

class Probe extends KeyriteCommand {
  async execute(): Promise<Shown> {
    await this.parse(Probe)
    await act(this.app)
    return this.show({schema: 'keyrite.probe/1'}, [])
  }
}

/** The request for that key, answered by so many. */
async function asked(name: string, people: number): Promise<Request> {
  return made.using(async (app) => {
    const context = contextOf(app)
    const request = await ask(context, planned(app, {name, profile: 'main'}))
    return meet(context, await sayAll(context, request, made.founders.slice(0, people)))
  })
}

/** Goes on with it, and is cancelled while its place makes the key. */
function stopped({seq}: Request): (app: App) => Promise<void> {
  return async (app) => {
    const own = await app.provider('main')
    const cancelled = (): Promise<never> => Promise.reject(new KeyriteError('CANCELLED', 'cancelled'))
    app.lend('main', {...own, store: {...own.store, create: cancelled}})
    const request = app.ledger.of(requests).all.get(seq)
    const [actor] = made.founders
    if (request === undefined || actor === undefined) throw new Error('it was asked')
    await gatherAndApply(app, request, {signWith: [], actor: actor.person, say: () => undefined})
  }
}

describe('what is cancelled', () => {
  const run = () => runCommand(Probe, 'probe', [], {...made.world, ask: somebody(pin)})

  test('while its place works, says that it may be done there, and what asks the place: also where nothing was recorded', async () => {
    const request = await asked('payments', 3)
    act = stopped(request)
    const stands = `Request ${request.id} is approved, and not through: what it asks of profile "main" may be done there, or not.\n`
    const next = `Code: CANCELLED\nTry this: keyrite request apply ${request.id}\n`
    expect(await run()).toEqual({
      stdout: '',
      stderr: `${stands}Cancelled. One entry was recorded (keyrite ledger show --last 1).\n${next}`,
      exit: 130,
    })
    // The intent stands already: its place is asked for it again, and nothing is written before.
    expect((await run()).stderr).toBe(`${stands}Cancelled. Nothing was recorded.\n${next}`)
    expect(await runJson(Probe, 'probe', [], {...made.world, ask: somebody(pin)})).toMatchObject({
      code: 'CANCELLED',
      changed: true,
      try: [`keyrite request apply ${request.id}`],
    })
  })

  test('before enough people have answered, says that it stays open', async () => {
    const request = await asked('orders', 1)
    act = async (app) => {
      const before = app.ledger.size
      await stopped(request)(app)
      expect(app.ledger.size).toBe(before)
      throw new KeyriteError('CANCELLED', 'cancelled')
    }
    expect((await run()).stderr).toBe(
      `Request ${request.id} stays open.\nCancelled. Nothing was changed.\nCode: CANCELLED\nTry this: keyrite request apply ${request.id} --sign-with PERSON=KEY\n`,
    )
  })

  test('when it is through, or by any other error, says no more than ever', async () => {
    const request = await asked('mail', 3)
    const [actor] = made.founders
    if (actor === undefined) throw new Error('there are founders')
    act = async (app) => {
      await gatherAndApply(app, request, {signWith: [], actor: actor.person, say: () => undefined})
      throw new KeyriteError('CANCELLED', 'cancelled')
    }
    expect((await run()).stderr).toMatch(/^Cancelled\. \d entries were recorded .*\nCode: CANCELLED\n$/)
    const other = await asked('web', 3)
    act = async (app) => {
      app.goesOn = other.seq
      expect(app.ledger.size).toBeGreaterThan(0)
      throw new KeyriteError('NOT_CONFIRMED', 'cannot do it: a fact', {hints: ['keyrite one']})
    }
    expect((await run()).stderr).toBe(
      'Error: cannot do it: a fact\nCode: NOT_CONFIRMED\nTry this: keyrite one\n',
    )
  })
})

describe('a place that takes long', () => {
  const said: string[] = []
  const at = {asking: false}
  const plan = {profile: {name: 'main'}} as unknown as Request['plan']
  const waits = async (
    interactive: boolean,
    ms: number,
    work: () => Promise<void>,
  ): Promise<readonly string[]> => {
    said.length = 0
    const world = {ask: {interactive}, asking: () => at.asking} as unknown as App['world']
    await sayingWhatTakesLong({world}, {plan}, (line) => said.push(line), work, ms)
    return [...said]
  }
  const till = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  test('is named once at a terminal, with what Ctrl-C does', async () => {
    const line =
      'Waiting for profile "main" to answer. Ctrl-C leaves it; what was done there is asked of it later.'
    const before = performance.now()
    const long = waits(true, 5, () => till(() => said.length > 0 && performance.now() - before > 100))
    expect(await long).toEqual([line])
  })

  test('is not named where it is quick, without a terminal, or while a person is asked', async () => {
    expect(await waits(true, 60_000, () => Promise.resolve())).toEqual([])
    const while_ = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50))
    expect(await waits(false, 1, while_)).toEqual([])
    at.asking = true
    expect(await waits(true, 1, while_)).toEqual([])
    const typed = waits(true, 1, async () => {
      await while_()
      expect(said).toEqual([])
      at.asking = false
      await till(() => said.length > 0)
    })
    expect(await typed).toHaveLength(1)
  })
})
