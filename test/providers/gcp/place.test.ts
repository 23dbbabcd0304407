/** What the settings of a key ring must be, and what is said where no line to it comes about. */
import {expect, test} from '@jest/globals'
import {failure} from '../../../src/providers/gcp/failures.ts'
import {placeFrom} from '../../../src/providers/gcp/place.ts'

const ring = 'projects/acme/locations/europe-west3/keyRings/payments'

test.each([
  ['a ring by its last name', {'key-ring': 'payments'}, /keyRings\/R, got "payments"$/],
  ['days as a duration', {'destroy-days': 'P7D'}, /a number from 1 to 120, got "P7D"$/],
  ['days in another notation', {'destroy-days': '0x10'}, /got "0x10"$/],
  ['no day', {'destroy-days': '0'}, /got "0"$/],
  ['too many days', {'destroy-days': '121'}, /got "121"$/],
  ['another protection', {protection: 'cloud'}, /got "cloud"$/],
  ['a label in upper case', {labels: 'Team=x'}, /got "Team=x"$/],
])('%s is refused by what was given', (_name, settings, fact) => {
  expect(() => placeFrom({'key-ring': ring, ...settings})).toThrow(
    expect.objectContaining({code: 'USAGE', message: expect.stringMatching(fact)}),
  )
})

/** As the client of Google says it of its tries. */
const unavailable = (last: string): Error =>
  Object.assign(
    new Error(
      `Total timeout of API google.cloud.kms.v1.KeyManagementService exceeded 15000 milliseconds retrying error Error: 14 UNAVAILABLE: No connection established. Last error: Error: ${last}. Resolution note:   before any request`,
    ),
    {code: 14},
  )

test('why no line came about is said first: a certificate with the flag for its authority, an address with its error', () => {
  expect(
    failure(
      'look',
      unavailable(
        'self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
      ),
    ),
  ).toMatchObject({
    code: 'PROVIDER_UNREACHABLE',
    message:
      'cannot look: its certificate is of no authority that is trusted here, or of another name, self-signed certificate',
    hints: expect.arrayContaining(['an authority of its own: a profile with --ca-file FILE.pem']),
  })
  expect(failure('look', unavailable('connect ECONNREFUSED 127.0.0.1:1'))).toMatchObject({
    code: 'PROVIDER_UNREACHABLE',
    message: 'cannot look: Google Cloud KMS did not answer, connect ECONNREFUSED 127.0.0.1:1',
  })
})
