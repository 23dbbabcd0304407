/** How other people's software is brought: once, by one, whole or not at all, and with words where it cannot be. */
import {execFile} from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {onPath} from '../support/needs.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, 'bring.ts')

interface Told {
  readonly exit: number
  readonly said: string
}

describe('what tests need of other people', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyrite-bring-'))
    // Nothing of this machine's PATH but what a shell needs: its Pythons must not be found.
    mkdirSync(join(folder, 'bin'))
    for (const tool of ['mkdir', 'chmod', 'sleep']) symlinkSync(onPath(tool) ?? '', join(folder, 'bin', tool))
  })
  afterEach(() => {
    rmSync(folder, {recursive: true, force: true})
  })

  /** Something that answers as Python does, and writes down what it installs. */
  const python = (minor: number, pip: string): void => {
    const installer = `#!/bin/sh\\necho "$*" >>${folder}/installed\\n${pip}\\n`
    const script = `#!/bin/sh
case $1 in
  -c) echo "3 ${minor} ${folder}/bin/python3" ;;
  -m) mkdir -p "$3/bin"; printf '${installer}' >"$3/bin/python"; chmod +x "$3/bin/python" ;;
esac
`
    writeFileSync(join(folder, 'bin/python3'), script, {mode: 0o755})
  }
  const bring = async (...names: readonly string[]): Promise<Told> => {
    const env = {
      PATH: join(folder, 'bin'),
      PYENV_ROOT: '/nonexistent',
      KEYRITE_BACKENDS: join(folder, 'kept'),
    }
    const args = ['--disable-warning=ExperimentalWarning', program, ...names]
    return run(process.execPath, args, {env}).then(
      ({stderr}) => ({exit: 0, said: stderr}),
      (error: unknown) => {
        const {code, stderr} = error as {code: number; stderr: string}
        return {exit: code, said: stderr}
      },
    )
  }
  const installed = (): string[] =>
    existsSync(join(folder, 'installed'))
      ? readFileSync(join(folder, 'installed'), 'utf8').trim().split('\n')
      : []

  test('is installed once, from its own list alone, although two ask at once', async () => {
    python(12, 'sleep 0.3')
    const both = await Promise.all([bring('ministack'), bring('ministack')])
    expect(both.map(({exit}) => exit)).toEqual([0, 0])
    expect(installed()).toHaveLength(1)
    expect(installed()[0]).toMatch(/ --no-deps .* -r \S+locks\/ministack\.txt$/)
    expect((await bring('ministack')).said).toMatch(/^ministack: in /)
    expect(installed()).toHaveLength(1)
  })

  test('is made anew where an earlier one was killed on the way', async () => {
    python(12, 'kill -KILL $PPID')
    expect((await bring('openbao')).exit).not.toBe(0)
    python(12, 'true')
    expect((await bring('openbao')).exit).toBe(0)
    expect(installed()).toHaveLength(2)
  })

  test('says what pip said, and is not tried again at once', async () => {
    python(12, 'echo "ERROR: Could not find a version" >&2; exit 1')
    for (const time of [1, 2]) {
      const {exit, said} = await bring('aws-client')
      expect({time, exit}).toEqual({time, exit: 1})
      expect(said).toContain('aws-client: missing; pip could not install it')
      expect(said).toContain('ERROR: Could not find a version')
    }
    expect(installed()).toHaveLength(1)
    expect(readdirSync(join(folder, 'kept')).every((name) => name.endsWith('.failed'))).toBe(true)
  })

  test('names the Python that is missing; LocalStack is spared where there is only an older one', async () => {
    python(11, 'true')
    const {exit, said} = await bring('ministack', 'localstack')
    expect(said).toMatch(
      /^ministack: in .*\nlocalstack: missing; install Python 3\.12 or newer, with venv\n$/,
    )
    expect(exit).toBe(0)
    python(9, 'true')
    expect(await bring('openbao')).toMatchObject({
      exit: 1,
      said: 'openbao: missing; install Python 3.10 or newer, with venv\n',
    })
  })
})
