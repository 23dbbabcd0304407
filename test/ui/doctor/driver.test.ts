/** A machine on which the driver for PKCS#11 was never compiled, as the whole program finds it. */
import {spawnSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, expect} from '@jest/globals'
import {softHsm, type SoftHsm} from '../../providers/pkcs11/softhsm.ts'
import {addHsm} from '../../support/hsm-profile.ts'
import {makeKey, makeLedger, type TestLedger} from '../../support/ledger.ts'
import {here, testWith} from '../../support/needs.ts'

/** Node finds none. */
const without = `const Module = require('node:module')
const had = Module._resolveFilename
Module._resolveFilename = function (name, ...rest) {
  if (String(name).startsWith('pkcs11js')) throw Object.assign(new Error('gone'), {code: 'MODULE_NOT_FOUND'})
  return had.call(this, name, ...rest)
}`

const box: {made?: TestLedger; hsm?: SoftHsm} = {}
beforeAll(async () => {
  if (!here('softhsm2')) return
  const hsm = (box.hsm = softHsm())
  const made = (box.made = await makeLedger({people: 3}))
  const pinFile = join(dirname(made.world.home), 'hsm.pin')
  writeFileSync(pinFile, `${hsm.pin}\n`, {mode: 0o600})
  await made.using(async (app) => {
    await addHsm(app, made.founders, 'near', hsm, pinFile)
    await app.logOut()
    await makeKey(app, made.founders, {name: 'payments', profile: 'near'})
  })
})
afterAll(() => {
  box.hsm?.remove()
  box.made?.remove()
})

testWith(
  'softhsm2',
  'a driver that was not compiled is said by doctor and profile check, with what brings it, and everything else works',
  () => {
    if (box.made === undefined) throw new Error('it is made before')
    const {home, state} = box.made.world
    const hook = join(dirname(home), 'without-driver.cjs')
    writeFileSync(hook, without)
    // By the environment, so that the process that has the module finds none either.
    const env = {...process.env, KEYRITE_HOME: home, XDG_STATE_HOME: dirname(state)}
    const program = join(import.meta.dirname, '../../../bin/run.js')
    const keyrite = (...words: readonly string[]) =>
      spawnSync(process.execPath, [program, ...words, '--json'], {
        env: {...env, NODE_OPTIONS: `--require ${hook}`},
        encoding: 'utf8',
      })
    const fact = 'the driver for PKCS#11 (pkcs11js) was not compiled on this machine'
    const fix = expect.stringMatching(/^install a C\+\+ compiler, .* npm rebuild pkcs11js$/)
    const doctor = JSON.parse(keyrite('doctor').stdout) as {checks: unknown[]}
    expect(doctor.checks).toContainEqual(
      expect.objectContaining({name: 'profile near', ok: false, detail: fact, fix}),
    )
    const check = keyrite('profile', 'check', 'near')
    expect([check.status, JSON.parse(check.stdout)]).toEqual([
      5,
      expect.objectContaining({
        checks: [expect.objectContaining({name: 'opens', detail: `cannot use an HSM: ${fact}`, fix})],
      }),
    ])
    for (const words of [
      ['key', 'show', 'payments'],
      ['ledger', 'verify'],
      ['profile', 'list'],
    ])
      expect(keyrite(...words)).toMatchObject({status: 0})
  },
  60_000,
)
