/** Somebody on another machine, with nothing of ours: HOWTO.md followed as it stands, with a home, OpenSSH and Python of their own. */
import {execFileSync} from 'node:child_process'
import {chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {ceremonyFold as ceremonies} from '../../src/ceremony/fold.ts'
import {requestAt} from '../../src/requests/ask.ts'
import {finishedCeremony} from '../ceremony/finished.ts'
import {onPath, testWith} from '../support/needs.ts'
import {afar, makeAfar, type Afar} from './afar-support.ts'

const tools = ['ssh-keygen', 'python3'] as const

let made: Afar
let late: Afar
beforeAll(async () => {
  made = await makeAfar({signed: 4})
  late = afar(await finishedCeremony({signs: (name) => name !== 'Grace'}))
})
afterAll(() => {
  made.remove()
  late.remove()
})

/** The other machine: a folder that came by mail, a key, and the programs that HOWTO.md names. */
interface Elsewhere {
  readonly dir: string
  readonly guide: string
  /** Runs one block or line of HOWTO.md in the folder. */
  readonly sh: (script: string) => string
}

function elsewhere(ledger: Afar, dir: string, at: number): Elsewhere {
  const [home, bin] = [join(ledger.out()), join(ledger.out())]
  const folder = join(home, 'mail')
  mkdirSync(join(home, '.ssh'), {recursive: true, mode: 0o700})
  mkdirSync(bin)
  cpSync(dir, folder, {recursive: true})
  copyFileSync(ledger.keyFile(at), join(home, '.ssh/id_ed25519'))
  chmodSync(join(home, '.ssh/id_ed25519'), 0o600)
  // cat and sha256sum: of every machine with OpenSSH.
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)']).toString().trim()
  for (const tool of ['ssh-keygen', 'cat', 'sha256sum']) symlinkSync(onPath(tool) ?? '', join(bin, tool))
  symlinkSync(python, join(bin, 'python3'))
  return {
    dir: folder,
    guide: readFileSync(join(folder, 'HOWTO.md'), 'utf8'),
    sh: (script) =>
      execFileSync('/bin/sh', ['-eu', '-c', script], {
        cwd: folder,
        env: {HOME: home, PATH: bin},
        stdio: 'pipe',
      }).toString(),
  }
}

/** The indented lines that begin so, and the block in Python. */
const line = (guide: string, start: RegExp): string =>
  guide
    .split('\n')
    .find((one) => one.startsWith('    ') && start.test(one.trim()))
    ?.trim() ?? ''
const block = (guide: string): string => /```sh\n(python3[\s\S]*?)```/.exec(guide)?.[1] ?? ''

/** Follows the guide: the digest, the check, the signature. @returns what the check printed. */
function followed({guide, sh, dir}: Elsewhere, answer: string): string {
  const digest = /This digest must be ([0-9a-f]{64})/.exec(guide)?.[1] ?? ''
  expect(sh(line(guide, /sha256sum/))).toContain(digest)
  expect(readFileSync(join(dir, 'words.txt'), 'utf8')).toContain(digest)
  const said = sh(block(guide))
  sh(line(guide, new RegExp(`^ssh-keygen -Y sign .* ${answer}$`)))
  return said
}

describe('with OpenSSH and Python alone', () => {
  for (const [answer, decision] of [
    ['approve', 'approve'],
    ['reject', 'reject'],
  ] as const) {
    testWith(tools, `a request is looked at and answered: ${answer}`, async () => {
      const request = await made.ask(`stock-${answer}`)
      const there = elsewhere(made, (await made.export(request.id, 1)).dir, 1)
      const said = followed(there, answer)
      expect(said).toContain(`"key": "stock-${answer}"`)
      expect(said).toContain('"operation": "key.create"')
      expect(said).toMatch(/may answer: p-[0-9a-f]{16} Bob\n/)
      expect(said).toMatch(/ledger: [0-9a-f]{64} \(its fingerprint/)
      expect(said).toMatch(/you sign as p-[0-9a-f]{16} Bob\n$/)
      expect((await made.add(join(there.dir, `${answer}.sig`))).exit).toBe(0)
      const answers = await made.using(({ledger}) => requestAt(ledger, request.seq).answers)
      expect(answers.map((one) => one.decision)).toEqual([decision])
    })
  }

  testWith(
    tools,
    'a no that is a yes, or a yes to something else, is named before it is signed',
    async () => {
      const {dir} = await made.export((await made.ask('stock-swapped')).id, 1)
      const swapped = elsewhere(made, dir, 1)
      cpSync(join(swapped.dir, 'approve'), join(swapped.dir, 'reject'))
      expect(() => swapped.sh(block(swapped.guide))).toThrow(/reject says another answer than it is called/)
      const other = elsewhere(made, dir, 1)
      const text = readFileSync(join(other.dir, 'reject'), 'utf8')
      writeFileSync(
        join(other.dir, 'reject'),
        text.replace(/"plan_sha256":"[0-9a-f]{8}/, '"plan_sha256":"00000000'),
      )
      expect(() => other.sh(block(other.guide))).toThrow(/reject is about something else/)
    },
  )

  testWith(tools, 'what drives a terminal, or hides from the eye, is written out', async () => {
    const {dir} = await made.export((await made.ask('stock-hostile')).id, 1)
    const there = elsewhere(made, dir, 1)
    const script = block(there.guide).replace(
      "names.get(said['person'])",
      "'\\x1b]52;c;x\\x07\\u202eB\\u00f6b'",
    )
    expect(script).not.toBe(block(there.guide))
    expect(there.sh(`export PYTHONIOENCODING=utf-8\n${script}`)).toMatch(
      /you sign as p-[0-9a-f]{16} \\x1b\]52;c;x\\x07\\u202eBöb\n$/,
    )
  })

  testWith(tools, 'a founder sees who founds what, under which rules, and signs', async () => {
    const there = elsewhere(made, (await made.export('founding', 4)).dir, 4)
    const said = followed(there, 'attest')
    expect(said).toMatch(/\nAlice p-[0-9a-f]{16} custodian, security-lead ssh-ed25519 AAAA/)
    expect(said).toContain('key.create')
    expect(said).toMatch(/you sign as p-[0-9a-f]{16} Erin\n/)
    expect((await made.add(join(there.dir, 'attest.sig'))).exit).toBe(0)
  })

  testWith(tools, 'a participant sees all that happened, and signs the transcript', async () => {
    const {id} = (await late.using((app) => [...app.ledger.of(ceremonies).values()]))[0] ?? {id: ''}
    const there = elsewhere(late, (await late.export(`ceremony-${id.slice(0, 8)}`, 6)).dir, 6)
    const said = followed(there, 'attest')
    for (const step of ['ceremony.opened', 'step.done clock', 'key.created test-key', 'step.done notes'])
      expect(said).toContain(step)
    const whole = readFileSync(join(there.dir, 'transcript.jsonl'))
    writeFileSync(join(there.dir, 'transcript.jsonl'), whole.subarray(whole.indexOf('\n') + 1))
    expect(() => there.sh(block(there.guide))).toThrow(/the transcript is another/)
    expect((await late.add(join(there.dir, 'attest.sig'))).exit).toBe(0)
  })
})
