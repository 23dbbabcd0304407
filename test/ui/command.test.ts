import {Args} from '@oclif/core'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {KeyriteError, type ErrorCode} from '../../src/base/errors.ts'
import {KeyriteCommand, type Shown} from '../../src/ui/command.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson, somebody} from '../support/run.ts'

let made: TestLedger
beforeAll(async () => {
  made = await makeLedger({people: 3})
})
afterAll(() => {
  made.remove()
})

/** What the command below is to do. */
let act: (command: Probe) => Promise<Shown> | Shown

class Probe extends KeyriteCommand {
  static override args = {word: Args.string({description: 'a word'})}

  async execute(): Promise<Shown> {
    await this.parse(Probe)
    return act(this)
  }

  result(exit: number, line = 'done'): Shown {
    return this.show({schema: 'keyrite.probe/1', exit, found: 1}, [line])
  }

  about(key: string): void {
    this.concerns = key
  }

  get theApp(): KeyriteCommand['app'] {
    return this.app
  }

  who(): Promise<{name: string | null}> {
    return this.actor()
  }
}

const probe = (...argv: string[]): ReturnType<typeof runCommand> =>
  runCommand(Probe, 'probe', argv, made.world)
const size = (): Promise<number> => made.using((app) => app.ledger.size)
const failing = (code: ErrorCode) => (command: Probe) => {
  expect(command.theApp.ledger.size).toBeGreaterThan(0)
  throw new KeyriteError(code, 'cannot do it: a fact', {hints: ['keyrite one', 'keyrite two']})
}

describe('a result', () => {
  test('is broken at words on a terminal where it is a sentence, and nowhere else', async () => {
    const sentence = `Still needed: ${'one more person, '.repeat(6)}and the rest.`
    const on = {...made.world, tty: true}
    act = (command) => command.result(0, sentence)
    const lines = (await runCommand(Probe, 'probe', ['--no-color'], on)).stdout.split('\n')
    expect(lines).toHaveLength(3)
    expect(lines.join(' ').trim()).toBe(sentence)
    expect((await probe()).stdout).toBe(`${sentence}\n`)
    expect((await runCommand(Probe, 'probe', ['--plain'], on)).stdout).toBe(`${sentence}\n`)
    for (const whole of [`rule: ${'word '.repeat(30)}end.`, `Next: keyrite ${'word '.repeat(30)}.`]) {
      act = (command) => command.result(0, whole)
      expect((await runCommand(Probe, 'probe', ['--no-color'], on)).stdout).toBe(`${whole}\n`)
    }
  })

  test('is printed on stdout, with the exit status of its document', async () => {
    act = (command) => command.result(8)
    expect(await probe()).toEqual({stdout: 'done\n', stderr: '', exit: 8})
    expect(await probe('--json')).toEqual({
      stdout: `${JSON.stringify({schema: 'keyrite.probe/1', exit: 8, found: 1}, null, 2)}\n`,
      stderr: '',
      exit: 8,
    })
  })

  test('"--json" after "--" is a word and not a flag', async () => {
    act = (command) => command.result(0)
    expect((await probe('--', '--json')).stdout).toBe('done\n')
  })

  test('production is painted on a terminal that has colour, and only there', async () => {
    act = (command) => command.result(0, 'profile hsm (production)')
    const on = {...made.world, tty: true}
    expect((await runCommand(Probe, 'probe', [], on)).stdout).toContain('\u001b[')
    for (const [argv, env] of [
      [['--no-color'], {}],
      [['--plain'], {}],
      [[], {NO_COLOR: '1'}],
      [[], {TERM: 'dumb'}],
      [[], {ACCESSIBLE: '1'}],
    ] as const)
      expect((await runCommand(Probe, 'probe', argv, {...on, env})).stdout).toBe('profile hsm (production)\n')
    expect((await probe()).stdout).toBe('profile hsm (production)\n')
  })
})

describe('a failure', () => {
  test('says what happened, its code, and what to type next, on stderr', async () => {
    act = failing('KEY_STATE')
    expect(await probe()).toEqual({
      stdout: '',
      exit: 5,
      stderr: 'Error: cannot do it: a fact\nCode: KEY_STATE\nTry this: keyrite one\n          keyrite two\n',
    })
  })

  test('is one document on stdout with --json', async () => {
    act = failing('KEY_STATE')
    const {stdout, stderr} = await probe('--json')
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      schema: 'keyrite.error/1',
      code: 'KEY_STATE',
      exit: 5,
      message: 'cannot do it: a fact',
      changed: false,
      try: ['keyrite one', 'keyrite two'],
    })
  })

  test('says what was recorded before it', async () => {
    act = async (command) => {
      await command.theApp.ledger.append([note])
      throw new KeyriteError('PROVIDER_FAILED', 'cannot do it: a fact')
    }
    expect((await probe()).stderr).toContain(
      'Changed: one entry was recorded (keyrite ledger show --last 1)\n',
    )
    expect(await runJson(Probe, 'probe', [], made.world)).toMatchObject({changed: true, exit: 7})
  })

  test('of any other kind is a bug: the stack, exit 1', async () => {
    act = () => {
      throw new TypeError('oops \u202e')
    }
    const {stderr, exit} = await probe()
    expect(stderr).toMatch(
      /^TypeError: oops \\u\{202e\}\n {4}at [\s\S]*\nError: this is a bug in keyrite: oops \\u\{202e\}\nCode: BUG\n/,
    )
    expect(exit).toBe(1)
    expect(await runJson(Probe, 'probe', [], made.world)).toMatchObject({code: 'BUG', exit: 1})
  })

  test('Ctrl-C at a question is "Cancelled", with exit 130', async () => {
    act = () => {
      throw Object.assign(new Error('User force closed the prompt'), {name: 'ExitPromptError'})
    }
    expect(await probe()).toEqual({
      stdout: '',
      stderr: 'Cancelled. Nothing was changed.\nCode: CANCELLED\n',
      exit: 130,
    })
    act = async (command) => {
      await command.theApp.ledger.append([note])
      throw new KeyriteError('CANCELLED', 'cancelled')
    }
    expect((await probe()).stderr).toMatch(
      /^Cancelled\. One entry was recorded \(keyrite ledger show --last 1\)\.\n/,
    )
  })
})

describe('a command line that cannot be read', () => {
  test.each([
    ['a flag that is not there', ['--plian'], 'cannot read the flags: there is no --plian', '--plain'],
    [
      'a word too many',
      ['one', 'two'],
      'cannot read the command line: "two" is one word too many',
      'keyrite probe --help',
    ],
    ['a flag without its value', ['--home'], 'flag --home expects a value', 'keyrite probe --help'],
  ])('%s is USAGE, and what is wrong is named', async (_name, argv, message, first) => {
    act = (command) => command.result(0)
    const refused = await runJson<{try: string[]}>(
      Probe,
      'probe',
      argv.includes('--home') ? ['--json', ...argv] : argv,
      made.world,
    ).catch(() => undefined)
    const ran = await probe(...argv)
    expect(ran.exit).toBe(2)
    expect(ran.stderr).toBe(
      `Error: ${message}\nCode: USAGE\nTry this: ${first}\n${first === '--plain' ? '          keyrite probe --help\n' : ''}`,
    )
    if (refused !== undefined)
      expect(Object.keys(refused)).toEqual(['schema', 'code', 'exit', 'message', 'changed', 'try'])
  })
})

const note = {
  type: 'attempt.refused',
  data: {operation: 'x', key: null, code: 'USAGE'},
  actor: {person: null, evidence: 'stated' as const},
}

describe('a refusal', () => {
  test.each([
    ['BAD_SIGNATURE', 6],
    ['QUORUM_MISSING', 8],
    ['CREDENTIALS_REFUSED', 11],
  ] as const)('by %s leaves an entry', async (code, exit) => {
    act = (command) => {
      command.about('payments')
      return failing(code)(command)
    }
    const before = await size()
    expect((await probe('--as', 'bob')).exit).toBe(exit)
    expect(await size()).toBe(before + 1)
    const entry = await made.using((app) => app.ledger.view.entry(before))
    expect(entry).toMatchObject({
      type: 'attempt.refused',
      data: {operation: 'probe', key: 'payments', code},
      actor: {person: made.founders[1]?.person.id, evidence: 'stated'},
    })
  })

  test.each(['USAGE', 'KEY_NOT_FOUND', 'PROVIDER_FAILED', 'LEDGER_TAMPERED', 'LEDGER_BEHIND'] as const)(
    'by %s leaves none',
    async (code) => {
      act = failing(code)
      const before = await size()
      await probe()
      expect(await size()).toBe(before)
    },
  )

  test('by the ledger itself leaves none, and is the error that is told', async () => {
    act = async (command) => {
      await command.theApp.ledger.append([{...note, data: {operation: 'x'}}])
      return command.result(0)
    }
    const before = await size()
    expect(await runJson(Probe, 'probe', [], made.world)).toMatchObject({
      code: 'POLICY_REFUSES',
      exit: 8,
      changed: false,
    })
    expect(await size()).toBe(before)
  })

  test('is told although it cannot be recorded', async () => {
    act = failing('QUORUM_MISSING')
    const before = await size()
    const now = (): Date => new Date('2020-01-01T00:00:00Z')
    const ran = await runCommand(Probe, 'probe', [], {...made.world, now})
    expect(ran.exit).toBe(8)
    expect(ran.stderr).toContain('The refusal could not be recorded: cannot record: this clock says')
    expect(ran.stderr).toContain('Code: QUORUM_MISSING\n')
    expect(await size()).toBe(before)
  })

  test('of somebody who is not in the roster names nobody', async () => {
    act = failing('QUORUM_MISSING')
    const before = await size()
    await probe('--as', 'mallory')
    expect(await made.using((app) => app.ledger.view.entry(before)?.actor.person)).toBeNull()
  })

  test('leaves nothing where this machine only reads', async () => {
    act = failing('QUORUM_MISSING')
    const before = await size()
    expect((await runCommand(Probe, 'probe', [], {...made.world, state: `${made.world.state}-2`})).exit).toBe(
      8,
    )
    expect(await size()).toBe(before)
  })
})

describe('who acts', () => {
  const name = async (argv: string[], more: object = {}): Promise<string> => {
    act = async (command) => command.result(0, (await command.who()).name ?? '?')
    const {stdout, stderr} = await runCommand(Probe, 'probe', argv, {...made.world, ...more})
    return stdout.trim() || (/Code: (\w+)/.exec(stderr)?.[1] ?? stderr)
  }

  test('is whom --as names, before KEYRITE_AS', async () => {
    expect(await name(['--as', 'bob'], {env: {KEYRITE_AS: 'carol'}})).toBe('Bob')
    expect(await name([], {env: {KEYRITE_AS: 'carol@example.com'}})).toBe('Carol')
    expect(await name(['--as', 'mallory'])).toBe('PERSON_NOT_FOUND')
  })

  test('is asked on a terminal, and a usage error without one', async () => {
    expect(await name([], {ask: somebody('carol@example.com')})).toBe('Carol')
    expect(await name([])).toBe('USAGE')
  })

  test('an agent that does not answer says nothing', async () => {
    expect(await name([], {agentSocket: '/nowhere/agent'})).toBe('USAGE')
  })

  test('is the only one, where there is one', async () => {
    const alone = await makeLedger({people: 1})
    expect(await name([], alone.world)).toBe('Alice')
    alone.remove()
  })
})
