/** Somebody else's client that uses a key the whole while, and what it saw. */
import {execFile, spawn} from 'node:child_process'
import {once} from 'node:events'
import {createInterface} from 'node:readline'
import {promisify} from 'node:util'

export interface Tried {
  /** When it was asked, in ms. */
  readonly start: number
  readonly ok: boolean
  readonly said: string
}

export interface Hammer {
  readonly tries: readonly Tried[]
  /** Waits for a try that begins from now on and ends so. @throws Error if none does in time. */
  sees(ok: boolean): Promise<void>
  stop(): Promise<void>
}

const patienceMs = 60_000

function watched(tries: readonly Tried[], failed: () => string, stop: () => Promise<void>): Hammer {
  return {
    tries,
    stop,
    async sees(ok) {
      const from = Date.now()
      for (;;) {
        if (tries.some((one) => one.start >= from && one.ok === ok)) return
        if (Date.now() - from > patienceMs)
          throw new Error(`it was never ${ok ? 'done' : 'refused'}: ${tries.at(-1)?.said ?? failed()}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
}

/** A program that writes a line for each try, until it is ended. */
export function hammerOf(program: string, args: readonly string[], env = process.env): Hammer {
  const child = spawn(program, [...args], {env, stdio: ['ignore', 'pipe', 'pipe']})
  const tries: Tried[] = []
  let said = ''
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString('utf8')))
  createInterface({input: child.stdout}).on('line', (line) => tries.push(JSON.parse(line) as Tried))
  return watched(
    tries,
    () => said,
    async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  )
}

/** A program that is started anew for each try. */
export function hammerEach(program: string, args: readonly string[], env = process.env): Hammer {
  const tries: Tried[] = []
  const run = promisify(execFile)
  const state = {ends: false}
  const going = (async () => {
    while (!state.ends) {
      const start = Date.now()
      const said = await run(program, [...args], {env}).then(
        () => '',
        (error: unknown) => String((error as {stderr?: unknown}).stderr ?? error),
      )
      tries.push({start, ok: said === '', said})
    }
  })()
  return watched(
    tries,
    () => '',
    async () => {
      state.ends = true
      await going
    },
  )
}
