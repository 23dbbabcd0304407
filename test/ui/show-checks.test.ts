import {expect, test} from '@jest/globals'
import {printer} from '../../src/ui/print.ts'
import {checkLines} from '../../src/ui/show-checks.ts'

const narrow = printer({plain: false, width: 80})
const failing = (fix: string): readonly string[] =>
  checkLines(narrow, [{name: 'opens', ok: false, detail: 'it does not', fix}]).slice(1, -2)

test('what mends a check is left whole where it is a command, and broken at words where it is a sentence', () => {
  const command = `pkcs11-tool --module /usr/lib/${'x'.repeat(60)}.so --list-objects --login`
  expect(failing(command)).toEqual([`        Try this: ${command}`])
  const keyrite = `keyrite profile check ${'x'.repeat(70)}`
  expect(failing(keyrite)).toEqual([`        Try this: ${keyrite}`])
  expect(failing('look whether it is the PIN of this token; do not try on: many lock for good')).toEqual([
    '        Try this: look whether it is the PIN of this token; do not try on: many',
    '                  lock for good',
  ])
})
