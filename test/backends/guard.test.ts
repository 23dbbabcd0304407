/** Nothing that a test starts outlives it, however it ends. */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {expect, test} from '@jest/globals'

const guard = join(import.meta.dirname, 'guard.sh')

const started = (...program: readonly string[]) =>
  spawn('sh', [guard, ...program], {stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: process.env})

test('a server ends with its children when whoever started it is gone', async () => {
  const child = started('sh', '-c', 'sleep 300 & echo $!; wait')
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  child.stdin.destroy() // as when its parent is killed
  await once(child, 'exit')
  expect(await isGone(Number(said.toString()))).toBe(true)
})

test('a server that ends takes its children along, and its status is told', async () => {
  const child = started('sh', '-c', 'sleep 300 & echo $!; exit 7')
  const told: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => told.push(chunk))
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  await once(child, 'close')
  expect(Buffer.concat(told).toString()).toBe('(ended with status 7)\n')
  expect(await isGone(Number(said.toString()))).toBe(true)
})

/** A signal that was sent takes a moment on a busy machine. */
async function isGone(pid: number): Promise<boolean> {
  const until = Date.now() + 10_000
  while (isThere(pid)) {
    if (Date.now() > until) return false
    await wait(20)
  }
  return true
}

/** Dead and not yet buried counts as gone. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const [, state = ''] = /^State:\s+(\S)/m.exec(statusOf(pid)) ?? []
  return state !== '' && state !== 'Z' && state !== 'X'
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
