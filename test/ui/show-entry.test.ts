/** Entries in words. */
import {expect, test} from '@jest/globals'
import CeremonyList from '../../src/commands/ceremony/list.ts'
import Doctor from '../../src/commands/doctor.ts'
import {entryDocument} from '../../src/ui/show-entry.ts'
import {makeHouse, openIn} from '../ceremony/room.ts'
import {held} from '../commands/held.ts'
import {runCommand, runJson} from '../support/run.ts'

test('every entry of a ceremony says what it is in words, not by its type; an unfinished one is named with what goes on', async () => {
  const house = await makeHouse()
  await held(house)
  await house.using((app) => {
    const all = Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq))
    const said = all.flatMap((entry) => (entry === undefined ? [] : [entryDocument(app.ledger, entry)]))
    expect(said.length).toBeGreaterThan(20)
    expect(said.filter(({type, inWords}) => inWords === `${type}.`).map(({type}) => type)).toEqual([])
    expect(said.filter(({inWords}) => inWords.includes('?')).map(({inWords}) => inWords)).toEqual([])
  })
  const id = (await house.using((app) => openIn(house, app, {key: 'unfinished'}))).slice(0, 8)
  const list = await runCommand(CeremonyList, 'ceremony list', [], house.world)
  expect(list.stdout).toMatch(new RegExp(`\\nNext: keyrite ceremony resume ${id}\\n$`))
  const {checks} = await runJson<{checks: readonly {name: string; level: string; fix: string | null}[]}>(
    Doctor,
    'doctor',
    [],
    house.world,
  )
  expect(checks.find(({name}) => name === 'ceremonies')).toMatchObject({
    level: 'note',
    fix: `keyrite ceremony resume ${id}`,
  })
  house.remove()
})
