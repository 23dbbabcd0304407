/** Rehearsals that nobody attends: every template that ships, and what a rehearsal leaves. */
import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import Lint from '../../src/commands/ceremony/lint.ts'
import Minutes from '../../src/commands/ceremony/minutes.ts'
import Rehearse from '../../src/commands/ceremony/rehearse.ts'
import Show from '../../src/commands/ceremony/show.ts'
import Verify from '../../src/commands/ceremony/verify.ts'
import {shippedTemplates} from '../../src/ceremony/shipped.ts'
import {shortTemplate} from '../ceremony/room.ts'
import {walkedInShortRuns} from '../ceremony/shipped.ts'
import {emptyWorld} from '../support/ledger.ts'
import {runCommand, runJson, type World} from '../support/run.ts'
import {expectNoSecrets, files, marked, rehearse, type Rehearsed} from './rehearsed.ts'

describe('ceremony rehearse --unattended', () => {
  let world: World & {readonly remove: () => void}
  beforeAll(() => {
    world = emptyWorld()
    mkdirSync(dirname(world.home), {recursive: true})
  })
  afterAll(() => {
    world.remove()
  })

  // In a short run those that no people walk through to their end in it: each template is tried one way or the other.
  const rehearsed = shippedTemplates().filter(
    ({template}) => process.env['SLOW'] === '1' || !walkedInShortRuns.includes(template.id),
  )
  test.each(rehearsed.map(({template, path}) => [template.id, path] as const))(
    'lints, scripts and rehearses the template %s that ships, and says REHEARSAL on every line and page',
    async (id, path) => {
      // RSA keys of 4096 bits take seconds to make; with SLOW=1 they are made.
      const text = readFileSync(path, 'utf8')
      const quick = join(dirname(world.home), basename(path))
      const slow = process.env['SLOW'] === '1'
      writeFileSync(
        quick,
        slow
          ? text
          : text
              .replace('algorithm: rsa-4096', 'algorithm: ec-p256')
              .replace('default: rs256', 'default: es256'),
      )
      expect(await runJson(Lint, 'ceremony lint', [quick], world)).toMatchObject({exit: 0, ok: true})
      const dir = join(dirname(world.home), `of-${id}`)
      const ran = await runCommand(
        Rehearse,
        'ceremony rehearse',
        [quick, '--unattended', '--dir', dir],
        world,
      )
      expect([ran.exit, marked(ran.stdout), marked(ran.stderr)]).toEqual([0, [], []])
      expect(ran.stdout).toContain('Status: rehearsed')
      expect(ran.stdout).not.toContain('In earnest')
      for (const name of ['bundle/minutes.txt', 'time-plan.txt'])
        expect([name, marked(readFileSync(join(dir, name), 'utf8'))]).toEqual([name, []])
      for (const name of ['script.html', 'bundle/minutes.html']) {
        const page = readFileSync(join(dir, name), 'utf8')
        expect(page).toContain('<div class="rehearsal">REHEARSAL</div>')
        expect(page).toMatch(/<title>REHEARSAL: /)
      }
      const headings = readFileSync(join(dir, 'bundle/VERIFY.md'), 'utf8').match(/^#.*$/gm) ?? []
      expect(headings.filter((one) => !one.includes('REHEARSAL'))).toEqual([])
      for (const name of ['script.pdf', 'bundle/minutes.pdf'])
        expect(readFileSync(join(dir, name)).subarray(0, 5).toString()).toBe('%PDF-')
      expectNoSecrets(dir)
      const verified = await runCommand(
        Verify,
        'ceremony verify',
        [join(dir, 'bundle'), '--rehearsal'],
        world,
      )
      expect([verified.exit, marked(verified.stdout)]).toEqual([0, []])
    },
    120_000,
  )

  test('needs nothing, and prints the document of the contract with the time plan', async () => {
    const file = join(dirname(world.home), 'short.yaml')
    writeFileSync(file, shortTemplate)
    const document = await rehearse(world, file, '--unattended')
    expect(document).toMatchObject({
      schema: 'keyrite.ceremony/1',
      exit: 0,
      status: 'rehearsed',
      rehearsal: true,
      missing: [],
      deviations: [],
      notMet: [],
      unattended: true,
      home: join(document.dir, 'home'),
      minutes: join(document.bundle, 'minutes.html'),
    })
    // Without a ledger the template is judged by the default policy.
    expect(document.inEarnest).toContainEqual(expect.stringMatching(/^line \d+: .*\(checklist\)$/))
    expect(dirname(document.dir)).toBe(`${world.home}-rehearsals`)
    expect(statSync(document.dir).mode & 0o777).toBe(0o700)
    expect(document.times.planned).toBe(18)
    expect(document.times.acts.map(({id, steps}) => [id, steps.length])).toEqual([
      ['preparation', 4],
      ['making', 4],
      ['closing', 1],
    ])
    for (const {taken} of document.times.acts.flatMap(({steps}) => steps))
      expect(taken).toEqual(expect.any(Number))
    expect(JSON.parse(readFileSync(join(document.dir, 'time-plan.json'), 'utf8'))).toMatchObject({
      rehearsal: true,
      planned: 18,
    })
    expect(document.participants.every(({person}) => person.name.startsWith('Stand-in '))).toBe(true)
    expect((await runJson(Verify, 'ceremony verify', [document.bundle], world)).exit).toBe(6)
    const inIt = {...world, home: document.home}
    const out = join(document.dir, 'again.txt')
    expect((await runJson(Minutes, 'ceremony minutes', [document.id, '--out', out], inIt)).exit).toBe(0)
    expect(marked(readFileSync(out, 'utf8'))).toEqual([])
    const shown = await runJson(Show, 'ceremony show', [document.id], inIt)
    expect(shown).toMatchObject({exit: 0, status: 'rehearsed', rehearsal: true})
  }, 60_000)

  test('what only hardware meets is gone through all the same, and shown as not met: on the screen, in the document and in the minutes', async () => {
    const file = join(dirname(world.home), 'hardware.yaml')
    const demanding = shortTemplate
      .replace(
        'acts:\n',
        'materials:\n  - {id: hsm, kind: hsm, text: The device., profile: "${profile}", number: SN-77}\nacts:\n',
      )
      .replace('{id: machine,', '{id: machine, leaves: {hsm: connected},')
      .replace('{id: use,', '{id: use, leaves: {hsm: "off"},')
      .replace(
        '      - {id: prove,',
        '      - {id: protected, kind: attest, key: "${key-name}", material: hsm, level: hardware, evidence: attested, by: operator, minutes: 1, text: The machine is asked.}\n      - {id: prove,',
      )
    writeFileSync(file, demanding)
    const dir = join(dirname(world.home), 'of-hardware')
    const ran = await runCommand(
      Rehearse,
      'ceremony rehearse',
      [file, '--unattended', '--json', '--dir', dir],
      world,
    )
    const document = JSON.parse(ran.stdout) as Rehearsed
    expect([document.status, ran.stderr]).toEqual([
      'rehearsed',
      expect.stringContaining('NOT MET IN REHEARSAL: '),
    ])
    expect(ran.stderr).toContain('software token "rehearsal-token" stands in for it')
    expect(document.notMet.map(({step, fact}) => `${step}: ${fact}`)).toEqual([
      expect.stringMatching(/^protected: .*demands hardware, and what protects it is software/),
      expect.stringMatching(/^protected: .*demands that its protection is attested/),
      expect.stringMatching(/^protected: the device is not "hsm": its serial number is /),
    ])
    const minutes = readFileSync(join(dir, 'bundle/minutes.txt'), 'utf8').replaceAll(
      /\s+(?:REHEARSAL)?\s*/g,
      ' ',
    )
    expect(minutes.split('NOT MET IN').length).toBe(4)
  }, 60_000)

  test('a folder that is not empty, a step that is not there, and nobody to ask are refused, and nothing is made', async () => {
    const file = join(dirname(world.home), 'short.yaml')
    writeFileSync(file, shortTemplate)
    const before = [...files(dirname(world.home)).keys()]
    const full = dirname(world.home)
    expect(await rehearse(world, file, '--unattended', '--dir', full)).toMatchObject({
      code: 'EXISTS',
      exit: 5,
    })
    expect(await rehearse(world, file, '--unattended', '--from', 'clok')).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('did you mean clock?'),
    })
    expect(await rehearse(world, file)).toMatchObject({code: 'NO_TERMINAL', exit: 3})
    expect(await rehearse(world, 'no-such-template', '--unattended')).toMatchObject({
      code: 'TEMPLATE_NOT_FOUND',
    })
    expect([...files(dirname(world.home)).keys()]).toEqual(before)
  })
})
