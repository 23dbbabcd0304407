// A process that creates keys until it is killed or the disk is full: says each generation only after the token has.
// Started by crash.test.ts: node creator.ts PATH
import {createInterface} from 'node:readline'
import {openToken} from '../../../src/providers/local/index.ts'
import {KeyriteError} from '../../../src/base/errors.ts'
import {random, intent, outcome, secretOf, specOf} from '../support.ts'

process.on('SIGXFSZ', () => undefined) // a file size limit is to be an error, not a death
const [path = ''] = process.argv.slice(2)
const clock = {now: () => new Date()}
for await (const pin of createInterface({input: process.stdin})) {
  const token = await openToken({path, pin: secretOf(pin), leastGeneration: null, random, clock})
  console.log('open')
  try {
    for (let at = 0; at < 2000; at++) {
      const made = intent()
      await token.store.create({...specOf('ed25519'), label: `p${process.pid}-${at}`}, made)
      console.log(`made ${made} ${(await token.evidence.generation()) ?? 0}`)
    }
  } catch (error) {
    console.log(`failed ${error instanceof KeyriteError ? error.code : String(error)}`)
    console.log(`after ${await outcome(token.evidence.generation())}`)
  }
}
