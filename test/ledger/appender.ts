/** A process that appends: `node appender.ts HOME STATE COUNT`. Says each seq on stdout once it is acknowledged. */
import {App} from '../../src/app.ts'
import {writeSync} from 'node:fs'
import {surroundingsOf} from '../support/run.ts'
import {refused} from './drafts.ts'

const [home = '', state = '', count = '0', name = 'appender'] = process.argv.slice(2)
const ask = {interactive: false} as App['world']['ask']
const app = new App({
  ...surroundingsOf({home, state}),
  ask,
  command: `keyrite ${name}`,
  say: (line) => void writeSync(2, `${line}\n`),
})
for (let at = 0; at < Number(count); at += 1) {
  const [entry] = await app.ledger.append([refused(`${name} ${at}`)])
  writeSync(1, `${entry?.seq ?? -1}\n`)
}
await app.close()
