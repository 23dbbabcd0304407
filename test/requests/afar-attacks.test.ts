/** Every byte of every file of an export is changed: nothing is signed, or it says what it said before. */
import {readdirSync, readFileSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {operations} from '../../src/app.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {transcriptContent} from '../../src/ceremony/afar.ts'
import {outcomeContent} from '../../src/keys/index.ts'
import {examine, readExport, wordsOf, type Files} from '../../src/requests/afar/index.ts'
import {finishedCeremony, type Finished} from '../ceremony/finished.ts'
import {afar, makeAfar, type Afar} from './afar-support.ts'

const rules = {operations, now: new Date(), transcript: transcriptContent, certificate: outcomeContent}
const say = (files: Files): string => wordsOf(examine(files, rules)).join('\n')

interface Case {
  readonly files: Files
  readonly words: string
}
const cases = new Map<string, Case>()
let made: Afar
let late: Afar
let finished: Finished
beforeAll(async () => {
  made = await makeAfar({signed: 4})
  const request = await made.ask('target')
  finished = await finishedCeremony({signs: (name) => name !== 'Grace'})
  late = afar(finished)
  for (const [name, ledger, id, at] of [
    ['approval', made, request.id, 0],
    ['founding', made, 'founding', 4],
    ['transcript', late, `ceremony-${finished.id.slice(0, 8)}`, 6],
  ] as const) {
    const {dir, ran} = await ledger.export(id, at)
    expect(ran).toMatchObject({exit: 0})
    const files = readExport(dir)
    expect([...files.keys()].sort()).toEqual(
      readdirSync(dir)
        .filter((one) => !/^(words|HOWTO)/.test(one))
        .sort(),
    )
    cases.set(name, {files, words: say(files)})
    expect(readFileSync(`${dir}/words.txt`, 'utf8')).toContain('SHA-256 of')
  }
})
afterAll(() => {
  made.remove()
  late.remove()
})

/** Every byte where that is quick; of long files, so many spread over all of it. */
const most = process.env['SLOW'] === '1' ? Number.POSITIVE_INFINITY : 50

const names = [
  ...[
    'approve',
    'reject',
    'entry',
    'plan.json',
    'policy.json',
    'roster.json',
    'openings.json',
    'checkpoint',
    'proof',
  ].map((file) => ['approval', file]),
  ...['attest', 'entry', 'policy.json', 'roster.json', 'openings.json', 'checkpoint', 'proof'].map((file) => [
    'founding',
    file,
  ]),
  ...['attest', 'entry', 'transcript.jsonl', 'roster.json', 'openings.json', 'checkpoint', 'proof'].map(
    (file) => ['transcript', file],
  ),
] as [string, string][]

describe.each(names)('%s: %s', (kind, name) => {
  const given = (): Case & {readonly bytes: Uint8Array} => {
    const one = cases.get(kind)
    const bytes = one?.files.get(name)
    if (one === undefined || bytes === undefined) throw new Error(`there is no ${name}`)
    return {...one, bytes}
  }
  const outcome = (files: Files): string => {
    try {
      return say(files)
    } catch (error) {
      if (error instanceof KeyriteError) return error.code
      throw error
    }
  }

  test('with any byte changed is refused, or says the same', () => {
    const {files, words, bytes} = given()
    const step = Math.max(1, Math.floor(bytes.length / most))
    const wrong: string[] = []
    let refused = 0
    for (let at = 0; at < bytes.length; at += step) {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 6))
      const said = outcome(new Map([...files, [name, changed]]))
      // UNSUPPORTED: another type of key than any that is known here is no key of anybody's.
      if (said === 'REQUEST_TAMPERED' || said === 'UNSUPPORTED') refused += 1
      else if (said !== words) wrong.push(`${at}: ${said}`)
    }
    expect(wrong).toEqual([])
    expect(refused).toBeGreaterThan(0)
  })

  test.each([
    ['cut off', (bytes: Uint8Array) => bytes.subarray(0, -1)],
    ['empty', () => new Uint8Array()],
    ['with something after it', (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from('\n')])],
  ])('%s is refused', (_how, change) => {
    const {files, bytes} = given()
    expect(outcome(new Map([...files, [name, change(bytes)]]))).toBe('REQUEST_TAMPERED')
  })

  test('missing is refused', () => {
    const {files} = given()
    expect(outcome(new Map([...files].filter(([one]) => one !== name)))).toBe('REQUEST_TAMPERED')
  })
})

test('an opening that is left out is refused, so that no name can be hidden', () => {
  const {files} = cases.get('approval') ?? {files: new Map<string, Uint8Array>()}
  const box = JSON.parse(Buffer.from(files.get('openings.json') ?? []).toString()) as {
    openings: Record<string, unknown>
  }
  for (const commitment of Object.keys(box.openings)) {
    const openings = Object.fromEntries(Object.entries(box.openings).filter(([one]) => one !== commitment))
    const changed = new Map([...files, ['openings.json', Buffer.from(JSON.stringify({...box, openings}))]])
    expect(() => say(changed)).toThrow(/is missing/)
  }
})

test('the files of one request do not serve another', () => {
  const [one, other] = [cases.get('approval'), cases.get('founding')]
  if (one === undefined || other === undefined) throw new Error('both were made')
  for (const name of ['entry', 'openings.json'])
    expect(() => say(new Map([...one.files, [name, other.files.get(name) ?? new Uint8Array()]]))).toThrow(
      KeyriteError,
    )
})
