/** Starts the stand-in for logs in a process of its own. */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {join} from 'node:path'
import {createInterface} from 'node:readline'

export interface RunningLog {
  readonly endpoint: string
  stop(): Promise<void>
}

/** @param folder - with the certificate of the service beside it, by which it listens too, and `log.json`. */
export async function startLog(folder: string): Promise<RunningLog> {
  const program = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: process.env,
  })
  const ended = once(child, 'exit')
  const [line] = (await Promise.race([once(createInterface({input: child.stdout}), 'line'), ended])) as [
    unknown,
  ]
  if (typeof line !== 'string') throw new Error('the stand-in for the logs did not start')
  return {
    ...(JSON.parse(line) as {endpoint: string}),
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
