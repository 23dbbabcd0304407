/** A module that says a last day of use, and does not keep it, as none that was tried does: by our stand-in in front of SoftHSM2. */
import {expect} from '@jest/globals'
import {Secret} from '../../../src/base/secret.ts'
import {openHsm} from '../../../src/providers/pkcs11/index.ts'
import {testWhen} from '../../support/needs.ts'
import {enabled, outcome, specOf} from '../support.ts'
import {quirkyHsm, standinNeed} from './standin.ts'

testWhen(
  standinNeed,
  'says a last day and does not keep it: nothing is signed after it, and what was is verified',
  async () => {
    const hsm = quirkyHsm()
    const place = {module: hsm.module, serial: hsm.serial, label: null}
    const open = await openHsm(place, new Secret(Buffer.from(hsm.pin)))
    try {
      const ref = await enabled(open, specOf('ec-p256'))
      const message = Buffer.from('x')
      const signature = await open.use.sign(ref, message)
      hsm.now('end-date 20200131')
      const refused: unknown = await open.use.sign(ref, message).catch((error: unknown) => error)
      expect(refused).toMatchObject({code: 'KEY_STATE', message: expect.stringContaining('2020-01-31')})
      expect(await open.use.verify(ref, message, signature)).toBe(true)
      // Zeros and blanks are what some say who mean none.
      for (const none of ['00000000', '        ', '20991231']) {
        hsm.now(`end-date ${none}`)
        expect([none, await outcome(open.use.sign(ref, message))]).toEqual([none, 'ok'])
      }
    } finally {
      await open.close()
      hsm.remove()
    }
  },
)
