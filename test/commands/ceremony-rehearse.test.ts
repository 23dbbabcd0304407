/** Rehearsals through the command: every shipped template unattended, and one beside a real home with real people. */
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import Lint from '../../src/commands/ceremony/lint.ts'
import Minutes from '../../src/commands/ceremony/minutes.ts'
import Rehearse from '../../src/commands/ceremony/rehearse.ts'
import Run from '../../src/commands/ceremony/run.ts'
import Show from '../../src/commands/ceremony/show.ts'
import Verify from '../../src/commands/ceremony/verify.ts'
import {shippedTemplates} from '../../src/ceremony/shipped.ts'
import {makeHouse, shortTemplate, participants, typedSteps, type House} from '../ceremony/room.ts'
import {emptyWorld} from '../support/ledger.ts'
import {runCommand, runJson, somebody, type World} from '../support/run.ts'

interface Rehearsed {
  readonly id: string
  readonly status: string
  readonly dir: string
  readonly home: string
  readonly bundle: string
  readonly minutes: string
  readonly code?: string
  readonly rehearsal: boolean
  readonly participants: readonly {person: {name: string}; roles: string[]}[]
  readonly times: {
    planned: number
    taken: number
    acts: {id: string; steps: {id: string; taken: number | null}[]}[]
  }
  readonly notMet: readonly {step: string; fact: string}[]
  readonly inEarnest: readonly string[]
  readonly steps: {done: number; of: number; next: string | null}
}

const rehearse = (world: World, ...args: readonly string[]) =>
  runJson<Rehearsed>(Rehearse, 'ceremony rehearse', args, world)

/** Every file below a folder, by its path in it. */
function files(folder: string): Map<string, Buffer> {
  if (!existsSync(folder)) return new Map()
  return new Map(
    readdirSync(folder, {recursive: true, withFileTypes: true})
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path)]),
  )
}

const secrets = /-----BEGIN (?:OPENSSH |EC |RSA |ENCRYPTED )?PRIVATE KEY-----|openssh-key-v1/

/** Nothing that could sign or open anything lies there. */
function expectNoSecrets(folder: string): void {
  const left = files(folder)
  expect(left.size).toBeGreaterThan(2)
  for (const [path, bytes] of left) {
    expect([path, secrets.test(bytes.toString('latin1'))]).toEqual([path, false])
    expect(path).not.toMatch(/\.pin$|\.key$|\.token$|^state/)
  }
}

const marked = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .filter((line) => !/^REHEARSAL(?: {2}\S| {2,}\S|$)/.test(line))

describe('ceremony rehearse --unattended', () => {
  let world: World & {readonly remove: () => void}
  beforeAll(() => {
    world = emptyWorld()
    mkdirSync(dirname(world.home), {recursive: true})
  })
  afterAll(() => {
    world.remove()
  })

  test.each(shippedTemplates().map(({template, path}) => [template.id, path] as const))(
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
      inEarnest: [],
      unattended: true,
      home: join(document.dir, 'home'),
      minutes: join(document.bundle, 'minutes.html'),
    })
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
    expect([document.status ?? ran.stdout, ran.stderr]).toEqual([
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

describe('ceremony rehearse beside a real home', () => {
  let house: House
  beforeAll(async () => {
    house = await makeHouse()
    writeFileSync(house.template, shortTemplate)
  }, 60_000)
  afterAll(() => {
    house.remove()
  })

  const digest = (): string => {
    const hash = createHash('sha256')
    for (const folder of [house.world.home, house.world.state])
      for (const [path, bytes] of files(folder)) hash.update(path).update(bytes)
    return hash.digest('hex')
  }

  test('the answers file of ceremony run works as it is, with the people’s own keys, and the home is not touched', async () => {
    const before = digest()
    const answers = house.answers({steps: {...typedSteps, seal: {answer: 'S-1'}}})
    const document = await rehearse(house.world, house.template, '--answers', answers)
    expect(document).toMatchObject({exit: 0, status: 'rehearsed', inEarnest: []})
    expect(document.participants.map(({person}) => person.name.toLowerCase())).toEqual(
      Object.values(participants)
        .flat()
        .map((handle) => handle.replace(/^person(\d)$/, 'person $1')),
    )
    expect(digest()).toBe(before)
    expectNoSecrets(document.dir)
    // Their own keys signed, in the namespace of rehearsals.
    const fingerprints = house.founders.map(({key}) => key.publicKey.fingerprint)
    const statements = [...files(join(document.bundle, 'statements'))]
      .filter(([path]) => path.endsWith('.json'))
      .map(([, bytes]) => JSON.parse(bytes.toString()) as {use: string; key: string})
    const own = (use: string): boolean[] =>
      statements.filter((one) => one.use === use).map(({key}) => fingerprints.includes(key))
    expect(own('approval')).toEqual([true, true, true])
    expect(own('transcript')).toEqual(
      Object.values(participants)
        .flat()
        .map(() => true),
    )
    expect(new Set(own('founding'))).toEqual(new Set([false]))
    // The same file, in earnest.
    const real = await runJson(Run, 'ceremony run', [house.template, '--answers', answers], house.world)
    expect(real).toMatchObject({exit: 0, status: 'signed-off'})
  }, 120_000)

  test('what would be in the way in earnest is said: a profile that is not there, a key of that name', async () => {
    const before = digest()
    const answers = house.answers({
      parameters: {
        'key-name': 'payments-jwt',
        profile: 'hsm-9',
        owner: 'alice',
        consumers: [],
        location: 'R',
        recording: 'C',
      },
      steps: {seal: {answer: 'S-1'}},
    })
    const document = await rehearse(house.world, house.template, '--answers', answers)
    expect(document).toMatchObject({exit: 0, status: 'rehearsed'})
    expect(document.inEarnest).toEqual([
      expect.stringMatching(/^line \d+: profile "hsm-9" is not known: .*\(unknown-profile\)$/),
      expect.stringMatching(/there is a key "payments-jwt" already.*\(key-name-taken\)$/),
    ])
    expect(digest()).toBe(before)
  }, 120_000)

  test('on a terminal it asks people, and who has no key at hand signs by a stand-in’s', async () => {
    const before = digest()
    const roles = Object.entries(participants).flatMap(([role, people]) => [
      '--participant',
      `${role}=${people.join(',')}`,
    ])
    const sets = ['location=R', 'recording=C', 'owner=alice', 'key-name=k'].flatMap((one) => ['--set', one])
    const asked: string[] = []
    const ask = {
      ...somebody(),
      confirm: async ({message}: {message: string}) => asked.push(message) > 0,
      text: async ({message}: {message: string}) => {
        asked.push(message)
        return /^REHEARSAL {2}.*Key file of Carol .*yes to/.test(message)
          ? house.keyOf('carol')
          : /Number of the seal/.test(message)
            ? 'S-1'
            : ''
      },
      choose: async <T>({
        message,
        choices,
      }: {
        message: string
        choices: readonly {name: string; value: T}[]
      }) => {
        asked.push(message, ...choices.map(({name}) => name))
        const yes = choices.find(({name}) => name.includes('approve'))
        if (yes === undefined) throw new Error('there is a yes')
        return yes.value
      },
    }
    const document = await runJson<Rehearsed>(
      Rehearse,
      'ceremony rehearse',
      [house.template, ...roles, ...sets],
      {...house.world, ask} as World,
    )
    expect(document).toMatchObject({exit: 0, status: 'rehearsed'})
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.filter((one) => !one.startsWith('REHEARSAL  '))).toEqual([])
    expect(asked.some((one) => one.includes('(empty: the stand-in key signs)'))).toBe(true)
    const carol = house.founders.find(({person}) => person.name === 'Carol')?.key.publicKey.fingerprint ?? ''
    const signed = [...files(join(document.bundle, 'statements')).values()].filter((one) =>
      one.includes(carol),
    )
    expect(signed.map((one) => (JSON.parse(one.toString()) as {use: string}).use)).toEqual(['approval'])
    expect(digest()).toBe(before)
  }, 120_000)

  test('--from lets stand-ins do what comes before, and asks from there on', async () => {
    const asked: string[] = []
    const ask = {
      ...somebody(),
      confirm: async ({message}: {message: string}) => asked.push(message) > 0,
      text: async ({message}: {message: string}) => (asked.push(message), ''),
    }
    const sets = ['location=R', 'recording=C', 'owner=alice', 'key-name=k'].flatMap((one) => ['--set', one])
    const document = await runJson<Rehearsed>(
      Rehearse,
      'ceremony rehearse',
      [house.template, ...sets, '--from', 'sign-off'],
      {...house.world, ask} as World,
    )
    expect(document).toMatchObject({exit: 0, status: 'rehearsed'})
    expect(asked.filter((one) => !one.includes('the transcript'))).toEqual([])
  }, 120_000)

  test('broken off, it says that it is not resumed, how to begin again, and leaves nothing secret', async () => {
    const answers = house.answers({steps: {}})
    const ran = await runCommand(
      Rehearse,
      'ceremony rehearse',
      [house.template, '--answers', answers, '--json'],
      house.world,
    )
    const document = JSON.parse(ran.stdout) as Rehearsed & {exit: number; stoppedBy: string}
    expect(document).toMatchObject({
      exit: 2,
      status: 'stopped',
      stoppedBy: 'ANSWERS_INVALID',
      bundle: null,
      steps: {next: 'seal'},
    })
    expectNoSecrets(document.dir)
    expect(existsSync(join(document.dir, 'time-plan.txt'))).toBe(true)
    const again = await runCommand(
      Rehearse,
      'ceremony rehearse',
      [house.template, '--answers', answers],
      house.world,
    )
    expect(again.stdout).toContain(`keyrite ceremony rehearse ${house.template} --from seal`)
    expect(again.stdout).not.toContain('ceremony resume')
    rmSync(document.dir, {recursive: true})
  }, 120_000)

  test('the home of a rehearsal is not one to rehearse beside', async () => {
    const document = await rehearse(house.world, house.template, '--unattended')
    const within = {...house.world, home: document.home}
    expect(await rehearse(within, house.template, '--answers', house.answers())).toMatchObject({
      code: 'NOT_PERMITTED',
    })
  }, 120_000)
})
