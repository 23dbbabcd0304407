import {expect, test} from '@jest/globals'
import {Versions} from '../../src/base/versions.ts'
import type {Certificate, OpenCertificate} from '../../src/certificates/index.ts'
import {signedBehind} from '../../src/ceremony/left-behind.ts'

const common = {key: 'root', version: 1, serial: '01', approved: 7} as const
const certificate: Certificate = {
  ...common,
  seq: 9,
  form: 'self-signed',
  sha256: 'ab'.repeat(32),
  at: '',
  ceremony: 'c1',
}
const begun: OpenCertificate = {
  ...common,
  seq: 11,
  id: '',
  profile: 'main',
  tbs: '',
  form: 'request',
  ceremony: 'c1',
}

test('whoever ends a ceremony is told what its key signed, what it perhaps signed, and nothing of other ceremonies', () => {
  const state = {
    made: new Versions<number, Certificate>()
      .with(9, certificate)
      .with(3, {...certificate, seq: 3, ceremony: 'c0'}),
    open: new Versions<number, OpenCertificate>().with(11, begun).with(4, {...begun, seq: 4, ceremony: null}),
  }
  expect(signedBehind(state, 'c1')).toEqual([
    {
      what: `self-signed certificate of key "root", SHA-256 ${'ab'.repeat(32)}: the key signed it, and that cannot be taken back`,
      clean: ['keyrite key certificate root --entry 9', expect.stringContaining('Give it to nobody')],
    },
    {
      what: 'perhaps a request for a certificate of key "root": signing it was begun, and it is not known whether the key signed',
      clean: [expect.stringContaining('there is nothing to clean')],
    },
  ])
  expect(signedBehind({made: new Versions(), open: new Versions()}, 'c1')).toEqual([])
})
