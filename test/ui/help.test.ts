/** Every command that there is, as help shows it. */
import {globSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {KeyriteCommand} from '../../src/ui/command.ts'

const folder = join(import.meta.dirname, '../../src/commands')
const files = globSync('**/*.ts', {cwd: folder}).sort()

describe('every command', () => {
  test('is found', () => {
    expect(files.length).toBeGreaterThan(20)
  })

  test.each(files)('%s has a summary, examples and the base flags', async (file) => {
    const {default: Command} = (await import(join(folder, file))) as {default: typeof KeyriteCommand}
    expect(Command.prototype).toBeInstanceOf(KeyriteCommand)
    expect(Command.summary).toMatch(/^[A-Z].*\.$/s)
    expect(Command.examples.length).toBeGreaterThan(0)
    for (const example of Command.examples)
      expect(typeof example === 'string' ? example : example.command).toMatch(/^<%= config\.bin %> /)
    expect(Command.enableJsonFlag).toBe(true)
    expect(Command.hidden).toBeFalsy()
    expect(Object.keys(Command.baseFlags)).toEqual(
      expect.arrayContaining(['json', 'plain', 'no-color', 'no-input', 'home', 'as']),
    )
  })

  test.each(files)('%s describes each flag and argument, and its flags are kebab-case', async (file) => {
    const {default: Command} = (await import(join(folder, file))) as {default: typeof KeyriteCommand}
    for (const [name, flag] of Object.entries({...Command.baseFlags, ...Command.flags})) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(flag.summary ?? '').not.toBe('')
    }
    for (const arg of Object.values({...Command.args})) expect(arg.description ?? '').not.toBe('')
  })

  // `--pin` of these commands is the file of a checkpoint that someone kept.
  test.each(files.filter((file) => !/(?:verify|take-over)\.ts$/.test(file)))(
    '%s takes no secret by a flag',
    async (file) => {
      const {default: Command} = (await import(join(folder, file))) as {default: typeof KeyriteCommand}
      const secrets = Object.keys({...Command.flags}).filter((name) =>
        /^(pin|password|passphrase|secret)$/.test(name),
      )
      expect(secrets).toEqual([])
    },
  )
})
