/** A ceremony stops on one machine and goes on, where it stood, on another one to which the ledger was handed over. */
import {cpSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {App, type Surroundings} from '../../src/app.ts'
import CeremonyResume from '../../src/commands/ceremony/resume.ts'
import HandOver from '../../src/commands/ledger/hand-over.ts'
import Pin from '../../src/commands/ledger/pin.ts'
import TakeOver from '../../src/commands/ledger/take-over.ts'
import {everyKindAnswers, everyKindSteps, everyKindTemplate} from '../ceremony/every-kind.ts'
import {expectWhole, makeHouse, parameters, type House} from '../ceremony/room.ts'
import {runJson, surroundingsOf, type World} from '../support/run.ts'
import {held, type Held} from './held.ts'

let old: House
beforeAll(async () => {
  old = await makeHouse()
  writeFileSync(old.template, everyKindTemplate)
})
afterAll(() => {
  old.remove()
})

const named = {...parameters, 'key-name': 'moved'}

test('it is stopped, handed over, and resumed there: each step once, the key made once; the old machine refuses', async () => {
  const stopped = await held(old, {
    ...everyKindAnswers,
    parameters: named,
    steps: {...everyKindAnswers.steps, certified: 'no'},
  })
  expect(stopped).toMatchObject({exit: 9, status: 'stopped', steps: {next: 'certified'}})

  const other: World = {home: join(old.dir, 'other', 'home'), state: join(old.dir, 'other', 'state')}
  mkdirSync(join(old.dir, 'other'), {mode: 0o700})
  const [pin, file] = [join(old.dir, 'pin.json'), join(old.dir, 'handed-over')]
  expect(await runJson(Pin, 'ledger pin', ['--out', pin], old.world)).toMatchObject({exit: 0})
  const {vkey} = await runJson<{vkey: string}>(
    TakeOver,
    'ledger take-over',
    ['--prepare', '--pin', pin],
    other,
  )
  const signed = ['alice', 'carol', 'dan'].flatMap((one) => ['--sign-with', `${one}=${old.keyOf(one)}`])
  const argv = ['--to', vkey, '--out', file, '--as', 'alice', ...signed]
  expect(await runJson(HandOver, 'ledger hand-over', argv, old.world)).toMatchObject({exit: 0})
  expect(await runJson(TakeOver, 'ledger take-over', [file], other)).toMatchObject({exit: 0, forkRisk: false})
  // As docs/moving-a-ledger.md has it: tokens and settings are carried by hand.
  cpSync(join(old.world.home, 'tokens'), join(other.home, 'tokens'), {recursive: true})
  const config = readFileSync(join(old.world.home, 'config.yaml'), 'utf8')
  writeFileSync(join(other.home, 'config.yaml'), config.replaceAll(old.world.home, other.home), {mode: 0o600})

  const resume = (world: World): Promise<Held & {readonly exit: number}> =>
    runJson<Held>(
      CeremonyResume,
      'ceremony resume',
      [stopped.id, '--answers', old.answers({...everyKindAnswers, parameters: named})],
      world,
    )
  expect(await resume(old.world)).toMatchObject({exit: 5, code: 'LEDGER_NOT_WRITER'})
  expect(await resume(other)).toMatchObject({exit: 0, status: 'signed-off', id: stopped.id})
  const using: House['using'] = async (work) => {
    const nobody = {interactive: false} as Surroundings['ask']
    const app = new App({
      ...surroundingsOf(other),
      ask: nobody,
      command: 'keyrite test',
      say: () => undefined,
    })
    try {
      return await work(app)
    } finally {
      await app.close()
    }
  }
  await expectWhole({...old, world: other, using}, stopped.id, 'moved', everyKindSteps)
})
