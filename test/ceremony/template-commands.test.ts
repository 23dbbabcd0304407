import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import CeremonyLint from '../../src/commands/ceremony/lint.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import CeremonyTemplates from '../../src/commands/ceremony/templates.ts'
import {shippedTemplate, shippedTemplates} from '../../src/ceremony/shipped.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson, somebody, type World} from '../support/run.ts'
import {changed, lineOf, small} from './template-support.ts'

const name = 'jwt-signing-rsa-4096'
let folder: string
let nowhere: World
let ledger: TestLedger
let files = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyrite-test-'))
  nowhere = {home: join(folder, 'home'), state: join(folder, 'state')}
  ledger = await makeLedger({people: 7})
})

afterAll(() => {
  rmSync(folder, {recursive: true, force: true})
  ledger.remove()
})

const written = (text: string): string => {
  const path = join(folder, `written-${++files}.yaml`)
  writeFileSync(path, text)
  return path
}

test('every template that ships is listed by its file name, with its title and digest', async () => {
  const {templates} = await runJson<{templates: {id: string; title: string; sha256: string; file: string}[]}>(
    CeremonyTemplates,
    'ceremony templates',
    [],
    nowhere,
  )
  expect(templates).toContainEqual(
    expect.objectContaining({
      id: name,
      title: 'JWT signing key, RSA 4096',
      sha256: shippedTemplate(name).sha256,
      steps: 26,
      minutes: 100,
    }),
  )
  for (const {path, template} of shippedTemplates()) expect(path.endsWith(`/${template.id}.yaml`)).toBe(true)
  const {stdout} = await runCommand(CeremonyTemplates, 'ceremony templates', [], {...nowhere, tty: true})
  for (const {template} of shippedTemplates())
    expect(stdout.split('\n').filter((line) => line.startsWith(`${template.id} `))).toHaveLength(1)
})

describe('ceremony lint', () => {
  test('is content with a template that has nothing wrong, with a ledger and without', async () => {
    for (const world of [nowhere, ledger.world])
      expect(await runJson(CeremonyLint, 'ceremony lint', [name], world)).toEqual({
        schema: 'keyrite.findings/1',
        exit: 0,
        ok: true,
        findings: [],
      })
    expect((await runCommand(CeremonyLint, 'ceremony lint', [name], nowhere)).stderr).toContain(
      'There is no ledger here',
    )
  })

  test('shows each finding with its rule and line, and exits 10', async () => {
    const text = changed(small, [
      ['custodian: {minimum: 3}', 'custodian: {minimum: 2}'],
      ['by: witness', 'by: witnes'],
    ])
    const path = written(text)
    const document = await runJson<{findings: unknown[]}>(CeremonyLint, 'ceremony lint', [path], ledger.world)
    expect(document).toMatchObject({exit: 10, ok: false})
    expect(document.findings).toEqual([
      {
        rule: 'unknown-role',
        line: lineOf(text, 'witnes,'),
        column: expect.any(Number),
        step: 'serial',
        message: expect.stringContaining('did you mean "witness"?'),
        waived: null,
      },
      {
        rule: 'quorum-people',
        line: lineOf(text, 'minimum: 2'),
        column: 3,
        step: null,
        message: expect.stringContaining('needs 3 people'),
        waived: null,
      },
    ])
    const shown = await runCommand(CeremonyLint, 'ceremony lint', [path], ledger.world)
    expect(shown.exit).toBe(10)
    expect(shown.stdout).toContain('2 findings.')
  })

  test('holds a profile against the ledger', async () => {
    const document = await runJson<{findings: unknown[]}>(
      CeremonyLint,
      'ceremony lint',
      [name, '--profile', 'nowhere'],
      ledger.world,
    )
    expect(document).toMatchObject({
      exit: 10,
      findings: [
        {rule: 'unknown-profile', message: expect.stringContaining('profile "nowhere" is not known')},
      ],
    })
  })

  test('asks the provider of the profile what it can do, and says so where it cannot', async () => {
    const pin = join(folder, 'pin')
    writeFileSync(pin, 'correct horse battery staple\n', {mode: 0o600})
    const typed = {
      ...ledger.world,
      ask: somebody('correct horse battery staple', 'correct horse battery staple'),
    }
    const asAlice = ['--as', 'alice@example.com']
    const made = ['trial', '--kind', 'local', '--environment', 'test', ...asAlice]
    expect(await runJson(ProfileAdd, 'profile add', made, typed)).toMatchObject({exit: 0})
    const argv = [name, '--profile', 'trial']
    const asked = await runCommand(CeremonyLint, 'ceremony lint', [...argv, '--pin-file', pin], ledger.world)
    expect(asked).toMatchObject({exit: 0, stderr: ''})
    const alone = await runCommand(CeremonyLint, 'ceremony lint', argv, ledger.world)
    expect(alone).toMatchObject({exit: 0, stderr: expect.stringContaining('was not asked what it can do')})
    writeFileSync(pin, 'another pin altogether\n')
    const wrong = await runJson(CeremonyLint, 'ceremony lint', [...argv, '--pin-file', pin], ledger.world)
    expect(wrong).toMatchObject({code: 'CREDENTIALS_REFUSED', exit: 11})
  })

  test('refuses a profile for a template that asks for none', async () => {
    const path = written(
      changed(small, [
        ['  profile: {type: profile, text: Where it will live}\n', ''],
        ['profile: ${profile}', 'profile: local'],
      ]),
    )
    expect(await runJson(CeremonyLint, 'ceremony lint', [path, '--profile', 'local'], nowhere)).toMatchObject(
      {code: 'USAGE', exit: 2},
    )
  })

  test('refuses what is no template with its place, and what is not there', async () => {
    const path = written(changed(small, [['title: A small', 'titel: A small']]))
    expect(await runJson(CeremonyLint, 'ceremony lint', [path], nowhere)).toMatchObject({
      schema: 'keyrite.error/1',
      code: 'TEMPLATE_INVALID',
      exit: 2,
      message: `${path}:3:1: titel: field "titel" is not known: did you mean "title"?`,
    })
    expect(
      await runJson(CeremonyLint, 'ceremony lint', [join(folder, 'absent.yaml')], nowhere),
    ).toMatchObject({exit: 4})
  })
})
