/** verify.py writes the bytes of certificates by itself: for every spec the same as keyrite does. */
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {hex} from '../../src/base/bytes.ts'
import {toBeSigned} from '../../src/certificates/encode.ts'
import {parseSpec} from '../../src/certificates/spec.ts'
import {asRequest, fillingOf, fullSpec, pairFor, rootSpec} from '../certificates/support.ts'
import {testWith} from '../support/needs.ts'

const script = `
import importlib.util, json, sys
sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location('verify', sys.argv[1])
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)
for plan, scheme, spki, serial in json.load(sys.stdin):
    print(verify.certificate_bytes(plan, scheme, bytes.fromhex(spki), serial).hex())
`

testWith('python3', 'what is to be signed is the same by verify.py, for every form and scheme', () => {
  const leaf = {
    ...rootSpec,
    authority: false,
    path_length: null,
    usage: ['digital-signature'],
    names: [{kind: 'ip', value: 'ff02::1:2'}],
    policies: [{oid: '2.16.840.1.113733.0.127', cps: null}],
  }
  const schemes = ['rs256', 'rs512', 'ps256', 'ps384', 'ps512', 'es256', 'es384', 'es512', 'eddsa'] as const
  const rows = schemes.flatMap((scheme) =>
    [rootSpec, fullSpec, leaf, asRequest(rootSpec), asRequest(fullSpec)].map((change) => {
      const spec = parseSpec(change)
      const pair = pairFor(scheme)
      const filling = fillingOf(pair, spec)
      const asked = [
        change,
        scheme,
        pair.spki.toString('hex'),
        filling.serial === null ? null : hex(filling.serial),
      ]
      return {asked, bytes: toBeSigned(spec, filling).toString('hex')}
    }),
  )
  const verifier = join(import.meta.dirname, '../../ceremony-templates/bundle/verify.py')
  const said = execFileSync('python3', ['-c', script, verifier], {
    input: JSON.stringify(rows.map(({asked}) => asked)),
    encoding: 'utf8',
  })
  expect(said.trim().split('\n')).toEqual(rows.map(({bytes}) => bytes))
})
