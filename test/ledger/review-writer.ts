/** A program that adds entries one by one: `node review-writer.ts HOME STATE COUNT`. */
import {App} from '../../src/app.ts'
import {surroundingsOf} from '../support/run.ts'
import {refused} from './support.ts'

const [, , home = '', state = '', count = ''] = process.argv
const app = new App({
  ...surroundingsOf({home, state}),
  ask: {interactive: false} as App['world']['ask'],
  command: 'keyrite test',
  say: () => undefined,
})
for (let left = Number(count); left > 0; left--) await app.ledger.append([refused()])
await app.close()
