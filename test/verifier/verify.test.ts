import {execFile, execFileSync} from 'node:child_process'
import {cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'

const here = import.meta.dirname
const home = mkdtempSync(join(tmpdir(), 'verifier-'))
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

/** One group of attacks.py: how many rows ran, and the rows whose verdict was another than the table's. */
async function group(name: string): Promise<{rows: number; failed: unknown[]}> {
  const ran = await run('python3', ['-B', join(here, 'attacks.py'), name], home)
  if (ran.status !== 0) throw new Error(ran.stderr)
  return JSON.parse(ran.stdout) as {rows: number; failed: unknown[]}
}

/** VERIFY.md as a bundle carries it, and each block of commands in it. */
function blocks(fingerprint: string): string[] {
  const filled = verifyMd
    .replaceAll('{{fingerprint}}', fingerprint)
    .replaceAll('{{organisation}}', 'example.com')
  return [...filled.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
}

let fingerprint = ''

beforeAll(async () => {
  const made = await run('python3', ['-B', join(here, 'make_bundle.py'), good], home)
  fingerprint = made.stdout.trim()
})

afterAll(() => {
  rmSync(home, {recursive: true, force: true})
})

describe('the stand-alone verifier', () => {
  test('accepts a good bundle with its fingerprint and says that it is anchored', async () => {
    const {status, stdout, stderr} = await verify(good, ['--ledger', fingerprint.toUpperCase()])
    expect(stderr).toBe('')
    expect(stdout.split('\n')[0]).toBe(`anchored: ledger ${fingerprint} is the one you gave`)
    expect(stdout).toContain(
      'key.create payments by rule key-create needs 3 people, among them ciso and security-lead',
    )
    expect(stdout).toMatch(/"Dave", custodian, with a key of class asserted/)
    expect(stdout).toMatch(/status: signed off by all participants\nok\n$/)
    expect(status).toBe(0)
  })

  test('says without a fingerprint that the bundle only agrees with itself', async () => {
    const {status, stdout} = await verify(good)
    expect(stdout.split('\n')[0]).toBe(
      `not anchored: this bundle agrees with itself. Compare with the paper: ${fingerprint}`,
    )
    expect(status).toBe(0)
  })

  test('refuses a perfect bundle of another ledger', async () => {
    const {status, stdout} = await verify(good, ['--ledger', 'ab'.repeat(32)])
    expect(stdout).toMatch(/^not anchored: /)
    expect(stdout).toContain('PROBLEM entries/000000.json | 0 | anchor | ')
    expect(status).toBe(6)
  })

  test.each([
    ['a fingerprint that is none', ['--ledger', 'abc']],
    ['an option that it does not have', ['--force']],
  ])('%s is a usage error', async (_name, args) => {
    expect((await verify(good, args)).status).toBe(2)
  })

  test('a folder that is not there is a usage error', async () => {
    expect((await run('python3', ['-I', join(good, 'verify.py'), join(home, 'none')], home)).status).toBe(2)
  })

  test('without ssh-keygen and openssl it cannot check, and says so', async () => {
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
      encoding: 'utf8',
    }).trim()
    const ran = await run(python, ['-I', join(good, 'verify.py')], home, {PATH: join(home, 'empty')})
    expect(ran.stderr).toContain('neither ssh-keygen nor openssl is installed')
    expect(ran.status).toBe(2)
  })

  test.each(['ssh-keygen', 'openssl'])('with %s alone it still reaches its verdict', async (tool) => {
    const bin = mkdtempSync(join(home, 'bin-'))
    const path = execFileSync('sh', ['-c', `command -v ${tool}`], {encoding: 'utf8'}).trim()
    symlinkSync(path, join(bin, tool))
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
      encoding: 'utf8',
    }).trim()
    const ran = await run(python, ['-I', join(good, 'verify.py')], home, {PATH: bin})
    expect(ran.stdout).toContain(`statements by ${tool}`)
    expect(ran.stdout.includes("not checked: the checkpoint's own signature")).toBe(tool === 'ssh-keygen')
    expect(ran.stdout).toMatch(/\nok\n$/)
    expect(ran.status).toBe(0)
  })

  test('a json.py put beside it is refused and never run', async () => {
    const folder = copyOf('planted')
    writeFileSync(join(folder, 'json.py'), 'print("owned"); raise SystemExit(0)\n')
    const ran = await run('python3', [join(folder, 'verify.py')], folder)
    expect(ran.stdout).not.toContain('owned')
    expect(ran.stdout).toContain('PROBLEM json.py | - | files | ')
    expect(ran.status).toBe(6)
  })

  test('links, pipes, folders and names with control characters are problems, never followed', async () => {
    const folder = copyOf('odd-files')
    unlinkSync(join(folder, 'minutes.txt'))
    symlinkSync('/dev/zero', join(folder, 'minutes.txt'))
    unlinkSync(join(folder, 'entries/000003.json'))
    execFileSync('mkfifo', [join(folder, 'entries/000003.json')])
    execFileSync('mkdir', [join(folder, 'entries/more')])
    writeFileSync(join(folder, 'blobs/a\nPROBLEM\u202e'), '')
    const ran = await verify(folder)
    expect(ran.stderr).toBe('')
    for (const name of [
      'minutes.txt',
      'entries/000003.json',
      'entries/more',
      'blobs/a\\u000aPROBLEM\\u202e',
    ]) {
      expect(ran.stdout).toContain(`PROBLEM ${name} | - | files | `)
    }
    expect(ran.status).toBe(6)
  })

  test('an empty folder and one of empty files are problems', async () => {
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
  test.each([
    ['vectors', 3],
    ['algorithms', 12],
    ['table', 160],
    ['flips', 200],
    ['odd', 70],
  ])(
    '%s: every row has the verdict of the table',
    async (name, least) => {
      const {rows, failed} = await group(name)
      expect(failed).toEqual([])
      expect(rows).toBeGreaterThanOrEqual(least)
    },
    process.env['SLOW'] === '1' ? 7_200_000 : 240_000,
  )
})

describe('VERIFY.md', () => {
  test('every command in it works on a good bundle', async () => {
    const all = blocks(fingerprint)
    expect(all).toHaveLength(12)
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

  test.each([
    ['the list of digests', 'minutes.txt', /minutes/, 'minuteS', /sha256sum --quiet/],
    ['the list of files', 'more.txt', /^/, 'x', /none more/],
    ['the chain', 'entries/000012.json', /"v":1/, '"v":2', /chain: ok/],
    ['the checkpoint', 'checkpoint', /\n26\n/, '\n25\n', /pkeyutl/],
    ['the statements', 'statements/000011.json', /approve/, 'reject', /statements: ok/],
    ['the signature of the list', 'SHA256SUMS', /^/, '00', /-I writer/],
    ['the opening', 'openings.json', /"salt":"../, '"salt":"0z', /opening: ok/],
    ['verify.py', 'openings.json', /"salt":"../, '"salt":"0z', /verify\.py \./],
  ])('%s fails when %s is changed', async (_name, file, old, put, which) => {
    const folder = copyOf(mkdtempSync(join(home, 'changed-')).slice(home.length + 1))
    const path = join(folder, file)
    const before = file === 'more.txt' ? '' : readFileSync(path, 'latin1')
    expect(before).toMatch(old)
    writeFileSync(path, before.replace(old, put), 'latin1')
    const block = blocks(fingerprint).find((text) => which.test(text)) ?? ''
    expect(block).not.toBe('')
    expect((await run('sh', ['-eu', '-c', block], folder)).status).not.toBe(0)
  })

  test('its only placeholders are the five that a bundle fills in', () => {
    const used = new Set([...verifyMd.matchAll(/\{\{([a-z0-9-]+)\}\}/g)].map((match) => match[1]))
    expect([...used].sort()).toEqual(['ceremony', 'fingerprint', 'organisation', 'verify-sha256', 'words'])
  })
})
