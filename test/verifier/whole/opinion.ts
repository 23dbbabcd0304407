/** What whole.py, which shares no code with keyrite, says of a ledger. */
import {spawn, spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {createInterface} from 'node:readline'

/** Judges one ledger in a process of its own. @returns a line for each problem. */
export function opinionOf(home: string, pinFiles: readonly string[] = []): readonly string[] {
  const pins = pinFiles.flatMap((file) => ['--pin', file])
  const args = ['-I', '-B', join(import.meta.dirname, 'whole.py'), join(home, 'ledger.db'), ...pins]
  const {status, stdout, stderr} = spawnSync('python3', args, {encoding: 'utf8', env: process.env})
  const lines = stdout.split('\n').filter((line) => line.startsWith('PROBLEM '))
  if (status !== (lines.length === 0 ? 0 : 6)) throw new Error(`whole.py ended with ${status}: ${stderr}`)
  return lines
}

export interface Judge {
  /** @param pins - notes. @returns a line for each problem: where, entry, rule, sentence. */
  readonly judge: (home: string, pins?: readonly string[]) => Promise<readonly string[]>
  readonly end: () => void
}

/** The same for many ledgers, in one process that remembers what it was told of signatures. */
export function startJudge(): Judge {
  const python = spawn('python3', ['-B', join(import.meta.dirname, 'judge.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: process.env,
  })
  const answers = createInterface({input: python.stdout})[Symbol.asyncIterator]()
  return {
    async judge(home, pins = []) {
      python.stdin.write(`${JSON.stringify({ledger: join(home, 'ledger.db'), pins})}\n`)
      const {value, done} = await answers.next()
      if (done === true) throw new Error('whole.py is gone')
      return JSON.parse(value) as string[]
    },
    end() {
      python.stdin.end()
    },
  }
}
