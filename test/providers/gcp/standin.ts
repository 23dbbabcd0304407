/** The stand-in for Google Cloud KMS, as a process of its own. It is ours: what it shows holds for the published protocol, and for nothing that Google does besides. */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import type {Wish} from '../../standins/google/control.ts'

export interface Seen {
  readonly operation: string
  readonly userAgent: string
}

export interface Standin {
  readonly endpoint: string
  readonly ring: string
  readonly ca: string
  readonly credentials: string
  /** Where it is told what to do. */
  readonly control: string
  /** Moves its clock, asks it for trouble. @returns what it was asked since the last time. */
  ask(wish: Wish): Promise<readonly Seen[]>
  /** Of the HSM that it makes up, base64 of DER. */
  roots(): Promise<{readonly makers: readonly string[]; readonly owners: readonly string[]}>
  stop(): Promise<void>
}

const program = join(import.meta.dirname, '../../standins/google/main.ts')

/** @param more - `--plain`: in the clear, as emulators are. */
export async function startStandin(...more: readonly '--plain'[]): Promise<Standin> {
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-gcp-'))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, folder, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: process.env,
  })
  const ended = once(child, 'exit')
  const lines = createInterface({input: child.stdout})
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [unknown]
  if (typeof line !== 'string') throw new Error('the stand-in for Google Cloud KMS did not start')
  const said = JSON.parse(line) as Record<'endpoint' | 'control' | 'ring' | 'ca' | 'credentials', string>
  return {
    ...said,
    async ask(wish) {
      const answer = await fetch(said.control, {
        ...{method: 'POST', body: JSON.stringify(wish)},
        // A line that was kept may be closed by now, where this process was busy meanwhile.
        headers: {connection: 'close'},
      })
      if (!answer.ok) throw new Error(await answer.text())
      return ((await answer.json()) as {readonly seen: readonly Seen[]}).seen
    },
    async roots() {
      const answer = await fetch(`${said.control}roots`, {method: 'POST', body: '{}'})
      return (await answer.json()) as Awaited<ReturnType<Standin['roots']>>
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, {recursive: true, force: true})
    },
  }
}
