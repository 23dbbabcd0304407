/** Who asks for a passphrase while ssh-keygen signs: seen from a real terminal, as stdin is taken by the message. */
import {execFileSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {testWith} from '../../support/needs.ts'
import {inFolder} from './software-keys.ts'

const passphrase = 'of these tests only'

/** Signs with the key file in its argument and prints whether that went well. */
const signing = `
  const {signerFor} = await import(${JSON.stringify(join(import.meta.dirname, '../../../src/custody/ssh/signer.ts'))})
  const signer = await signerFor(process.argv[1], {agentSocket: undefined, inProcess: false})
  const signed = signer.sign('keyrite-approval-v1@example.org', Buffer.from('a statement'))
  console.log(await signed.then(() => 'SIGNED', (error) => 'REFUSED ' + error.code))
`

/** Runs a command at a new terminal, types the passphrase when it is asked for, and prints all that was shown. */
const atTerminal = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
shown, typed = b"", False
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    shown += part
    if b"assphrase" in shown and not typed:
        os.write(terminal, sys.argv[1].encode() + b"\\n")
        typed = True
os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
`

function encryptedKey(folder: string): string {
  const key = join(folder, 'key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', '', '-f', key])
  return key
}

/** What a person sees who types `typed` when asked; the environment is that of a desktop, with no agent. */
function seen(key: string, typed: string, more: NodeJS.ProcessEnv = {}): string {
  const env: NodeJS.ProcessEnv = {...process.env, DISPLAY: ':0', ...more}
  const chosen = Object.keys(more)
  for (const name of ['SSH_ASKPASS', 'SSH_ASKPASS_REQUIRE'])
    if (!chosen.includes(name)) Reflect.deleteProperty(env, name)
  const command = [process.execPath, '--input-type=module', '-e', signing, key]
  return execFileSync('python3', ['-c', atTerminal, typed, ...command], {
    env,
    timeout: 30_000,
    encoding: 'utf8',
  })
}

testWith(
  ['ssh-keygen', 'python3'],
  'the passphrase is asked for on the terminal, also on a desktop',
  async () => {
    await inFolder((folder) => {
      const shown = seen(encryptedKey(folder), passphrase)
      expect(shown).toMatch(/passphrase/)
      expect(shown).toContain('SIGNED')
      expect(shown).not.toContain(passphrase)
    })
  },
)

testWith(['ssh-keygen', 'python3'], 'a wrong passphrase gives no signature', async () => {
  await inFolder((folder) => {
    expect(seen(encryptedKey(folder), 'another one')).toContain('REFUSED PROVIDER_FAILED')
  })
})

testWith(['ssh-keygen', 'python3'], 'an askpass program that the person chose asks instead', async () => {
  await inFolder((folder) => {
    const askpass = join(folder, 'askpass')
    writeFileSync(askpass, `#!/bin/sh\necho '${passphrase}'\n`, {mode: 0o700})
    const shown = seen(encryptedKey(folder), 'never typed', {
      SSH_ASKPASS: askpass,
      SSH_ASKPASS_REQUIRE: 'prefer',
    })
    expect(shown).toContain('SIGNED')
    expect(shown).not.toMatch(/passphrase/)
  })
})
