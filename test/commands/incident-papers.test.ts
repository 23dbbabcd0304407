/** What people read of an incident: the whole record in three forms, and the draft of the post-mortem. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import DutyDone from '../../src/commands/duty/done.ts'
import IncidentExport from '../../src/commands/incident/export.ts'
import IncidentNote from '../../src/commands/incident/note.ts'
import IncidentPostmortem from '../../src/commands/incident/postmortem.ts'
import IncidentRatify from '../../src/commands/incident/ratify.ts'
import IncidentShow from '../../src/commands/incident/show.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import LedgerShow from '../../src/commands/ledger/show.ts'
import Revoke from '../../src/commands/revoke.ts'
import {sha256Hex} from '../../src/base/bytes.ts'
import {breachClocks} from '../../src/incidents/record/breach.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'

const hostile = '<script>alert(1)</script> [x](http://evil) | **bold** \u202e'
let house: House
let id = ''
beforeAll(async () => {
  house = await makeHouse()
  const grave = ['--algorithm', 'aes-256', '--purpose', 'wrap', '--class', 'kek']
  await key('orders-kek', ...grave, '--consumer', 'checkout', '--classification', 'restricted')
  await key(
    'orders-dek',
    '--algorithm',
    'aes-256',
    '--purpose',
    'encrypt',
    '--class',
    'dek',
    '--parent',
    'orders-kek',
  )
  const done = await run(Revoke, 'revoke', [
    ...['orders-kek', '--reason', 'key-compromise', '--ticket', 'INC-7', '--confirm', 'orders-kek@main'],
    ...signing('dan', 'carol'),
  ])
  expect(done).toMatchObject({exit: 0, proof: 'proven'})
  id = String(done['id'])
  await run(IncidentNote, 'incident note', [id, hostile])
  expect(await run(IncidentRatify, 'incident ratify', [id, ...signing('alice', 'bob')])).toMatchObject({
    exit: 0,
  })
})
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
})

const at = (name: string): string => join(house.dir, name)
const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--sign-with', `${handle}=${house.keyOf(handle)}`])
const run = (command: CommandClass, words: string, argv: readonly string[], as = 'dan') =>
  runJson(command, words, [...argv, '--as', as], house.world)
async function key(name: string, ...more: readonly string[]): Promise<void> {
  const argv = [
    name,
    '--profile',
    'main',
    '--owner',
    'alice',
    '--activate',
    ...signing('alice', 'bob', 'carol'),
  ]
  expect(await run(KeyCreate, 'key create', [...argv, ...more])).toMatchObject({exit: 0})
}
const size = () => house.using(({ledger}) => ledger.size)

describe('incident export', () => {
  test('has the whole record as JSON, in a file and on the screen, and records nothing', async () => {
    const before = await size()
    const out = at('record.json')
    const made = await run(IncidentExport, 'incident export', [id, '--format', 'json', '--out', out])
    expect(made).toMatchObject({exit: 0, path: out, sha256: sha256Hex(readFileSync(out))})
    const record = JSON.parse(readFileSync(out, 'utf8')) as Record<string, unknown>
    expect(record).toMatchObject({
      schema: 'keyrite.incident-record/1',
      incident: {id, key: 'orders-kek', ticket: 'INC-7', proof: 'proven', ratified: expect.any(String)},
      times: [
        {what: 'Contained', limit: 'PT1H', kept: 'yes'},
        {what: 'Proved dead', limit: 'PT1H', kept: 'yes'},
        {what: 'Ratified by others', limit: 'PT24H', kept: 'yes'},
        {what: 'Post-mortem drafted', limit: 'PT48H', at: null, kept: 'open'},
        {what: 'Breach assessed', limit: 'PT72H', at: null, kept: 'open'},
      ].map((one) => ({...one, limit: expect.stringMatching(/^P/)})),
      breach: expect.arrayContaining([expect.objectContaining({rule: 'GDPR Art. 33(1)', passed: false})]),
    })
    const types = (record['entries'] as {type: string; leaf: string; seq: number}[]).map(({type}) => type)
    expect(types).toEqual(
      expect.arrayContaining([
        ...['incident.opened', 'incident.looked', 'quorum.opened', 'approval.given', 'quorum.met'],
        ...['key.state.intended', 'key.state.changed', 'duty.opened', 'incident.proof.intended'],
        ...['incident.proved', 'incident.noted', 'incident.ratified'],
      ]),
    )
    const timeline = record['timeline'] as {what: string; clock: string; by: {name: string}}[]
    expect(timeline[0]).toMatchObject({
      what: 'Key orders-kek is being revoked (key-compromise): the clock starts.',
      clock: 'T+00:00',
      by: {name: 'Dan'},
    })
    expect(timeline.map(({what}) => what)).toContain(`Note: ${hostile}`)
    expect(timeline.map(({what}) => what).filter((one) => /^[a-z.]+\.$/.test(one))).toEqual([])
    const {stdout} = await runCommand(
      IncidentExport,
      'incident export',
      [id, '--format', 'json'],
      house.world,
    )
    expect(JSON.parse(stdout)).toMatchObject({incident: {id}})
    expect(await size()).toBe(before)
  })

  test.each(['markdown', 'md', 'html'])(
    'as %s shows a hostile note as text, and no name is lost',
    async (format) => {
      const {stdout, exit} = await runCommand(
        IncidentExport,
        'incident export',
        [id, '--format', format],
        house.world,
      )
      expect(exit).toBe(0)
      for (const words of ['orders-kek', 'INC-7', 'Carol', 'Times against limits', 'Entry'])
        expect(stdout).toContain(words)
      // In a block of code Markdown takes nothing for markup.
      const read = format === 'html' ? stdout : stdout.replaceAll(/^ {4}.*$/gm, '')
      expect(read).not.toMatch(/(?<!\\)<script/i)
      expect(stdout).not.toContain('\u202e')
      expect(read).not.toContain('href')
    },
  )

  test('of an incident that there is not, or in another form, is refused', async () => {
    expect(await run(IncidentExport, 'incident export', ['i999'])).toMatchObject({exit: 4, code: 'NOT_FOUND'})
    expect(await run(IncidentExport, 'incident export', [id, '--format', 'docx'])).toMatchObject({exit: 2})
  })
})

describe('incident postmortem', () => {
  test('on the screen is Markdown with every part, and records nothing', async () => {
    const before = await size()
    const {stdout} = await runCommand(IncidentPostmortem, 'incident postmortem', [id], house.world)
    expect(stdout.split('\n').filter((line) => line.startsWith('## '))).toEqual([
      '## In short',
      '## Impact',
      '## Times against limits',
      '## Timeline',
      '## Why it happened',
      '## What went well, what went badly, where we were lucky',
      '## What is still open',
      '## Follow-ups',
      '## Must somebody be notified?',
      '## To be encrypted again',
      '## Evidence',
    ])
    // The most sensitive first, with an estimate for each and in all.
    expect(stdout).toMatch(/\| 1 \| orders-kek \| restricted \|.*\n\| 2 \| orders-dek \| confidential \|/)
    expect(stdout).toContain('In all 2 h')
    expect(stdout).toContain('GDPR Art. 33(1)')
    expect(stdout).toContain('consumer checkout')
    expect(stdout).toMatch(/\| Proved dead \| 1 h .*\| kept \|/)
    expect(stdout).toMatch(/- the post-mortem, by .*: `keyrite incident postmortem i\d+ --out FILE`/)
    expect(await size()).toBe(before)
  })

  test('in a file meets the duty to draft it, by its name and digest, once', async () => {
    const out = at('pm.md')
    const made = await run(IncidentPostmortem, 'incident postmortem', [id, '--out', out], 'alice')
    expect(made).toMatchObject({
      exit: 0,
      schema: 'keyrite.postmortem/1',
      duty: expect.stringMatching(/^d\d+$/),
    })
    const shown = await run(IncidentShow, 'incident show', [id])
    expect((shown['open'] as {what: string}[]).map(({what}) => what)).not.toContain('post-mortem')
    const record = await run(IncidentExport, 'incident export', [id])
    const duty = (record['duties'] as {id: string; done: unknown}[]).find((one) => one.id === made['duty'])
    expect(JSON.stringify(duty?.done)).toContain(sha256Hex(readFileSync(out)))
    const before = await size()
    const again = await run(IncidentPostmortem, 'incident postmortem', [id, '--out', at('pm2.html')], 'alice')
    expect(again).toMatchObject({exit: 0, duty: null})
    expect(await size()).toBe(before)
    expect(readFileSync(at('pm2.html'), 'utf8')).toMatch(/^<!doctype html>/)
  })

  test('is written to no other form and over nothing, and then no duty is called done', async () => {
    const before = await size()
    expect(await run(IncidentPostmortem, 'incident postmortem', [id, '--out', at('x.docx')])).toMatchObject({
      code: 'UNSUPPORTED',
    })
    expect(existsSync(at('x.docx'))).toBe(false)
    writeFileSync(at('kept.md'), 'kept')
    expect(await run(IncidentPostmortem, 'incident postmortem', [id, '--out', at('kept.md')])).toMatchObject({
      code: 'EXISTS',
    })
    expect(readFileSync(at('kept.md'), 'utf8')).toBe('kept')
    expect(await size()).toBe(before)
  })

  test('says who decided about the breach, once somebody has', async () => {
    const record = await run(IncidentExport, 'incident export', [id])
    const duty = (record['duties'] as {id: string; name: string}[]).find(
      ({name}) => name === 'breach-assessed',
    )
    await run(
      DutyDone,
      'duty done',
      [duty?.id ?? '', '--evidence', 'no personal data: legal, 2026-11-29'],
      'alice',
    )
    const {stdout} = await runCommand(IncidentPostmortem, 'incident postmortem', [id], house.world)
    expect(stdout).toMatch(/- \*\*Assessed\*\*: .*no personal data: legal, 2026-11-29/)
  })
})

test('each entry of an incident is told in a sentence where the ledger is shown', async () => {
  const record = await run(IncidentExport, 'incident export', [id])
  const [first] = record['entries'] as {seq: number; inWords: string}[]
  expect(first?.inWords).toContain('the clock starts')
  expect(await run(LedgerShow, 'ledger show', [String(first?.seq)])).toMatchObject({
    exit: 0,
    entries: [{inWords: 'Key orders-kek is being revoked (key-compromise): the clock starts.'}],
  })
})

test('a clock that has passed says so, to the second', () => {
  const startedAt = '2026-11-28T03:00:00.000Z'
  const passed = (now: string) =>
    breachClocks({startedAt}, now).flatMap(({rule, passed: is}) => (is ? [rule] : []))
  expect(passed('2026-11-29T03:00:00.000Z')).toEqual([])
  expect(passed('2026-11-29T03:00:00.001Z')).toEqual(['NIS 2 Art. 23(4)(a)'])
  expect(passed('2026-12-01T03:00:00.001Z')).toContain('GDPR Art. 33(1)')
  expect(breachClocks({startedAt}, startedAt)[0]?.due).toBe('2026-11-29T03:00:00.000Z')
})
