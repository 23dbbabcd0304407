/** Runs one program of the operator's, which must be the one that the policy names. */
import {spawn} from 'node:child_process'
import {readFileSync, realpathSync, statSync, type Stats} from 'node:fs'
import {homedir} from 'node:os'
import {dirname} from 'node:path'
import {sha256Hex} from '../../base/bytes.ts'
import {parseDuration} from '../../base/duration.ts'
import {KeyriteError} from '../../base/errors.ts'
import {visible, visibleLine} from '../../base/visible.ts'
import {Private} from '../../ledger/index.ts'
import type {Hook} from '../../policy/index.ts'

/** Of what it says, so much is kept, from the end. */
const mostOutput = 4_000
const mostProgram = 512 * 1024 * 1024

export interface Ran {
  /** Null where it took too long, or was ended by a signal. */
  readonly exit: number | null
  /** What it wrote, to both outputs, with control characters made visible. */
  readonly output: string
}

/** Runs it as the policy has it. @returns what its record says of the run, and how it ended, in words. @throws as `runProgram`. */
export async function runHook(hook: Hook, input: Uint8Array) {
  const {exit, output} = await runProgram(hook, input, parseDuration(hook.timeout))
  const {name, sha256, timeout} = hook
  return {
    ok: exit === 0,
    ended: exit === null ? `was stopped after ${timeout}` : `ended with status ${exit}`,
    run: {
      hook: name,
      sha256,
      input_sha256: sha256Hex(input),
      ok: exit === 0,
      exit,
      output: output === '' ? null : new Private(output),
    },
  }
}

/**
 * @throws KeyriteError `FILE_NOT_FOUND`, `UNSAFE_FILE` if others may change it, or put another in its place, `POLICY_REFUSES` if its
 * digest is another: then it is not run. Between that look and its start the file is not locked: this user could change it, and root.
 */
export async function runProgram(
  {name, program, sha256}: Pick<Hook, 'name' | 'program' | 'sha256'>,
  input: Uint8Array,
  timeoutMs: number,
): Promise<Ran> {
  const real = demandProgram(name, program, sha256)
  return new Promise((resolve, reject) => {
    // A group of its own, so that what it starts ends with it. Its environment is empty but for what programs need to be found.
    const child = spawn(real, [], {
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: homedir(),
        LANG: 'C.UTF-8',
      },
    })
    let output = Buffer.alloc(0)
    let late = false
    const end = (signal: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal)
      } catch {
        // It has ended already.
      }
    }
    const timer = setTimeout(() => {
      late = true
      end('SIGKILL')
    }, timeoutMs)
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output = Buffer.concat([output, chunk]).subarray(-mostOutput)
      })
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(
        new KeyriteError('HOOK_FAILED', `cannot start hook "${name}": ${visibleLine(error.message, 200)}`, {
          hints: [`look at ${program}`],
        }),
      )
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      end('SIGKILL') // whatever it left behind in its group
      resolve({exit: late ? null : code, output: visible(output.toString('utf8')).trim()})
    })
    // A program that does not read what it is told is none the worse for it.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

/** @returns where it really lies: a link on the way may lead elsewhere by the time it is started. */
function demandProgram(name: string, program: string, sha256: string): string {
  const stat = statSync(program, {throwIfNoEntry: false})
  if (stat?.isFile() !== true)
    throw new KeyriteError(
      'FILE_NOT_FOUND',
      `cannot run hook "${name}": there is no program ${visibleLine(program, 200)}`,
      {
        hints: ['put it back, or adopt a policy without it'],
      },
    )
  const real = realpathSync(program)
  const unsafe = [real, ...foldersOf(real)].find((path) => isOpenToOthers(statSync(path), path === real))
  if (unsafe !== undefined)
    throw new KeyriteError(
      'UNSAFE_FILE',
      `cannot run hook "${name}": others may write to ${visibleLine(unsafe, 200)}`,
      {
        hints: [`ls -ld ${unsafe}`, `chmod go-w ${unsafe}`],
      },
    )
  if (stat.size > mostProgram || sha256Hex(readFileSync(real)) !== sha256)
    throw new KeyriteError(
      'POLICY_REFUSES',
      `cannot run hook "${name}": ${visibleLine(program, 200)} is not the program of the policy`,
      {
        hints: [
          `sha256sum ${program}`,
          'keyrite policy show',
          'keyrite policy adopt FILE, with the digest of the one that is right',
        ],
      },
    )
  return real
}

/** Every folder that it lies in: whoever may write to one of them can put another program in its place. */
function foldersOf(path: string): readonly string[] {
  const folder = dirname(path)
  return folder === path ? [] : [folder, ...foldersOf(folder)]
}

/** Whether somebody but this user and root may write there; in a folder with the sticky bit nobody replaces what is another's. */
function isOpenToOthers({mode, uid}: Stats, isFile: boolean): boolean {
  const own = process.getuid?.()
  if (own !== undefined && uid !== own && uid !== 0) return true
  return (mode & 0o022) !== 0 && (isFile || (mode & 0o1000) === 0)
}
