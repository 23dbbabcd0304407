/** Starts `killed.ts`: a process that dies at a call of the provider, or lives. */
import {spawn, spawnSync} from 'node:child_process'
import {join} from 'node:path'
import type {World} from '../support/run.ts'

export interface Death {
  /** As `killed-work.ts` knows it. */
  readonly work: string
  /** At which call; 0 for never. */
  readonly nth: number
  readonly when: 'before' | 'after'
  /** RFC 3339: what its clock says; empty for the machine's own. */
  readonly at?: string
  /** A file with the material that is brought, where some is. */
  readonly brought?: string
}

function argsOf({home, state}: Pick<World, 'home' | 'state'>, death: Death): readonly string[] {
  const {work, nth, when, at = '', brought = ''} = death
  const program = join(import.meta.dirname, 'killed.ts')
  return ['--disable-warning=ExperimentalWarning', program, home, state, work, String(nth), when, at, brought]
}

/** @returns how many calls there were where it was not killed; else null. */
export function dies(world: Pick<World, 'home' | 'state'>, death: Death): number | null {
  const ran = spawnSync(process.execPath, argsOf(world, death), {env: process.env, encoding: 'utf8'})
  if (ran.signal === 'SIGKILL') return null
  if (ran.status !== 0) throw new Error(ran.stderr)
  return Number(ran.stdout)
}

/** Several at once, which live. @returns the status of each, and what it said. */
export function atOnce(
  world: Pick<World, 'home' | 'state'>,
  deaths: readonly Omit<Death, 'nth' | 'when'>[],
): Promise<readonly {readonly code: number | null; readonly said: string}[]> {
  return Promise.all(
    deaths.map(
      (death) =>
        new Promise<{readonly code: number | null; readonly said: string}>((resolve) => {
          const args = argsOf(world, {...death, nth: 0, when: 'before'})
          const one = spawn(process.execPath, args, {env: process.env})
          let said = ''
          one.stderr.on('data', (text: Buffer) => (said += text.toString()))
          one.on('close', (code) => {
            resolve({code, said})
          })
        }),
    ),
  )
}
