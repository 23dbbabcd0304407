/** `ceremony new`: a copy of a template that ships, with values in it. */
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import CeremonyNew from '../../src/commands/ceremony/new.ts'
import {withDefaults} from '../../src/ceremony/copy.ts'
import {shippedTemplate} from '../../src/ceremony/shipped.ts'
import type {Value} from '../../src/ceremony/template.ts'
import {runCommand, runJson, somebody, type World} from '../support/run.ts'
import {changed, load, small} from './template-support.ts'

const name = 'jwt-signing-rsa-4096'
let folder: string
let nowhere: World
let files = 0

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyrite-test-'))
  nowhere = {home: join(folder, 'home'), state: join(folder, 'state')}
})

afterAll(() => {
  rmSync(folder, {recursive: true, force: true})
})

const written = (text: string): string => {
  const path = join(folder, `written-${++files}.yaml`)
  writeFileSync(path, text)
  return path
}

describe('ceremony new', () => {
  test('copies every byte where nothing is set', async () => {
    const out = join(folder, 'plain.yaml')
    const document = await runJson<{unset: string[]}>(
      CeremonyNew,
      'ceremony new',
      [name, '--out', out],
      nowhere,
    )
    expect(readFileSync(out)).toEqual(Buffer.from(shippedTemplate(name).bytes))
    expect(document).toMatchObject({
      schema: 'keyrite.template/1',
      exit: 0,
      file: out,
      unset: ['profile', 'owner', 'location', 'recording'],
    })
  })

  test('makes values the defaults, and leaves every other line and comment', async () => {
    const out = join(folder, 'set.yaml')
    await runJson(
      CeremonyNew,
      'ceremony new',
      [
        name,
        '--out',
        out,
        '--set',
        'key-name=payments-jwt',
        '--set',
        'location=Room 1: "the safe"',
        '--set',
        'consumers=web,mail',
      ],
      nowhere,
    )
    const [before, after] = [
      Buffer.from(shippedTemplate(name).bytes).toString().split('\n'),
      readFileSync(out, 'utf8').split('\n'),
    ]
    expect(after.filter((line, at) => line !== before[at])).toEqual([
      '  key-name: {type: key-label, text: Name of the key, default: payments-jwt}',
      `  consumers: {type: text-list, text: 'Which services use the key, separated by commas', default: ["web","mail"]}`,
      `  location: {type: text, text: 'Where the ceremony is held: building and room', default: "Room 1: \\"the safe\\""}`,
    ])
  })

  test('asks on a terminal for all that was not set, in the order of the template; Enter leaves it', async () => {
    const out = join(folder, 'asked.yaml')
    const ask = somebody('', 'ps256', '', 'web, mail', '', '')
    const ran = await runCommand(
      CeremonyNew,
      'ceremony new',
      [name, '--out', out, '--set', 'key-name=payments-jwt'],
      {...nowhere, ask},
    )
    expect(ran.exit).toBe(0)
    expect(ask.asked).toEqual([
      'profile: Where the key will live (see keyrite profile list) [asked on the day]',
      'scheme: How the key signs [rs256]',
      'owner: Who answers for the key [asked on the day]',
      'consumers: Which services use the key, separated by commas [none]',
      'location: Where the ceremony is held: building and room [asked on the day]',
      'recording: How the ceremony is recorded: cameras, and who keeps the recording [asked on the day]',
    ])
    const values = new Map(
      [...load(readFileSync(out, 'utf8')).template.parameters].map(([one, {default: value}]) => [one, value]),
    )
    expect(values).toEqual(
      new Map<string, unknown>([
        ['key-name', 'payments-jwt'],
        ['profile', undefined],
        ['scheme', 'ps256'],
        ['owner', undefined],
        ['consumers', ['web', 'mail']],
        ['location', undefined],
        ['recording', undefined],
      ]),
    )
    expect(ran.stdout).toContain('Asked on the day')
    expect(ran.stdout).toContain(`keyrite ceremony lint ${out}`)
  })

  test('a wrong answer is said at once, by name, and asked again', async () => {
    const checks: (string | null)[] = []
    const ask = {
      ...somebody(),
      text: async ({check}: {check?: (text: string) => string | null}) => {
        checks.push(check?.('rs265') ?? null, check?.('') ?? null)
        return ''
      },
    }
    const out = join(folder, 'checked.yaml')
    await runJson(CeremonyNew, 'ceremony new', [name, '--out', out], {...nowhere, ask})
    expect(checks).toContain('scheme: scheme "rs265" is not known: did you mean "rs256"?')
    expect(checks.filter((one, at) => at % 2 === 1 && one !== null)).toEqual([])
    expect(readFileSync(out)).toEqual(Buffer.from(shippedTemplate(name).bytes))
  })

  test('asks nobody for a file that cannot be written', async () => {
    const ask = somebody()
    const taken = await runJson(CeremonyNew, 'ceremony new', [name, '--out', written('mine')], {
      ...nowhere,
      ask,
    })
    expect(taken).toMatchObject({code: 'EXISTS', exit: 5})
    const lost = join(folder, 'no-such-folder', 'a.yaml')
    expect(
      await runJson(CeremonyNew, 'ceremony new', [name, '--out', lost], {...nowhere, ask}),
    ).toMatchObject({
      code: 'FILE_NOT_FOUND',
    })
    expect(ask.asked).toEqual([])
  })

  test('never replaces a file', async () => {
    const out = written('mine')
    const document = await runJson(CeremonyNew, 'ceremony new', [name, '--out', out], nowhere)
    expect(document).toMatchObject({schema: 'keyrite.error/1', code: 'EXISTS', exit: 5})
    expect(readFileSync(out, 'utf8')).toBe('mine')
  })

  test('names the nearest template, and every value that is wrong, and writes nothing', async () => {
    const out = join(folder, 'none.yaml')
    expect(
      await runJson(CeremonyNew, 'ceremony new', ['jwt-signing-rsa-409', '--out', out], nowhere),
    ).toMatchObject({
      code: 'TEMPLATE_NOT_FOUND',
      exit: 4,
      message: expect.stringContaining(`did you mean "${name}"?`),
    })
    expect(await runJson(CeremonyNew, 'ceremony new', ['../package', '--out', out], nowhere)).toMatchObject({
      code: 'TEMPLATE_NOT_FOUND',
    })
    expect(
      await runJson(
        CeremonyNew,
        'ceremony new',
        [name, '--out', out, '--set', 'scheme=rs265', '--set', 'where=x'],
        nowhere,
      ),
    ).toMatchObject({
      code: 'USAGE',
      exit: 2,
      message: expect.stringContaining('did you mean "rs256"?'),
      try: expect.arrayContaining([expect.stringContaining('"where"')]),
    })
    expect(existsSync(out)).toBe(false)
  })
})

describe('a copy with defaults', () => {
  const block = changed(small, [
    [
      '  profile: {type: profile, text: Where it will live}\n',
      '  profile:\n    # where it lives\n    type: profile # always\n    text: Where it will live\n  who:\n    type: text-list\n    text: Who\n    default:\n      - web # the site\n      - mail\n  note: {type: text, text: Note, default: none}\n',
    ],
    ['Make a key.', 'Make a key for ${who}; ${note}.'],
  ])

  test('keeps parameters that are written one field a line', () => {
    const text = Buffer.from(
      withDefaults(
        load(block),
        new Map<string, Value>([
          ['profile', 'hsm'],
          ['who', ['billing']],
        ]),
      ),
    ).toString()
    expect(text).toContain('    # where it lives\n    default: hsm\n    type: profile # always\n')
    expect(text).toContain('    default:\n      ["billing"]\n  note:')
    expect([...load(text).template.parameters].map(([, one]) => one.default)).toEqual([
      'small-key',
      'hsm',
      ['billing'],
      'none',
    ])
  })

  test('gives back any text that a parameter can have', () => {
    const visible = fc
      .string({unit: 'grapheme', minLength: 1, maxLength: 40})
      .filter(
        (text) => text.trim() !== '' && !/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(text),
      )
    fc.assert(
      fc.property(visible, (note) => {
        expect(
          load(
            Buffer.from(withDefaults(load(block), new Map([['note', note]]))).toString(),
          ).template.parameters.get('note')?.default,
        ).toBe(note)
      }),
      {numRuns: 50},
    )
  })
})
