/** What happens to a ledger before the ceremony of which two verifiers judge the bundle: to its people, its policy, its writer, what it keeps. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import CustodianEnroll from '../../src/commands/custodian/enroll.ts'
import CustodianReplaceKey from '../../src/commands/custodian/replace-key.ts'
import CustodianRestore from '../../src/commands/custodian/restore.ts'
import CustodianRetire from '../../src/commands/custodian/retire.ts'
import CustodianSetRecipient from '../../src/commands/custodian/set-recipient.ts'
import CustodianSuspend from '../../src/commands/custodian/suspend.ts'
import LedgerErase from '../../src/commands/ledger/erase.ts'
import LedgerReplaceKey from '../../src/commands/ledger/replace-key.ts'
import PolicyAdopt from '../../src/commands/policy/adopt.ts'
import {generateEd25519, type Signer} from '../../src/custody/index.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import type {TestLedger} from '../support/ledger.ts'
import {runCommand, type CommandClass} from '../support/run.ts'

const recipient = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'

/** @param signers - takes the keys of who came later, by fingerprint. */
export async function manyChanges(
  {founders, world}: TestLedger,
  signers: Map<string, Signer>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-changes-'))
  const fileOf = (name: string, key: ReturnType<typeof generateEd25519>): string => {
    const path = join(folder, name)
    writeFileSync(path, key.openSsh('test'), {mode: 0o600})
    writeFileSync(`${path}.pub`, `${key.publicKey.text} test\n`)
    signers.set(key.publicKey.fingerprint, key.signer)
    return path
  }
  const by = (...people: readonly number[]): string[] =>
    people.flatMap((at) => {
      const one = founders[at]
      return one === undefined ? [] : ['--sign-with', `${one.person.id}=${fileOf(`key-${at}`, one.key)}`]
    })
  const run = async (
    command: CommandClass,
    name: string,
    args: readonly string[],
    who = founders[0]?.person.id ?? '',
  ): Promise<void> => {
    const as = ['--as', who, '--reason', 'for the tests']
    const ran = await runCommand(command, name, [...args, ...as], world)
    if (ran.exit !== 0) throw new Error(`${name}: ${ran.stderr}`)
  }
  try {
    const policy = join(folder, 'policy.json')
    writeFileSync(policy, JSON.stringify({...defaultPolicy, name: 'second'}))
    await run(PolicyAdopt, 'policy adopt', [policy, ...by(0, 1, 2)])
    const [first, second] = [fileOf('henry', generateEd25519()), fileOf('henry-2', generateEd25519())]
    const henry = 'henry@example.com'
    const own = (path: string): string[] => ['--sign-with', `${henry}=${path}`]
    const enrolled = [henry, '--name', 'Henry', '--role', 'custodian', '--key', `${first}.pub`]
    await run(CustodianEnroll, 'custodian enroll', [...enrolled, ...by(0, 1, 2), ...own(first)])
    await run(CustodianSuspend, 'custodian suspend', [henry, ...by(0)])
    await run(CustodianRestore, 'custodian restore', [henry, ...by(1, 2, 3)])
    const other = [henry, '--key', `${second}.pub`]
    await run(CustodianReplaceKey, 'custodian replace-key', [...other, ...by(0, 1, 2), ...own(second)])
    const carol = founders[2]?.person.id ?? ''
    await run(CustodianSetRecipient, 'custodian set-recipient', [carol, recipient, ...by(0, 1, 3, 2)])
    await run(LedgerReplaceKey, 'ledger replace-key', by(0, 1, 2))
    await run(CustodianSuspend, 'custodian suspend', [henry, ...own(second)], henry)
    await run(LedgerErase, 'ledger erase', ['--entry', '1', ...by(0, 1, 2)])
    await run(CustodianRetire, 'custodian retire', [henry, ...by(0, 1, 2)])
  } finally {
    rmSync(folder, {recursive: true})
  }
}
