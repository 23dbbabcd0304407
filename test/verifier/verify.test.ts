import {execFile, execFileSync, spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {onPath, testWith} from '../support/needs.ts'

const here = import.meta.dirname
/** What the bundle of these tests is made and judged with. */
const tools = ['python3', 'ssh-keygen', 'ssh-agent', 'openssl'] as const
const slow = process.env['SLOW'] === '1'
const home = mkdtempSync(join(tmpdir(), 'verifier-'))
/** Thousands of folders are written, judged and removed: where there is a disk in memory, there. */
const memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : home, 'keyrite-verifier-'))
const surroundings = {...process.env, TMPDIR: home}
const good = join(home, 'good')
const verifyMd = readFileSync(join(here, '../../ceremony-templates/bundle/VERIFY.md'), 'utf8')

interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end; a status that is not 0 is an answer, not an error. */
function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = surroundings,
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, args, {cwd, env, maxBuffer: 1 << 26}, (error, stdout, stderr) => {
      resolve({status: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr})
    })
  })
}

/** The stand-alone verifier, as an auditor runs it. */
function verify(
  folder: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = surroundings,
): Promise<Ran> {
  return run('python3', ['-I', join(folder, 'verify.py'), folder, ...args], home, env)
}

function copyOf(name: string): string {
  const to = join(home, name)
  cpSync(good, to, {recursive: true})
  return to
}

/** How many rows a group of attacks had, and those whose verdict was another than the table's. */
interface Group {
  readonly rows: number
  readonly failed: readonly unknown[]
}

let python: ChildProcess | undefined
let answers: AsyncIterator<string>

/** One process makes and judges all groups: it has the keys once, and remembers what ssh-keygen said. */
async function group(name: string): Promise<Group> {
  if (python === undefined) {
    python = spawn('python3', ['-B', join(here, 'groups.py')], {
      cwd: home,
      env: {...surroundings, TMPDIR: memory},
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    answers = createInterface({input: python.stdout ?? process.stdin})[Symbol.asyncIterator]()
  }
  python.stdin?.write(`${name}\n`)
  const {value} = (await answers.next()) as {value: string | undefined}
  if (value === undefined) throw new Error('groups.py ended')
  return JSON.parse(value) as Group
}

/** VERIFY.md as a bundle carries it, and each block of commands in it. */
function blocks(fingerprint: string): string[] {
  const filled = verifyMd
    .replaceAll('{{fingerprint}}', fingerprint)
    .replaceAll('{{organisation}}', 'example.com')
    .replaceAll('{{bundle-namespace}}', 'keyrite-bundle-v1@example.com')
    .replaceAll('{{statement-namespace}}', 'keyrite-$use-v1@example.com')
    .replaceAll('{{flag}}', '')
  return [...filled.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
}

let fingerprint = ''

beforeAll(async () => {
  if (!tools.every((tool) => onPath(tool) !== undefined)) return
  const made = await run('python3', ['-B', join(here, 'make_bundle.py'), good], home)
  if (made.status !== 0) throw new Error(made.stderr)
  fingerprint = made.stdout.trim()
})

afterAll(async () => {
  if (python !== undefined) {
    const ended = once(python, 'exit')
    python.stdin?.end()
    await ended
  }
  rmSync(memory, {recursive: true, force: true})
  rmSync(home, {recursive: true, force: true})
})

describe('the stand-alone verifier', () => {
  testWith(tools, 'accepts a good bundle with its fingerprint and says that it is anchored', async () => {
    const {status, stdout, stderr} = await verify(good, ['--ledger', fingerprint.toUpperCase()])
    expect(stderr).toBe('')
    expect(stdout.split('\n')[0]).toBe(`anchored: ledger ${fingerprint} is the one you gave`)
    expect(stdout).toContain(
      'quorum: key.create by rule key-create: approved by p-0000000000000001 (ciso/custodian), ',
    )
    expect(stdout).toMatch(/signed: p-0000000000000005\nok\n$/)
    expect(status).toBe(0)
  })

  testWith(tools, 'says without a fingerprint that the bundle only agrees with itself', async () => {
    const {status, stdout} = await verify(good)
    expect(stdout.split('\n')[0]).toBe(
      `not anchored: this bundle agrees with itself. Compare with the paper: ${fingerprint}`,
    )
    expect(status).toBe(0)
  })

  testWith(tools, 'refuses a perfect bundle of another ledger', async () => {
    const {status, stdout} = await verify(good, ['--ledger', 'ab'.repeat(32)])
    expect(stdout).toMatch(/^not anchored: this is NOT the ledger that you gave/)
    expect(stdout).toContain('PROBLEM entries/000000.json | 0 | anchor | ')
    expect(status).toBe(6)
  })

  for (const [name, args] of [
    ['a fingerprint that is none', ['--ledger', 'abc']],
    ['an option that it does not have', ['--force']],
  ] as const) {
    testWith(tools, `${name} is a usage error`, async () => {
      expect((await verify(good, args)).status).toBe(2)
    })
  }

  testWith(tools, 'a folder that is not there is a usage error', async () => {
    expect((await run('python3', ['-I', join(good, 'verify.py'), join(home, 'none')], home)).status).toBe(2)
  })

  testWith(
    tools,
    'with ssh-keygen alone it reaches its verdict, and without it that it cannot check',
    async () => {
      const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {encoding: 'utf8'})
      const path = execFileSync('sh', ['-c', 'command -v ssh-keygen'], {encoding: 'utf8'}).trim()
      const bin = mkdtempSync(join(home, 'bin-'))
      const args = ['-I', join(good, 'verify.py')]
      const without = await run(python.trim(), args, home, {PATH: bin})
      expect(without.stderr).toContain('no ssh-keygen on this machine')
      expect(without.status).toBe(2)
      symlinkSync(path, join(bin, 'ssh-keygen'))
      const ran = await run(python.trim(), args, home, {PATH: bin})
      expect(ran.stdout).toMatch(/\nok\n$/)
      expect(ran.status).toBe(0)
    },
  )

  test('it is one file of at most 1290 lines of at most 110 columns', () => {
    const lines = readFileSync(join(here, '../../ceremony-templates/bundle/verify.py'), 'utf8')
      .trimEnd()
      .split('\n')
    expect(lines.length).toBeLessThanOrEqual(1290)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110)
  })

  testWith(tools, 'a json.py put beside it is refused and never run', async () => {
    const folder = copyOf('planted')
    writeFileSync(join(folder, 'json.py'), 'print("owned"); raise SystemExit(0)\n')
    const ran = await run('python3', [join(folder, 'verify.py')], folder)
    expect(ran.stdout).not.toContain('owned')
    expect(ran.stdout).toContain('PROBLEM json.py | - | files | ')
    expect(ran.status).toBe(6)
  })

  testWith(
    tools,
    'links, pipes, folders and names with control characters are problems, never followed',
    async () => {
      const folder = copyOf('odd-files')
      unlinkSync(join(folder, 'minutes.txt'))
      symlinkSync('/dev/zero', join(folder, 'minutes.txt'))
      unlinkSync(join(folder, 'entries/000003.json'))
      execFileSync('mkfifo', [join(folder, 'entries/000003.json')])
      execFileSync('mkdir', [join(folder, 'entries/more')])
      writeFileSync(join(folder, 'blobs/a\nPROBLEM\u202e'), '')
      const ran = await verify(folder)
      expect(ran.stderr).toBe('')
      for (const name of ['minutes.txt', 'entries/000003.json', 'entries/more', 'blobs/a\\nPROBLEM\\u202e']) {
        expect(ran.stdout).toContain(`PROBLEM ${name} | - | files | `)
      }
      expect(ran.status).toBe(6)
    },
  )

  testWith(tools, 'an empty folder and one of empty files are problems', async () => {
    const empty = mkdtempSync(join(home, 'empty-'))
    const hollow = copyOf('hollow')
    execFileSync('sh', ['-c', 'for f in $(find . -type f ! -name verify.py); do : > "$f"; done'], {
      cwd: hollow,
    })
    for (const folder of [empty, hollow]) {
      const ran = await run('python3', ['-I', join(good, 'verify.py'), folder], home)
      expect(ran.stderr).toBe('')
      expect(ran.status).toBe(6)
    }
  })
})

describe('attacks with real keys', () => {
  for (const [name, least, leastSlow] of [
    ['vectors', 3, 3],
    ['algorithms', 15, 15],
    ['asked', 4, 20],
    ['table', 45, 165],
    ['changes', 14, 65],
    ['certificates', 31, 31],
    ['shares', 12, 24],
    ['rehearsals', 20, 20],
    ['turns', 11, 40],
    ['incidents', 5, 13],
    ['flips', 80, 50_000],
    ['odd', 25, 8000],
  ] as const) {
    testWith(
      tools,
      `${name}: every row has the verdict of the table`,
      async () => {
        const {rows, failed} = await group(name)
        expect(failed).toEqual([])
        expect(rows).toBeGreaterThanOrEqual(slow ? leastSlow : least)
      },
      slow ? 7_200_000 : 120_000,
    )
  }
})

describe('VERIFY.md', () => {
  testWith(tools, 'every command in it works on a good bundle', async () => {
    const all = blocks(fingerprint)
    expect(all).toHaveLength(13)
    const printed = []
    for (const block of all) {
      const ran = await run('sh', ['-eu', '-c', block], good)
      expect({block, ...ran}).toMatchObject({status: 0})
      printed.push(ran.stdout)
    }
    expect(printed[0]).toContain(fingerprint)
    const [named, listed] = (printed[5] ?? '').trim().split('\n')
    expect(named).toMatch(/^[0-9a-f]{64}$/)
    expect(listed).toBe(named)
    const text = printed.join('')
    for (const word of [
      'files: as listed',
      'files: none more',
      'Good "keyrite-bundle-v1@example.com"',
      'chain: ok',
    ]) {
      expect(text).toContain(word)
    }
    for (const word of ['Signature Verified Successfully', 'statements: ok', 'opening: ok', 'anchored: ']) {
      expect(text).toContain(word)
    }
    expect(text).not.toContain('BAD')
  })

  for (const [name, file, old, put, which] of [
    ['the list of digests', 'minutes.txt', /minutes/, 'minuteS', /sha256sum --quiet/],
    ['the list of files', 'more.txt', /^/, 'x', /none more/],
    ['the chain', 'entries/000012.json', /"v":1/, '"v":2', /chain: ok/],
    ['the checkpoint', 'checkpoint', /\n31\n/, '\n30\n', /pkeyutl/],
    ['the statements', 'statements/000015.json', /approve/, 'reject', /statements: ok/],
    ['the signature of the list', 'SHA256SUMS', /^/, '00', /-I writer/],
    ['the opening', 'openings.json', /"salt":"../, '"salt":"0z', /opening: ok/],
    ['verify.py', 'openings.json', /"salt":"../, '"salt":"0z', /verify\.py \./],
  ] as const) {
    testWith(tools, `${name} fails when ${file} is changed`, async () => {
      const folder = copyOf(mkdtempSync(join(home, 'changed-')).slice(home.length + 1))
      const path = join(folder, file)
      const before = file === 'more.txt' ? '' : readFileSync(path, 'latin1')
      expect(before).toMatch(old)
      writeFileSync(path, before.replace(old, put), 'latin1')
      const block = blocks(fingerprint).find((text) => which.test(text)) ?? ''
      expect(block).not.toBe('')
      expect((await run('sh', ['-eu', '-c', block], folder)).status).not.toBe(0)
    })
  }

  test('its only placeholders are those that a bundle fills in', () => {
    const used = new Set([...verifyMd.matchAll(/\{\{([a-z0-9-]+)\}\}/g)].map((match) => match[1]))
    expect([...used].sort()).toEqual([
      'bundle-namespace',
      'ceremony',
      'fingerprint',
      'flag',
      'level',
      'mark',
      'note',
      'organisation',
      'statement-namespace',
      'verify-sha256',
      'words',
    ])
  })
})
