import {describe, expect, test} from '@jest/globals'
import {Config} from '@oclif/core'
import {KeyriteError} from '../../src/base/errors.ts'
import {packageRoot} from '../../src/base/package.ts'
import {findWanted} from '../../src/ui/unknown.ts'
import type {Wanted} from '../../src/ui/unknown.ts'

const ids = ['doctor', 'key:create', 'key:destroy', 'key:list', 'ledger:verify', 'share:list']

/** A configuration of these commands; only what `findWanted` asks of it. */
function commands(): Config {
  const config = new Config({root: packageRoot()})
  Object.defineProperty(config, 'commands', {value: ids.map((id) => ({id, hidden: false}))})
  config.findCommand = ((id: string) => (ids.includes(id) ? {id} : undefined)) as Config['findCommand']
  config.findTopic = ((name: string) =>
    ids.some((id) => id.startsWith(`${name}:`)) ? {name} : undefined) as Config['findTopic']
  return config
}

const want = (...argv: string[]): Wanted => findWanted(commands(), argv)

function refusal(...argv: string[]): KeyriteError {
  try {
    want(...argv)
  } catch (error) {
    if (error instanceof KeyriteError) return error
    throw error
  }
  throw new Error(`${argv.join(' ')} was not refused`)
}

describe('a command line', () => {
  test('names a command by topic and verb, or by one word, and the rest is its own', () => {
    expect(want('key', 'create', 'payments', '--json')).toEqual({
      kind: 'command',
      id: 'key:create',
      rest: ['payments', '--json'],
    })
    expect(want('doctor', 'key', 'list')).toEqual({kind: 'command', id: 'doctor', rest: ['key', 'list']})
    expect(want('key:list', 'x')).toEqual({kind: 'command', id: 'key:list', rest: ['x']})
  })

  test('may have the flags of every command before its words, with their values', () => {
    const wanted = {kind: 'command', id: 'key:create'}
    expect(want('--home', 'key', '--json', 'key', 'create', 'payments', '--x')).toEqual({
      ...wanted,
      rest: ['--home', 'key', '--json', 'payments', '--x'],
    })
    expect(want('--as=alice', 'doctor')).toEqual({kind: 'command', id: 'doctor', rest: ['--as=alice']})
    expect(refusal('--profile', 'hsm', 'key', 'list').code).toBe('USAGE')
    expect(refusal('--home', 'key').code).toBe('USAGE')
  })

  test('asks for help by --help before a --, by nothing at all, or by a topic alone', () => {
    expect(want()).toEqual({kind: 'help', argv: ['--help']})
    expect(want('--help')).toEqual({kind: 'help', argv: ['--help']})
    expect(want('key')).toEqual({kind: 'help', argv: ['key', '--help']})
    expect(want('key', '--help')).toEqual({kind: 'help', argv: ['key', '--help']})
    expect(want('key', 'list', '--json', '--help')).toEqual({kind: 'help', argv: ['key:list', '--help']})
    expect(want('key', 'list', '--', '--help')).toMatchObject({kind: 'command', rest: ['--', '--help']})
  })

  test('with a mistyped verb is refused with three commands: those most alike, then others of the topic', () => {
    const {code, message, hints} = refusal('key', 'destory', 'payments')
    expect({code, message}).toEqual({
      code: 'UNKNOWN_COMMAND',
      message: 'cannot run "keyrite key destory": there is no such command',
    })
    expect(hints).toEqual(['keyrite key destroy', 'keyrite key create', 'keyrite key list', 'keyrite --help'])
  })

  test('with a mistyped topic is refused too, help or not', () => {
    expect(refusal('legder', 'verify').hints[0]).toBe('keyrite ledger verify')
    expect(refusal('docter').hints[0]).toBe('keyrite doctor')
    expect(refusal('docter', '--help').code).toBe('UNKNOWN_COMMAND')
    expect(refusal('zzzzzz').hints).toEqual(['keyrite --help'])
  })

  test('that starts with a flag of one command only is a usage error', () => {
    expect(refusal('--reason', 'x', 'key', 'list')).toMatchObject({code: 'USAGE', exit: 2})
    expect(refusal('--')).toMatchObject({code: 'USAGE'})
  })

  test('is shown short, and with what could drive a terminal made visible', () => {
    const {message} = refusal(`\u202Eevil\u001B[2J`, 'x'.repeat(500))
    expect(message).toContain('\\u{202e}evil\\u{1b}[2J')
    expect(message.length).toBeLessThan(120)
  })
})
