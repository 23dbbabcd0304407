/** docs/recover-without-keyrite.md, by its own commands. */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from '@jest/globals'
import {qrText, shareRowLines, shareText, wrappedText} from '../../src/shares/text.ts'
import {testWith} from '../support/needs.ts'
import {head, splitFor, wrappedOf} from './support.ts'

const docs = join(import.meta.dirname, '../../docs')
const folder = mkdtempSync(join(tmpdir(), 'keyrite-recover-'))
afterAll(() => {
  rmSync(folder, {recursive: true})
})

function shell(command: string): {
  readonly stdout: string
  readonly stderr: string
  readonly status: number | null
} {
  return spawnSync('bash', ['-ec', command], {cwd: folder, env: process.env, encoding: 'latin1'})
}
const script = `python3 ${join(docs, 'recover.py')}`

const secret = 'what was escrowed\n'
const made = splitFor(secret, {threshold: 3, holders: 5})
const wrapped = wrappedOf(made)
const size = wrapped.bytes.length
for (const share of made.shares) {
  writeFileSync(join(folder, `share-${share.index}.txt`), shareText(share, wrapped, head))
  writeFileSync(join(folder, `scanned-${share.index}.txt`), qrText(share, wrapped, true))
  const typed = shareRowLines(share, size).map((line) => `${line.toString()}\n`)
  writeFileSync(join(folder, `typed-${share.index}.txt`), typed.join(''))
}
writeFileSync(join(folder, 'wrapped.txt'), wrappedText(wrapped, head))

describe('without keyrite', () => {
  testWith(
    ['python3', 'openssl'],
    'the commands of the document recover the secret, whatever form the shares have',
    () => {
      const document = readFileSync(join(docs, 'recover-without-keyrite.md'), 'utf8')
      const commands = Array.from(document.matchAll(/^ {4}(\S.*)$/gm), ([, line = '']) => line)
      expect(commands.length).toBeGreaterThanOrEqual(6)
      for (const files of [
        'share-2.txt share-5.txt share-4.txt',
        'scanned-5.txt share-1.txt scanned-3.txt',
        'typed-4.txt typed-2.txt typed-1.txt --wrapped wrapped.txt',
      ]) {
        const run = commands
          .join('\n')
          .replaceAll('recover.py', join(docs, 'recover.py'))
          .replaceAll(/(?<=recover\.py )share-2\.txt share-4\.txt share-5\.txt/g, files)
        const ran = shell(run)
        expect(ran.stderr).toBe('')
        expect(ran.status).toBe(0)
        expect(readFileSync(join(folder, 'secret.bin'), 'latin1')).toBe(secret)
        for (const file of ['wrapped.bin', 'padded.bin', 'secret.bin', 'key.txt'])
          rmSync(join(folder, file), {force: true})
      }
    },
  )

  testWith(
    'python3',
    'too few, too many, doubled, foreign and mistyped shares are refused by name, and nothing is written',
    () => {
      const other = splitFor(secret, {threshold: 3, holders: 5})
      const [foreign] = other.shares
      if (foreign === undefined) throw new Error('five shares')
      writeFileSync(join(folder, 'foreign.txt'), shareText(foreign, wrappedOf(other), head))
      const good = readFileSync(join(folder, 'share-3.txt'), 'latin1')
      writeFileSync(
        join(folder, 'mistyped.txt'),
        good.replace(/^2 {3}(.)(.)/m, (_all, a: string, b: string) => `2   ${a === b ? 'ql' : b + a}`),
      )
      const refused = (files: string): string => {
        const {stdout, stderr, status} = shell(`${script} ${files}`)
        expect([stdout, status]).toEqual(['', 1])
        return stderr.trim()
      }
      expect(refused('share-2.txt share-4.txt')).toBe('refused: need 3 shares, have 2')
      expect(refused('share-2.txt share-4.txt share-5.txt share-1.txt')).toBe(
        'refused: need 3 shares, have 4',
      )
      expect(refused('share-2.txt share-4.txt scanned-2.txt')).toBe(
        'refused: scanned-2.txt: share 2 was given already',
      )
      expect(refused('share-2.txt share-4.txt foreign.txt')).toBe(
        'refused: foreign.txt: of another set than share-2.txt',
      )
      expect(refused('share-2.txt share-4.txt mistyped.txt')).toMatch(
        /^refused: mistyped.txt, row 2: mistyped/,
      )
      expect(refused('typed-2.txt typed-4.txt typed-5.txt')).toMatch(
        /^refused: no share brings the wrapped secret/,
      )
      expect(shell('ls wrapped.bin').status).not.toBe(0)
    },
  )

  test('the script keeps to the standard library', () => {
    const text = readFileSync(join(docs, 'recover.py'), 'utf8')
    const imports = Array.from(text.matchAll(/^\s*(?:import|from) (\w+)/gm), ([, name]) => name)
    expect(new Set(imports)).toEqual(new Set(['hashlib', 'hmac', 'os', 're', 'sys']))
  })
})
