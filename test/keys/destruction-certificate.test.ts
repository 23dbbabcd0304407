/** The certificate of a destruction: what it says, and that stock tools check the signatures in it. */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {destructionCertificate, keyVersion, planDestroy} from '../../src/keys/index.ts'
import type {Doc} from '../../src/paper/document.ts'
import {htmlOf} from '../../src/paper/html.ts'
import {pdfOf} from '../../src/paper/pdf/index.ts'
import {textOf} from '../../src/paper/text.ts'
import {outcome} from '../ledger/support.ts'
import {makeKey, makeLedger} from '../support/ledger.ts'
import {testWith} from '../support/needs.ts'
import {addLocal} from '../support/profile.ts'
import {act, approved, type Bench} from './moving.ts'

let bench: Bench
let doc: Doc
beforeAll(async () => {
  const made = await makeLedger({people: 3})
  bench = {made, app: made.open()}
  await addLocal(bench.app, 'soft')
  await makeKey(bench.app, made.founders, {
    name: 'old',
    profile: 'soft',
    algorithm: 'ed25519',
    activate: false,
  })
  expect(await outcome(certified)).toBe('KEY_STATE')
  const wish = {
    key: 'old',
    version: null,
    waitDays: 0,
    graceDays: 0,
    order: null,
    due: null,
    scheduleOnly: false,
  }
  const {view, time} = bench.app.ledger
  await act(bench, await approved(bench, planDestroy(view, wish, time.toISOString())))
  doc = certified()
})
afterAll(async () => {
  await bench.app.close()
  bench.made.remove()
})

function certified(): Doc {
  const {ledger} = bench.app
  const {key, version} = keyVersion({ledger}, 'old', 1)
  return destructionCertificate(ledger.view, key, version)
}

describe('the certificate of a destruction', () => {
  test('says what was destroyed, what was tried, what is not reached, and who approved it, in every form', () => {
    const text = textOf(doc).replaceAll(/\s+/g, ' ')
    for (const said of [
      'old, version 1',
      'sign-refused',
      'as it must be',
      'backups and copies of the token file',
      'Alice',
      'one of environment test',
    ])
      expect(text).toContain(said)
    expect(text.replaceAll(' ', '')).toContain(bench.app.ledger.view.facts.fingerprint)
    expect(htmlOf(doc)).toContain('Certificate of destruction')
    expect(Buffer.from(pdfOf(doc)).subarray(0, 5).toString()).toBe('%PDF-')
  })

  testWith(
    'ssh-keygen',
    'holds signatures that ssh-keygen finds good, and changed ones that it does not',
    () => {
      const blocks = doc.blocks.flatMap((block) => (block.kind === 'code' ? [block.lines] : []))
      expect(blocks).toHaveLength(4 * 3)
      expect(textOf(doc).replaceAll(/[\s|]+/g, ' ')).toContain(
        'Nobody signed that it was done: those who approved it signed the plan only.',
      )
      const folder = mkdtempSync(join(tmpdir(), 'keyrite-certificate-'))
      try {
        for (let at = 0; at < blocks.length; at += 4) {
          const [allowed = [], statement = [], signature = [], command = []] = blocks.slice(at, at + 4)
          writeFileSync(join(folder, 'allowed'), `${allowed.join('\n')}\n`)
          writeFileSync(join(folder, 'statement'), statement.join(''))
          writeFileSync(join(folder, 'sig'), `${signature.join('\n')}\n`)
          const run = (): string =>
            execFileSync('sh', ['-c', command.join(' ')], {cwd: folder, env: process.env}).toString()
          expect(run()).toContain('Good "keyrite-approval-v1@example.com" signature')
          writeFileSync(join(folder, 'statement'), statement.join('').replace('approve', 'reject'))
          expect(run).toThrow()
        }
      } finally {
        rmSync(folder, {recursive: true, force: true})
      }
    },
  )
})
