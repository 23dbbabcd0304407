/** Houses whose ledgers hold the types that lie in no bundle, made by the commands that people type. */
import DutyDone from '../../../src/commands/duty/done.ts'
import DutyWaive from '../../../src/commands/duty/waive.ts'
import IncidentClose from '../../../src/commands/incident/close.ts'
import IncidentNote from '../../../src/commands/incident/note.ts'
import IncidentRatify from '../../../src/commands/incident/ratify.ts'
import KeyCreate from '../../../src/commands/key/create.ts'
import KeySync from '../../../src/commands/key/sync.ts'
import Revoke from '../../../src/commands/revoke.ts'
import Unrevoke from '../../../src/commands/unrevoke.ts'
import {held} from '../../commands/held.ts'
import {makeHouse, type House} from '../../ceremony/room.ts'
import {runJson, type CommandClass} from '../../support/run.ts'

const jwt = ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing']

/** A ceremony and its duties; keys made, held against their place, contained, ratified, given back and closed. */
export async function nightHouse(): Promise<House> {
  const house = await makeHouse()
  const signing = (...handles: readonly string[]): string[] =>
    handles.flatMap((handle) => ['--sign-with', `${handle}=${house.keyOf(handle)}`])
  const run = async (
    command: CommandClass,
    id: string,
    argv: readonly string[],
    exit: readonly number[] = [0],
  ) => {
    const said = await runJson(command, id, [...argv, '--as', 'dan'], house.world)
    if (!exit.includes(said.exit)) throw new Error(`${id}: ${JSON.stringify(said)}`)
    return said
  }
  await held(house)
  await run(DutyDone, 'duty done', ['inventory', '--evidence', 'row 118'])
  const day = new Date(Date.now() + 864_000_000).toISOString().slice(0, 10)
  await run(DutyWaive, 'duty waive', ['monitoring', '--reason', 'in repair', '--until', day])
  for (const name of ['first', 'second'])
    await run(KeyCreate, 'key create', [
      ...[
        name,
        '--profile',
        'main',
        '--owner',
        'alice',
        '--activate',
        ...jwt,
        ...signing('alice', 'bob', 'carol'),
      ],
    ])
  await run(KeySync, 'key sync', ['--profile', 'main'], [0, 10])
  for (const [name, back] of [
    ['first', false],
    ['second', true],
  ] as const) {
    const how = ['--reason', 'key-compromise', '--ticket', 'INC-1', '--confirm', `${name}@main`]
    const {id} = await run(Revoke, 'revoke', [name, ...how, ...signing('dan')])
    await run(IncidentNote, 'incident note', [String(id), 'seen'], [0])
    await run(IncidentRatify, 'incident ratify', [String(id), ...signing('alice', 'bob')])
    const others = signing('alice', 'bob', 'erin')
    if (back)
      await run(Unrevoke, 'unrevoke', [name, '--reason', 'no', '--confirm', `${name}@main`, ...others])
    const waived = ['--waive', 'post-mortem', '--waive', 'breach-assessed', '--reason', 'a test key']
    const sure = back ? [] : ['--confirmed-compromise', '--confirm', `${name}@main`]
    await run(IncidentClose, 'incident close', [String(id), ...waived, ...sure])
  }
  return house
}
