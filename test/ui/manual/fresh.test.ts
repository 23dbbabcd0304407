/** What is made from the commands is what they say now. */
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {bashScript} from '../../../src/ui/manual/bash.ts'
import {commandLine, usageOf, type Manifest} from '../../../src/ui/manual/commands.ts'
import {exitMeanings} from '../../../src/ui/manual/exits.ts'
import {fishScript} from '../../../src/ui/manual/fish.ts'
import {manPage} from '../../../src/ui/manual/man.ts'
import {cliDocument} from '../../../src/ui/manual/markdown.ts'
import {zshScript} from '../../../src/ui/manual/zsh.ts'
import {read, root, rowsUnder} from '../../docs/markdown.ts'
import {testWith} from '../../support/needs.ts'

const pjson = JSON.parse(read('package.json')) as {
  readonly version: string
  readonly description: string
  readonly oclif: {readonly topics: Readonly<Record<string, {readonly description: string}>>}
}
const line = commandLine(JSON.parse(read('oclif.manifest.json')) as Manifest, pjson.oclif.topics)
const page = join(root, 'dist/man/keyrite.1')

describe('what is made from the commands', () => {
  test('docs/cli.md says what they say now', () => {
    const stale = read('docs/cli.md') !== cliDocument(line)
    expect(stale ? 'docs/cli.md is out of date; refresh it: npm run docs' : '').toBe('')
  })

  test.each([
    ['the man page', 'man/keyrite.1', manPage(line, pjson)],
    ['the completion of bash', 'completion/keyrite.bash', bashScript(line)],
    ['the completion of zsh', 'completion/_keyrite', zshScript(line)],
    ['the completion of fish', 'completion/keyrite.fish', fishScript(line)],
  ])('%s in dist/ is what they say now', (_name, file, expected) => {
    const stale = readFileSync(join(root, 'dist', file), 'utf8') !== expected
    expect(stale ? `dist/${file} is out of date; refresh it: npm run build` : '').toBe('')
  })

  test('has every command, every flag and every topic with what it is about', () => {
    expect(line.commands.length).toBeGreaterThan(40)
    for (const one of line.commands)
      for (const text of [read('docs/cli.md'), readFileSync(page, 'utf8').replaceAll('\\-', '-')]) {
        expect(text).toContain(usageOf(one).replace(/…?\]? (\[|--).*/, ''))
        for (const {name} of one.flags) expect(text).toContain(`--${name}`)
      }
    expect([...line.topics].filter(([, about]) => about === '').map(([topic]) => topic)).toEqual([])
    expect(Object.keys(pjson.oclif.topics).filter((topic) => !line.topics.has(topic))).toEqual([])
  })

  test('says of each exit status what docs/errors.md says', () => {
    const written = rowsUnder(read('docs/errors.md'), ['exit', 'means'])
    expect(exitMeanings.map(([status, meaning]) => [String(status), meaning])).toEqual(written)
  })
})

describe('the man page', () => {
  testWith('man', 'is read without a warning, and fits 80 columns', () => {
    const shown = execFileSync('sh', ['-c', 'man --warnings -l "$0" 2>&1', page], {
      env: {...process.env, MANWIDTH: '80', MANPAGER: 'cat', LC_ALL: 'C.UTF-8'},
      encoding: 'utf8',
    })
    expect(shown).not.toMatch(/warning|error:/)
    expect(shown).toContain('keyrite ceremony run TEMPLATE')
    expect(shown).toContain('EXIT STATUS')
  })
})
