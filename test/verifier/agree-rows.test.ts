/**
 * keyrite judges the ledgers that test/verifier/make_bundle.py makes from the documents alone, sharing no code with it: the good ones are
 * good to it, and it refuses each that is attacked.
 */
import {spawn} from 'node:child_process'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {describe, expect} from '@jest/globals'
import {noAnchor, verdictIn} from '../ceremony/bench.ts'
import {testWith} from '../support/needs.ts'

const slow = process.env['SLOW'] === '1'
const tools = ['python3', 'ssh-keygen', 'ssh-agent', 'openssl'] as const

interface Row {
  readonly name: string
  readonly rule: string | null
  readonly folder: string
  readonly rehearsal: boolean
}

/** As make_bundle.py has it: so the script and minutes are held against what this program would make, too. */
const tool = {version: '0.1.0', sha256: 'a'.repeat(64)}
/** Of a good row, what is no rule of the ledger: how script and minutes look, and which entries a bundle leaves out. */
const spelled = /^(?:closure|derived)$/

describe('keyrite, and ledgers that were made from the documents', () => {
  for (const group of [
    'table',
    'production',
    'real',
    'rehearsed',
    'turns',
    'changes',
    'incidents',
    'certificates',
    'shares',
  ]) {
    testWith(
      tools,
      `${group}: it accepts the good ones and refuses each that is attacked`,
      async () => {
        const python = spawn('python3', ['-B', join(import.meta.dirname, 'rows.py')], {
          stdio: ['pipe', 'pipe', 'inherit'],
        })
        const wrong: unknown[] = []
        let rows = 0
        python.stdin.write(`${group}\n`)
        for await (const line of createInterface({input: python.stdout})) {
          const row = JSON.parse(line) as Row | {rows: number}
          if ('rows' in row) {
            expect(rows).toBe(row.rows)
            break
          }
          rows += 1
          const {problems} = verdictIn(row.folder, noAnchor, tool, row.rehearsal)
          const told = problems.map(({rule, message}) => `${rule}: ${message}`)
          const refused =
            row.rule === null ? problems.some(({rule}) => !spelled.test(rule)) : problems.length > 0
          if (refused !== (row.rule !== null)) wrong.push({...row, told: told.slice(0, 3)})
          python.stdin.write('\n')
        }
        python.stdin.end()
        expect(wrong).toEqual([])
        expect(rows).toBeGreaterThan(1)
      },
      slow ? 1_200_000 : 240_000,
    )
  }
})
