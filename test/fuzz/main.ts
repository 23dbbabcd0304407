/**
 * `npm run fuzz -- [PART OF A NAME …]`: each target, a million mutations (FUZZ_CASES=N: so many) in one process, with what was refused and taken and the slowest answer.
 * FUZZ_SEED=N is another million; what fails names its case, which FUZZ_CASE=N brings back in the tests.
 */
import {readdirSync} from 'node:fs'
import {registerHooks} from 'node:module'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {end} from './alone.ts'
import {campaign, upTo} from './engine.ts'

const alone = pathToFileURL(join(import.meta.dirname, 'alone.ts')).href
registerHooks({
  resolve: (name, context, next) =>
    name === '@jest/globals' ? {url: alone, shortCircuit: true} : next(name, context),
})

// Where a refusal came from is not looked at, and costs more than the reading.
Error.stackTraceLimit = 0
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000)
const cases = Number(process.env['FUZZ_CASES'] ?? 1_000_000)
const wanted = process.argv.slice(2)
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'))
const {targets} = await import('./fuzz.ts')
for (const file of files) await import(pathToFileURL(join(import.meta.dirname, file)).href)

let failed = 0
for (const target of targets) {
  if (wanted.length > 0 && !wanted.some((part) => target.name.includes(part))) continue
  const before = process.cpuUsage()
  try {
    for (const one of target.seeds)
      if (target.take(one, one) !== undefined) throw new Error('a good input is refused')
    const {taken, refused, slowestMs} = campaign(target, seed, upTo(cases))
    const seconds = process.cpuUsage(before).user / 1e6
    console.log(
      `${target.name}: seed ${seed}, ${cases} mutations, ${refused} refused, ${taken} taken, slowest ${slowestMs.toFixed(1)} ms, ${seconds.toFixed(0)} s (${((seconds / cases) * 1e6).toFixed(0)} µs each)`,
    )
  } catch (error) {
    failed += 1
    console.log(`${target.name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
await end()
process.exitCode = failed === 0 ? 0 : 1
