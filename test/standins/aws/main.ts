/**
 * A stand-in for parts of AWS that no emulator has, in front of one that has the rest. It is not AWS: what was seen
 * here was never seen there. Loopback only, for tests; it is not in the package.
 *
 *     npm run standin:aws -- [--port 4571] [--emulator http://127.0.0.1:4570]     (without one, ministack is started)
 */
import {parseArgs} from 'node:util'
import {startMinistack} from '../../backends/aws.ts'
import {bring} from '../../backends/bring.ts'
import {standinForAws} from './server.ts'

const {values} = parseArgs({options: {port: {type: 'string', default: '4571'}, emulator: {type: 'string'}}})
const started = values.emulator === undefined ? await startMinistack(await bring('ministack')) : undefined
const emulator = values.emulator ?? started?.url ?? ''
const server = standinForAws(emulator)
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`stand-in for AWS: http://127.0.0.1:${values.port} in front of ministack at ${emulator}`)
  console.log(`control: http://127.0.0.1:${values.port}/_standin/… (POST; an unknown name lists them)`)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void (started?.stop() ?? Promise.resolve()).then(() => process.exit(0))
  })
