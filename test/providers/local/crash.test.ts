import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {LocalBench, pin} from './bench.ts'

const creator = fileURLToPath(new URL('creator.ts', import.meta.url))
const rounds = process.env['SLOW'] === '1' ? 40 : 4
let bench: LocalBench
beforeEach(async () => {
  bench = await new LocalBench().create()
})
afterEach(async () => bench.close())

interface Made {
  readonly intent: string
  readonly generation: number
}

/** Runs the creator, under a file size limit where one is given, and kills it a moment after so many keys. */
async function create(stop: {
  afterKeys?: number
  delayMs?: number
  limitBlocks?: number
}): Promise<{made: Made[]; failed: string[]}> {
  const limit = stop.limitBlocks === undefined ? '' : `ulimit -f ${stop.limitBlocks}; `
  const script = `${limit}exec "$0" --no-warnings "$1" "$2"`
  const child = spawn('/bin/sh', ['-c', script, process.execPath, creator, bench.path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  child.stdin.end(`${pin}\n`)
  const [made, failed]: [Made[], string[]] = [[], []]
  for await (const line of createInterface({input: child.stdout})) {
    const [word, first = '', second] = line.split(' ')
    if (word === 'made') made.push({intent: first, generation: Number(second)})
    if (word === 'failed' || word === 'after') failed.push(first)
    if (made.length === stop.afterKeys) setTimeout(() => child.kill('SIGKILL'), stop.delayMs)
  }
  await exit
  return {made, failed}
}

test('killed at any moment: the token opens, and nothing that was acknowledged is lost', async () => {
  let generation = 1
  for (let round = 0; round < rounds; round++) {
    const {made} = await create({afterKeys: 3 + round, delayMs: round % 5})
    const last = made.at(-1)?.generation ?? 0
    expect(last).toBeGreaterThan(generation)
    await bench.reopen(last)
    generation = (await bench.open.evidence.generation()) ?? 0
    for (const {intent} of made) expect((await bench.open.store.find(intent, [])).kind).toBe('one')
    await bench.open.close()
  }
})

test('a disk that is full is an error, the connection is dead, and nothing that was acknowledged is lost', async () => {
  const {made, failed} = await create({limitBlocks: 96})
  expect(failed).toEqual(['STORAGE', 'PROVIDER_FAILED'])
  expect(made.length).toBeGreaterThan(3)
  await bench.reopen(made.at(-1)?.generation)
  for (const {intent} of made) expect((await bench.open.store.find(intent, [])).kind).toBe('one')
})
