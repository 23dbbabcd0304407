/** Completion, by the shells themselves. */
import {execFileSync} from 'node:child_process'
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import Completion from '../../../src/commands/completion.ts'
import {shells, type Shell} from '../../../src/ui/manual/shells.ts'
import {root} from '../../docs/markdown.ts'
import {makeKey, makeLedger, type TestLedger} from '../../support/ledger.ts'
import {onPath, testWith} from '../../support/needs.ts'
import {cli} from '../../support/process.ts'
import {addLocal} from '../../support/profile.ts'
import {runCommand, runJson} from '../../support/run.ts'
import {openScreen, type Screen} from '../../terminal/screen.ts'

/** A name that a shell would run, and one that moves the terminal. */
const hostile = [
  ['Alice', 'alice$(touch-ruined)@example.com'],
  ['Bob', 'bob;\u001b]52;c;x\u0007@example.com'],
] as const

let made: TestLedger
let dir: string
let env: Readonly<Record<string, string>>
beforeAll(async () => {
  made = await makeLedger({people: 4, called: hostile})
  await made.using(async (app) => {
    await addLocal(app, 'main')
    await makeKey(app, made.founders, {name: 'payments-jwt', profile: 'main'})
  })
  dir = dirname(made.world.home)
  mkdirSync(join(dir, 'files'))
  for (const name of ['answers.yaml', 'spare.yaml']) writeFileSync(join(dir, 'files', name), '')
  const program = join(dir, 'keyrite')
  const node = `${process.execPath} --disable-warning=ExperimentalWarning`
  writeFileSync(program, `#!/bin/sh\nexec ${node} ${cli} "$@"\n`)
  chmodSync(program, 0o700)
  env = {
    PATH: `${dir}:/usr/bin:/bin`,
    HOME: dir,
    KEYRITE_HOME: made.world.home,
    XDG_STATE_HOME: dirname(made.world.state),
  }
})
afterAll(() => {
  made.remove()
})

const script = (shell: Shell): string =>
  join(root, 'dist/completion', {bash: 'keyrite.bash', zsh: '_keyrite', fish: 'keyrite.fish'}[shell])

/** What bash offers for the words typed so far; the last one is unfinished. */
function bash(...typed: readonly string[]): string[] {
  const code = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _keyrite keyrite; printf '%s\\n' "\${COMPREPLY[@]}"`
  const said = execFileSync('bash', ['--norc', '-c', code, script('bash'), ...typed], {
    cwd: join(dir, 'files'),
    env,
    encoding: 'utf8',
  })
  return said.split('\n').filter((word) => word !== '')
}

function fish(line: string): string[] {
  const said = execFileSync(
    'fish',
    ['--no-config', '-c', `source ${script('fish')}; complete -C ${quoted(line)}`],
    {
      cwd: join(dir, 'files'),
      env,
      encoding: 'utf8',
    },
  )
  return said.split('\n').flatMap((one) => (one === '' ? [] : [one.split('\t')[0] ?? '']))
}
const quoted = (line: string): string => `'${line.replaceAll("'", "\\'")}'`

/** Words typed, the last of them unfinished, and what stands among the offers. Everything offered starts like it. */
const typed: readonly (readonly [line: string, offered: readonly string[], never: readonly string[]])[] = [
  ['keyrite ', ['ceremony', 'key', 'init', 'doctor', 'completion'], ['run']],
  ['keyrite cer', ['ceremony'], ['key']],
  ['keyrite ceremony ', ['run', 'resume', 'bundle'], ['ceremony']],
  ['keyrite --home /tmp ceremony r', ['run', 'resume'], ['bundle']],
  ['keyrite ceremony run --', ['--answers', '--participant', '--json', '--help'], ['--algorithm']],
  ['keyrite key create x --algorithm ec', ['ec-p256', 'ec-p384', 'ec-p521'], ['rsa-2048']],
  ['keyrite key create x --purpose ', ['sign', 'encrypt', 'wrap', 'mac', 'decrypt'], []],
  ['keyrite key create x --class jwt', ['jwt-signing'], ['root']],
  ['keyrite ceremony run --answers a', ['answers.yaml'], ['spare.yaml']],
  ['keyrite policy lint s', ['spare.yaml'], ['answers.yaml']],
  ['keyrite key show ', ['payments-jwt'], ['main']],
  ['keyrite profile show m', ['main'], ['payments-jwt']],
  ['keyrite profile add m', [], ['main']],
  ['keyrite key list --profile ', ['main'], []],
  ['keyrite request show r', [], []],
  ['keyrite ceremony new jwt', ['jwt-signing-rsa-4096'], []],
  ['keyrite doctor --as c', ['carol@example.com'], []],
  ['keyrite completion ', ['bash', 'zsh', 'fish'], []],
]

describe('bash completes', () => {
  for (const [line, offered, never] of typed)
    testWith('bash', line, () => {
      const got = bash(...line.split(' '))
      expect(got).toEqual(expect.arrayContaining([...offered]))
      for (const word of never) expect(got).not.toContain(word)
    })

  testWith('bash', 'a key file behind PERSON=, and a value behind --flag=, as bash cuts the words', () => {
    expect(bash('keyrite', 'key', 'create', 'x', '--sign-with', 'carol', '=', 'an')).toEqual(['answers.yaml'])
    expect(bash('keyrite', 'key', 'create', 'x', '--sign-with', 'car')).toEqual(['carol@example.com='])
    expect(bash('keyrite', 'key', 'create', 'x', '--class', '=', 'jwt')).toEqual(['jwt-signing'])
    expect(bash('keyrite', '--home', '/nowhere', 'key', 'show', '')).toEqual([])
  })
})

describe('fish completes', () => {
  for (const [line, offered, never] of typed)
    testWith('fish', line, () => {
      const got = fish(line)
      expect(got).toEqual(expect.arrayContaining([...offered]))
      for (const word of never) expect(got).not.toContain(word)
    })

  testWith('fish', 'a key file behind PERSON=', () => {
    expect(fish('keyrite key create x --sign-with carol=an')).toEqual(['carol=answers.yaml'])
  })
})

describe('zsh, in a terminal, completes', () => {
  let screen: Screen | undefined
  beforeAll(async () => {
    if (onPath('tmux') === undefined || onPath('zsh') === undefined) return
    screen = openScreen(dir, env)
    screen.run(`cd ${join(dir, 'files')}; PS1='zsh> ' zsh -f`)
    await screen.until(/zsh>\s*$/)
    screen.type(`autoload -Uz compinit; compinit -u -D; source ${script('zsh')}; clear`, 'Enter')
    await screen.until(/^zsh>\s*$/)
  })
  afterAll(() => screen?.close())

  const complete = async (line: string, shown: RegExp): Promise<string> => {
    screen?.type('C-u', 'C-l')
    screen?.type('-l', line)
    screen?.type('Tab')
    return (await screen?.until(shown)) ?? ''
  }

  testWith(['tmux', 'zsh'], 'commands, flags, values, files and names', async () => {
    const verbs = await complete('keyrite ceremony ', /^run +-- Run a ceremony/m)
    expect(verbs).toMatch(/^resume +-- /m)
    await complete('keyrite ceremony run --ans', /run --answers=/)
    await complete('keyrite key create x --class jwt', /--class jwt-signing/)
    await complete('keyrite --home /tmp ceremony ver', /ceremony verify/)
    await complete('keyrite ceremony run --answers an', /--answers answers\.yaml/)
    await complete('keyrite key show pay', /show payments-jwt/)
    await complete('keyrite ceremony new jwt', /new jwt-signing-rsa-4096/)
    await complete('keyrite key create x --sign-with carol=an', /carol=answers\.yaml/)
  })
})

describe('names', () => {
  test.each([
    ['keys', ['payments-jwt']],
    ['profiles', ['main']],
    ['templates', expect.arrayContaining(['jwt-signing-rsa-4096', 'kek-dual-approval', 'root-ca'])],
    ['ceremonies', []],
  ])('of %s come from the ledger as it is listed', async (kind, names) => {
    const found = await runJson(Completion, 'completion', ['--names', kind], made.world)
    expect(found).toMatchObject({schema: 'keyrite.names/1', exit: 0, kind, names})
  })

  test('of people that would do something on a command line stand as ids', async () => {
    const {stdout} = await runCommand(Completion, 'completion', ['--names', 'people'], made.world)
    const ids = made.founders.slice(0, 2).map(({person}) => person.id)
    expect(stdout.trimEnd().split('\n')).toEqual(['carol@example.com', 'dan@example.com', ...ids.sort()])
  })

  test('without a ledger are an error on stderr, and nothing on stdout', async () => {
    const ran = await runCommand(Completion, 'completion', ['--names', 'keys'], {
      ...made.world,
      home: '/nowhere',
    })
    expect(ran).toMatchObject({exit: 4, stdout: ''})
  })
})

describe('keyrite completion', () => {
  test.each(shells)('prints for %s what stands in dist/', async (shell) => {
    const {stdout, exit} = await runCommand(Completion, 'completion', [shell], made.world)
    expect([exit, stdout]).toEqual([0, readFileSync(script(shell), 'utf8')])
  })

  test.each([[[]], [['bash', '--names', 'keys']]])('%j is refused, with what to type', async (argv) => {
    const ran = await runCommand(Completion, 'completion', argv, made.world)
    expect([ran.exit, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toContain('expected one of a shell and --names')
  })
})
