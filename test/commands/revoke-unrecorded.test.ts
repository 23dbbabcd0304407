/** Revocation where the ledger cannot be written: by a signed journal, which the ledger takes in later. */
import {mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import IncidentAbsorb from '../../src/commands/incident/absorb.ts'
import IncidentRatify from '../../src/commands/incident/ratify.ts'
import IncidentResume from '../../src/commands/incident/resume.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyShow from '../../src/commands/key/show.ts'
import Revoke from '../../src/commands/revoke.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {runCommand, runJson, type CommandClass, type World} from '../support/run.ts'

let house: House
let folder: string
let count = 0
beforeAll(async () => {
  house = await makeHouse()
  folder = mkdtempSync(join(tmpdir(), 'keyrite-journal-'))
})
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  rmSync(folder, {recursive: true})
  house.remove()
})

/** The same home on a machine that is not the writer. */
const elsewhere = (): World => ({...house.world, state: join(folder, `state-${(count += 1)}`)})
const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--sign-with', `${handle}=${house.keyOf(handle)}`])
const run = (
  command: CommandClass,
  id: string,
  argv: readonly string[],
  world: World = house.world,
  as = 'dan',
) => runJson(command, id, [...argv, '--as', as], world)
async function key(name: string): Promise<string> {
  const made = await run(KeyCreate, 'key create', [
    ...[name, '--profile', 'main', '--owner', 'alice', '--activate', ...signing('alice', 'bob', 'carol')],
    ...['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing'],
  ])
  expect(made).toMatchObject({exit: 0, state: 'active'})
  return name
}
const revoking = (name: string, ...more: readonly string[]): readonly string[] => [
  ...[name, '--reason', 'system-compromise', '--confirm', `${name}@main`],
  ...more,
]
const availability = (name: string) =>
  house.using(async (app) => {
    const {keysFold} = await import('../../src/keys/index.ts')
    const ref = app.ledger.of(keysFold).keys.get(name)?.versions[0]?.ref
    return ref === undefined
      ? undefined
      : (await (await app.provider('main')).store.describe(ref))?.availability
  })

describe('revoke --unrecorded', () => {
  test('is refused while the ledger can be written: then it is recorded as ever', async () => {
    const name = await key('written')
    const path = join(folder, 'never.jsonl')
    const done = await run(
      Revoke,
      'revoke',
      revoking(name, '--unrecorded', '--journal', path, ...signing('alice')),
    )
    expect(done).toMatchObject({exit: 0, recorded: true, proof: 'proven'})
    expect(readdirSync(folder)).not.toContain('never.jsonl')
  })

  test('without it, a machine that is not the writer does nothing, and says how', async () => {
    const name = await key('unsaid')
    const refused = await run(Revoke, 'revoke', revoking(name, ...signing('dan')), elsewhere())
    expect(refused).toMatchObject({exit: 5, code: 'LEDGER_NOT_WRITER'})
    expect(refused['try']).toContainEqual(expect.stringContaining('--unrecorded'))
    expect(await availability(name)).toBe('enabled')
  })

  test('contains by a signed journal, says so first, and the ledger takes it in with the clock of the journal', async () => {
    const name = await key('night')
    const path = join(folder, 'night.jsonl')
    const argv = revoking(name, '--unrecorded', '--journal', path, ...signing('dan'))
    const {stdout, exit} = await runCommand(Revoke, 'revoke', [...argv, '--as', 'dan'], elsewhere())
    expect([exit, stdout.split('\n')[0]]).toEqual([
      9,
      expect.stringMatching(/^NOT IN THE LEDGER\. DEAD: key "night"/),
    ])
    expect(await availability(name)).toBe('disabled')
    const [first] = readFileSync(path, 'utf8').split('\n')
    const {time} = JSON.parse(first ?? '') as {time: string}
    const absorbed = await run(IncidentAbsorb, 'incident absorb', [path])
    expect(absorbed).toMatchObject({
      exit: 0,
      startedAt: time,
      contained: false,
      journals: [{stated: 0, second: false}],
    })
    expect(await run(IncidentAbsorb, 'incident absorb', [path])).toMatchObject({exit: 5, code: 'EXISTS'})
    const id = String(absorbed['id'])
    const resumed = await run(IncidentResume, 'incident resume', [
      id,
      '--confirm',
      `${name}@main`,
      ...signing('dan'),
    ])
    expect(resumed).toMatchObject({exit: 0, startedAt: time, contained: true, proof: 'proven'})
    expect(await run(KeyShow, 'key show', [name])).toMatchObject({state: 'suspended'})
    expect(await run(IncidentRatify, 'incident ratify', [id, ...signing('alice', 'bob')])).toMatchObject({
      exit: 0,
    })
  })

  test('a second journal of one incident is taken in and marked; the document of each says that nothing is recorded', async () => {
    const name = await key('twice')
    const paths = [join(folder, 'one.jsonl'), join(folder, 'two.jsonl')]
    for (const path of paths) {
      const argv = revoking(name, '--unrecorded', '--journal', path, ...signing('carol'))
      expect(await run(Revoke, 'revoke', argv, elsewhere())).toMatchObject({
        exit: 9,
        recorded: false,
        contained: true,
      })
      await run(IncidentAbsorb, 'incident absorb', [path])
    }
    expect(await run(IncidentAbsorb, 'incident absorb', [paths[1] ?? ''])).toMatchObject({exit: 5})
    const {incidents} = await import('../../src/incidents/index.ts')
    const second = await house.using(({ledger}) =>
      [...ledger.of(incidents).all.values()]
        .find((one) => one.key === name)
        ?.journals.map((one) => one.second),
    )
    expect(second).toEqual([false, true])
  })

  test('who may not contain writes no journal, and touches nothing', async () => {
    const name = await key('stranger')
    const path = join(folder, 'stranger.jsonl')
    const argv = revoking(name, '--unrecorded', '--journal', path, ...signing('erin'))
    expect(await run(Revoke, 'revoke', argv, elsewhere())).toMatchObject({exit: 8, code: 'QUORUM_MISSING'})
    expect(readdirSync(folder)).not.toContain('stranger.jsonl')
    expect(await availability(name)).toBe('enabled')
  })

  test('a journal is written over nothing, follows no link and opens no device; then nothing is touched', async () => {
    const name = await key('occupied')
    const [there, link] = [join(folder, 'there.jsonl'), join(folder, 'link.jsonl')]
    writeFileSync(there, 'mine')
    symlinkSync(join(folder, 'nowhere'), link)
    for (const path of [there, link, '/dev/null']) {
      const argv = revoking(name, '--unrecorded', '--journal', path, ...signing('dan'))
      expect(await run(Revoke, 'revoke', argv, elsewhere())).toMatchObject({exit: 5, code: 'EXISTS'})
    }
    expect([readFileSync(there, 'utf8'), readdirSync(folder).includes('nowhere')]).toEqual(['mine', false])
    expect(await availability(name)).toBe('enabled')
  })

  test('a journal that was changed, cut or is of another ledger is refused; lines that nobody signed are marked', async () => {
    const name = await key('changed')
    const path = join(folder, 'changed.jsonl')
    const argv = revoking(name, '--unrecorded', '--journal', path, ...signing('alice', 'carol'))
    expect(await run(Revoke, 'revoke', argv, elsewhere())).toMatchObject({exit: 9})
    const text = readFileSync(path, 'utf8')
    const lines = text.trimEnd().split('\n')
    const absorbing = (content: string) => {
      const file = join(folder, `attack-${(count += 1)}.jsonl`)
      writeFileSync(file, content)
      return run(IncidentAbsorb, 'incident absorb', [file])
    }
    const unsigned = lines.filter((line) => !line.includes('"type":"signed"'))
    for (const bad of [
      text.replace('"reason":"system-compromise"', '"reason":"departure"'),
      text.replace('"refusals":10', '"refusals":99'),
      `${lines.slice(1).join('\n')}\n`,
      `${[lines[0], ...lines.slice(2)].join('\n')}\n`,
      `${unsigned.join('\n')}\n`,
      `${lines[0] ?? ''}\n`,
      'no journal\n',
      '',
    ])
      expect(await absorbing(bad)).toMatchObject({exit: 6, code: 'BAD_SIGNATURE'})
    const ends = lines.findLastIndex((line) => line.includes('"type":"ended"'))
    const cut = await absorbing(`${lines.slice(0, ends).join('\n')}\n{"half`)
    expect(cut).toMatchObject({exit: 0})
    expect((cut['journals'] as {stated: number}[])[0]?.stated).toBeGreaterThan(0)
  })
})
