/** What time alone changes: known before each entry as of that entry, and to whoever looks now. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {folds} from '../../src/app.ts'
import {Ledger, problem, Replay, type Fold} from '../../src/ledger/index.ts'
import {App} from '../../src/app.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {surroundingsOf} from '../support/run.ts'
import {outcome, refused} from './support.ts'

let now = new Date('2026-11-01T00:00:00.000Z')
let made: TestLedger
beforeEach(async () => {
  now = new Date('2026-11-01T00:00:00.000Z')
  made = await makeLedger({people: 2, now: () => now})
})
afterEach(() => {
  made.remove()
})

const due = '2026-11-02T00:00:00.000Z'
const seen: string[] = []
/** Something that ends on the second of November; an operation called "refused" is one that it does not take. */
const lapses: Fold<{readonly open: boolean}> = {
  name: 'lapses',
  types: ['attempt.refused'],
  initial: () => ({open: true}),
  check(view, entry) {
    seen.push(`${entry.time.slice(8, 10)} ${String(view.of(lapses).open)}`)
    return entry.data['operation'] === 'refused' ? [problem('test', entry, 'not this')] : []
  },
  apply: (view) => view.of(lapses),
  tick: (state, time) => (state.open && time >= due ? {open: false} : state),
}

function open(): Ledger {
  const app = new App({
    ...surroundingsOf(made.world),
    ask: {interactive: false} as App['world']['ask'],
    command: 'keyrite test',
    say: () => undefined,
  })
  return Ledger.open({...app.ledgerWorld, folds: [...folds, lapses]})
}

test('is known before an entry of that time is judged, in every later replay, and now', async () => {
  seen.length = 0
  const ledger = open()
  try {
    await ledger.append([refused('one')])
    expect(ledger.of(lapses)).toEqual({open: true})
    now = new Date('2026-11-02T00:00:00.000Z')
    expect(ledger.of(lapses)).toEqual({open: false})
    expect(ledger.view.of(lapses)).toEqual({open: false})
    await ledger.append([refused('two')])
    expect(seen).toEqual(['01 true', '02 false'])
  } finally {
    ledger.close()
  }
  seen.length = 0
  open().close()
  expect(seen).toEqual(['01 true', '02 false'])
})

test('is not brought about by an entry that is refused', async () => {
  const {bytes, replay} = await made.using(async ({ledger}) => {
    now = new Date('2026-11-03T00:00:00.000Z')
    await ledger.append([refused('refused')])
    const source = {
      bytes: (seq: number) => ledger.store.row(seq)?.bytes,
      blob: (sha256: string) => ledger.store.blob(sha256),
      opening: (commitment: string) => ledger.store.opening(commitment),
    }
    const fresh = new Replay([...folds, lapses], source)
    const rows = ledger.store.rows(0, 100)
    for (const row of rows.slice(0, -1)) expect(fresh.step(row.bytes).problems).toEqual([])
    const last = rows.at(-1)?.bytes ?? new Uint8Array()
    const {problems} = fresh.step(last)
    expect(problems.map(({rule}) => rule)).toEqual(['test'])
    return {bytes: last, replay: fresh.of(lapses)}
  })
  expect(bytes.length).toBeGreaterThan(0)
  expect(replay).toEqual({open: true})
})

test('an entry can hold what follows from its own time', async () => {
  const [entry] = await made.using(({ledger}) =>
    ledger.append([{...refused(), dated: (time) => ({operation: `at ${time.toISOString()}`})}]),
  )
  expect(entry?.data['operation']).toBe(`at ${entry?.time ?? ''}`)
  expect(await outcome(() => made.using(({ledger}) => ledger.size))).toBe('ok')
})
