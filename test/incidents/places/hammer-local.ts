/** A client of a local token in a process of its own: uses one version as fast as it can, until it is ended. */
import {randomBytes} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {Secret} from '../../../src/base/secret.ts'
import {openToken} from '../../../src/providers/local/index.ts'
import type {KeyUse, VersionRef} from '../../../src/providers/ports.ts'

const [path = '', pinFile = '', key = '', version = '', purpose = ''] = process.argv.slice(2)
const ref: VersionRef = {key, version}
const text = Buffer.from('message')
const uses: Readonly<Record<string, (use: KeyUse) => Promise<unknown>>> = {
  sign: (use) => use.sign(ref, text),
  mac: (use) => use.mac(ref, text),
  encrypt: (use) => use.encrypt(ref, text, new Uint8Array()),
  wrap: (use) => use.wrap(ref, new Secret(Buffer.from(text))),
}
const act = uses[purpose] ?? (() => Promise.reject(new Error('no such purpose')))

const token = await openToken({
  path,
  pin: new Secret(Buffer.from(readFileSync(pinFile, 'utf8').trimEnd())),
  leastGeneration: null,
  random: {bytes: (count) => randomBytes(count)},
  clock: {now: () => new Date()},
})
for (;;) {
  const start = Date.now()
  let said = ''
  try {
    await act(token.use)
  } catch (error) {
    said = String(error)
  }
  process.stdout.write(`${JSON.stringify({start, ok: said === '', said})}\n`)
  await new Promise((resolve) => setTimeout(resolve, 5))
}
