/** Other people's programs look at the bundle: each that is on PATH, and the others by name. */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {KeyriteError} from '../base/errors.ts'
import {openCheckpoint, parseVkey, publicKeyObject} from '../ledger/note.ts'

export interface CrossChecked {
  /** Programs that agreed. */
  readonly with: readonly string[]
  /** Programs that are not on this machine. */
  readonly without: readonly string[]
}

interface Check {
  readonly program: string
  readonly what: string
  run(
    bundle: string,
    facts: {readonly fingerprint: string; readonly vkey: string; readonly organisation: string},
  ): void
}

/** @throws KeyriteError `BUNDLE_TAMPERED` if one of them disagrees. */
export function crossCheck(
  bundle: string,
  facts: {readonly fingerprint: string; readonly vkey: string; readonly organisation: string},
  say: (line: string) => void,
): CrossChecked {
  const found: string[] = []
  const missing: string[] = []
  for (const check of checks) {
    if (spawnSync(check.program, ['--version'], {stdio: 'ignore'}).error !== undefined) {
      missing.push(check.program)
      say(`${check.program}: not on this machine, so ${check.what} was not cross-checked`)
      continue
    }
    check.run(bundle, facts)
    found.push(check.program)
    say(`${check.program}: ${check.what}: agrees`)
  }
  return {with: found, without: missing}
}

const checks: readonly Check[] = [
  {
    program: 'sha256sum',
    what: 'every file against SHA256SUMS',
    run: (bundle) => {
      call('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], bundle)
    },
  },
  {
    program: 'ssh-keygen',
    what: 'every person’s signature, and the writer’s',
    run(bundle, {organisation}) {
      const verify = (who: string, use: string, signature: string, file: string): void => {
        call(
          'ssh-keygen',
          [
            '-Y',
            'verify',
            '-f',
            'allowed_signers',
            '-I',
            who,
            '-n',
            `keyrite-${use}-v1@${organisation}`,
            '-s',
            signature,
          ],
          bundle,
          readFileSync(join(bundle, file)),
        )
      }
      verify('writer', 'bundle', 'SHA256SUMS.sig', 'SHA256SUMS')
      for (const name of readdirSync(join(bundle, 'statements')).filter((one) => one.endsWith('.json'))) {
        const {person, use} = JSON.parse(readFileSync(join(bundle, 'statements', name), 'utf8')) as {
          person: string
          use: string
        }
        verify(person, use, `statements/${name.replace('.json', '.sig')}`, `statements/${name}`)
      }
    },
  },
  {
    program: 'openssl',
    what: 'the checkpoint’s signature',
    run(bundle, {vkey}) {
      const note = readFileSync(join(bundle, 'checkpoint'), 'utf8')
      const key = parseVkey(vkey)
      openCheckpoint(note, key)
      const folder = mkdtempSync(join(tmpdir(), 'keyrite-openssl-'))
      try {
        const [text = '', line = ''] = note.split('\n\n')
        writeFileSync(join(folder, 'text'), `${text}\n`)
        writeFileSync(
          join(folder, 'sig'),
          Buffer.from(line.trim().split(' ').at(-1) ?? '', 'base64').subarray(4),
        )
        writeFileSync(
          join(folder, 'key.pem'),
          publicKeyObject(key.publicKey).export({format: 'pem', type: 'spki'}),
        )
        call(
          'openssl',
          ['pkeyutl', '-verify', '-pubin', '-inkey', 'key.pem', '-rawin', '-in', 'text', '-sigfile', 'sig'],
          folder,
        )
      } finally {
        rmSync(folder, {recursive: true})
      }
    },
  },
  {
    program: 'python3',
    what: 'everything, by verify.py in the bundle',
    run: (bundle, {fingerprint}) => {
      call('python3', ['-I', 'verify.py', '.', '--ledger', fingerprint], bundle)
    },
  },
]

function call(program: string, args: readonly string[], cwd: string, input?: Uint8Array): void {
  const done = spawnSync(program, args, {cwd, ...(input === undefined ? {} : {input}), encoding: 'utf8'})
  if (done.status === 0) return
  const said = `${done.stdout}${done.stderr}`.trim().split('\n').slice(0, 3).join('; ')
  throw new KeyriteError(
    'BUNDLE_TAMPERED',
    `${program} does not agree with the bundle: ${said === '' ? `exit ${String(done.status)}` : said}`,
    {changed: true, hints: [`look into ${cwd}`]},
  )
}
