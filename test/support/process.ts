/** keyrite as a process of its own, as it is shipped. */
import {execFileSync, spawn, type ChildProcess} from 'node:child_process'
import {join} from 'node:path'

const root = join(import.meta.dirname, '../..')
// Built where a source has changed since: reading all of them at each start takes four times as long.
execFileSync('sh', [join(root, 'bin/setup'), 'launch'], {stdio: 'pipe', env: process.env})

export const cli = join(root, 'bin/run.js')

export interface Ended {
  readonly exit: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** Without a terminal, and with nothing of this process's environment but what is given. */
export function start(argv: readonly string[], env: NodeJS.ProcessEnv): Started {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', cli, ...argv], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = {stdout: '', stderr: ''}
  child.stdout.on('data', (chunk: Buffer) => void (said.stdout += chunk.toString('utf8')))
  child.stderr.on('data', (chunk: Buffer) => void (said.stderr += chunk.toString('utf8')))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exit, signal) => {
      resolve({exit, signal, ...said})
    })
  })
  return {child, ended}
}
