/** What happens to a ledger before the ceremony of which two verifiers judge the bundle: its policy, its writer, what it keeps. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import LedgerErase from '../../src/commands/ledger/erase.ts'
import LedgerReplaceKey from '../../src/commands/ledger/replace-key.ts'
import PolicyAdopt from '../../src/commands/policy/adopt.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import type {TestLedger} from '../support/ledger.ts'
import {runCommand, type CommandClass} from '../support/run.ts'

export async function manyChanges({founders, world}: TestLedger): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-changes-'))
  const signing = founders.slice(0, 3).flatMap(({person, key}, at) => {
    const path = join(folder, `key-${at}`)
    writeFileSync(path, key.openSsh('test'), {mode: 0o600})
    return ['--sign-with', `${person.id}=${path}`]
  })
  const run = async (command: CommandClass, name: string, args: readonly string[]): Promise<void> => {
    const as = ['--as', founders[0]?.person.id ?? '', '--reason', 'for the tests']
    const ran = await runCommand(command, name, [...args, ...as, ...signing], world)
    if (ran.exit !== 0) throw new Error(`${name}: ${ran.stderr}`)
  }
  try {
    const policy = join(folder, 'policy.json')
    writeFileSync(policy, JSON.stringify({...defaultPolicy, name: 'second'}))
    await run(PolicyAdopt, 'policy adopt', [policy])
    await run(LedgerReplaceKey, 'ledger replace-key', [])
    await run(LedgerErase, 'ledger erase', ['--entry', '1'])
  } finally {
    rmSync(folder, {recursive: true})
  }
}
