/** The stand-in for Azure Key Vault or Managed HSM, as a process of its own. It is ours: what it shows holds for the published protocol, and for nothing that Azure does besides. */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import type {HsmRoots} from '../../../src/providers/attesting.ts'
import type {Wish} from '../../standins/azure/control.ts'

export interface Seen {
  readonly operation: string
  readonly userAgent: string
  /** Whether it came with a token: the first one of a client does not. */
  readonly isKnown: boolean
}

export interface Standin {
  readonly vault: string
  readonly ca: string
  readonly tokenFile: string
  /** Where it is told what to do. */
  readonly control: string
  /** Moves its clock, asks it for trouble. @returns what it was asked since the last time. */
  ask(wish: Wish): Promise<readonly Seen[]>
  /** Under which its HSM signs what it says of keys. */
  roots(): Promise<HsmRoots>
  /** SHA-256 of what the security domain holds that it gave out, or took in; null where there is none. */
  domain(): Promise<string | null>
  stop(): Promise<void>
}

const program = join(import.meta.dirname, '../../standins/azure/main.ts')

export async function startStandin(
  kind: 'vault' | 'hsm',
  protection: 'purgeable' | '' = '',
): Promise<Standin> {
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-azure-'))
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, folder, kind, '0', protection],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: process.env,
    },
  )
  const ended = once(child, 'exit')
  const lines = createInterface({input: child.stdout})
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [unknown]
  if (typeof line !== 'string')
    throw new Error('the stand-in for Azure Key Vault or Managed HSM did not start')
  const said = JSON.parse(line) as Record<'vault' | 'control' | 'ca' | 'tokenFile', string>
  const told = async (wish: Wish) => {
    const answer = await fetch(said.control, {
      ...{method: 'POST', body: JSON.stringify(wish)},
      // A line that was kept may be closed by now, where this process was busy meanwhile.
      headers: {connection: 'close'},
    })
    if (!answer.ok) throw new Error(await answer.text())
    return (await answer.json()) as {
      readonly seen: readonly Seen[]
      readonly domain: string | null
      readonly roots?: HsmRoots
    }
  }
  return {
    ...said,
    ask: async (wish) => (await told(wish)).seen,
    roots: async () => (await told({roots: true})).roots ?? {makers: [], owners: []},
    domain: async () => (await told({})).domain,
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, {recursive: true, force: true})
    },
  }
}
