import {PassThrough} from 'node:stream'
import {describe, expect, test} from '@jest/globals'
import {KeyriteError} from '../../src/base/errors.ts'
import type {Ask} from '../../src/ui/ask.ts'
import {terminalAsk, wantsPlain} from '../../src/ui/terminal.ts'

/** A terminal at which somebody types. */
class FakeTerminal {
  readonly input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => this.raw.push(raw),
  })
  readonly output = Object.assign(new PassThrough(), {isTTY: true})
  readonly raw: boolean[] = []

  type(bytes: string | Uint8Array): this {
    this.input.write(bytes)
    return this
  }

  get shown(): string {
    return String(this.output.read() ?? '')
  }

  plain(): Ask {
    return terminalAsk(this, {plain: true, noInput: false})
  }
}

const question = {message: 'Go on', flag: '--yes'}
const code = async (asked: Promise<unknown>): Promise<string> => {
  const error: unknown = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof KeyriteError) return error.code
  throw new Error('it was not refused')
}

describe('without somebody to ask', () => {
  const everything = (ask: Ask): Promise<unknown>[] => [
    ask.confirm(question),
    ask.text(question),
    ask.choose({...question, choices: []}),
    ask.secret(question),
  ]

  test.each([
    ['--no-input', new FakeTerminal(), true],
    ['stdin is no terminal', {input: new PassThrough(), output: new FakeTerminal().output}, false],
    ['stderr is no terminal', {input: new FakeTerminal().input, output: new PassThrough()}, false],
  ])('%s: every question fails at once and names its flag', async (_name, terminal, noInput) => {
    for (const plain of [true, false]) {
      const ask = terminalAsk(terminal, {plain, noInput})
      expect(ask.interactive).toBe(false)
      for (const asked of everything(ask))
        await expect(asked).rejects.toMatchObject({
          code: 'NO_TERMINAL',
          exit: 3,
          hints: ['answer it beforehand: --yes'],
        })
    }
  })
})

describe('in plain lines', () => {
  test.each([
    ['yes', true],
    ['Y', true],
    ['no', false],
    ['', false],
  ])('"%s" is %s', async (typed, answer) => {
    expect(await new FakeTerminal().type(`${typed}\n`).plain().confirm(question)).toBe(answer)
  })

  test('what is neither yes nor no is asked again', async () => {
    const terminal = new FakeTerminal().type('maybe\nyes\n')
    expect(await terminal.plain().confirm(question)).toBe(true)
    expect(terminal.shown).toBe('Go on? Type yes or no: That is neither yes nor no.\nGo on? Type yes or no: ')
  })

  test('several answers may come in one piece, and one in several', async () => {
    const terminal = new FakeTerminal().type('one\r\ntwo\nthr')
    const ask = terminal.plain()
    expect(await ask.text(question)).toBe('one')
    expect(await ask.text(question)).toBe('two')
    const third = ask.text(question)
    terminal.type(Buffer.from([0xc3])).type(Buffer.from([0xa9, 0x0a]))
    expect(await third).toBe('thré')
  })

  test('a wrong text is asked for again, with what is wrong', async () => {
    const terminal = new FakeTerminal().type('x\n41\n')
    const check = (text: string): string | null => (text === '41' ? null : 'expected 41')
    expect(await terminal.plain().text({...question, check})).toBe('41')
    expect(terminal.shown).toContain('expected 41\n')
  })

  test('choices are numbered; their text is made visible', async () => {
    const terminal = new FakeTerminal().type('3\nb\n2\n')
    const choices = [
      {name: 'one', value: 'a'},
      {name: 'two\u202e', value: 'b'},
    ]
    expect(await terminal.plain().choose({...question, choices})).toBe('b')
    expect(terminal.shown).toBe(
      'Go on:\n  1  one\n  2  two\\u{202e}\nType a number from 1 to 2: There is no such number.\n' +
        'Type a number from 1 to 2: There is no such number.\nType a number from 1 to 2: ',
    )
  })

  test('the end of the input cancels', async () => {
    const terminal = new FakeTerminal()
    terminal.input.end()
    expect(await code(terminal.plain().text(question))).toBe('CANCELLED')
  })

  test('a line without end is refused', async () => {
    expect(await code(new FakeTerminal().type('x'.repeat(5000)).plain().text(question))).toBe('USAGE')
  })
})

describe.each([
  ['plain lines', true],
  ['inquirer', false],
])('a secret with %s', (_name, plain) => {
  const secret = async (terminal: FakeTerminal): Promise<string> =>
    (await terminalAsk(terminal, {plain, noInput: false}).secret({message: 'PIN', flag: '--pin-file'})).use(
      (bytes) => Buffer.from(bytes).toString(),
    )

  test('is read without echo, and the terminal is left as it was', async () => {
    const terminal = new FakeTerminal().type('pässword\r')
    expect(await secret(terminal)).toBe('pässword')
    expect(terminal.shown).toBe('PIN (not shown): \n')
    expect(terminal.raw).toEqual([true, false])
  })

  test('is asked for only when nothing is echoed any more, so that what is typed at once is not seen', async () => {
    const terminal = new FakeTerminal()
    const echoed: boolean[] = []
    terminal.output.on('data', () => void echoed.push(terminal.raw.at(-1) !== true))
    terminal.type('hunter22\r')
    await secret(terminal)
    await new Promise(setImmediate)
    expect(echoed[0]).toBe(false)
  })

  test.each([
    ['backspace takes back one letter', 'abé\u007f\u007fc\r', 'ac'],
    ['Ctrl-U takes back all', 'abc\u0015d\r', 'd'],
    ['arrow keys are no part of it', 'a\u001b[Db\u001bOA\u001b[1;5Cc\r', 'abc'],
    ['other control characters are no part of it', 'a\u0001\tb\n', 'ab'],
    ['it may be empty', '\r', ''],
  ])('%s', async (_rule, typed, got) => {
    expect(await secret(new FakeTerminal().type(typed))).toBe(got)
  })

  test.each([
    ['Ctrl-C', 'abc\u0003'],
    ['Ctrl-D at its beginning', '\u0004'],
  ])('%s cancels, and the terminal is left as it was', async (_key, typed) => {
    const terminal = new FakeTerminal().type(typed)
    expect(await code(secret(terminal))).toBe('CANCELLED')
    expect(terminal.raw).toEqual([true, false])
  })

  test('the bytes that were read are wiped', async () => {
    const terminal = new FakeTerminal()
    const bytes = Buffer.from('hunter22\r')
    const asked = secret(terminal)
    terminal.input.write(bytes)
    expect(await asked).toBe('hunter22')
    expect(bytes.every((byte) => byte === 0)).toBe(true)
  })

  test('one that is too long is refused', async () => {
    expect(await code(secret(new FakeTerminal().type('x'.repeat(5000))))).toBe('USAGE')
  })
})

test.each([
  [{}, false, false],
  [{}, true, true],
  [{ACCESSIBLE: '1'}, false, true],
  [{ACCESSIBLE: '0'}, false, false],
  [{TERM: 'dumb'}, false, true],
  [{TERM: 'xterm'}, false, false],
])('%j and --plain %s want plain output: %s', (env, flag, plain) => {
  expect(wantsPlain(env, flag)).toBe(plain)
})
