/** What is typed next: with the names that are known put in, and those that somebody chooses left. */
import {expect, test} from '@jest/globals'
import {KeyriteError} from '../../src/base/errors.ts'
import {failure} from '../../src/providers/aws/failures.ts'
import {tell} from '../../src/ui/errors.ts'

const hints = [
  'keyrite profile check PROFILE',
  'look at what answers there: keyrite profile show PROFILE names the endpoint',
  'bring another key, and move the alias there: keyrite key alias NAME ALIAS',
  'keyrite profile set NAME --prover PROFILE, of any kind',
  'keyrite key create NAME --profile P',
]
const triesOf = (about?: {profile: string | null; key: string | null}): readonly string[] =>
  tell(new KeyriteError('UNSUPPORTED', 'cannot do it', {hints}), null, null, about).document.try

test('hints name the profile and the key that the run was about, and no other', () => {
  expect(triesOf({profile: 'cloud', key: 'orders'})).toEqual([
    'keyrite profile check cloud',
    'look at what answers there: keyrite profile show cloud names the endpoint',
    'bring another key, and move the alias there: keyrite key alias orders ALIAS',
    'keyrite profile set NAME --prover PROFILE, of any kind',
    'keyrite key create NAME --profile P',
  ])
  expect(triesOf({profile: null, key: null})).toEqual(hints)
  expect(triesOf()).toEqual(hints)
})

test.each([
  ['ExpiredTokenException', 'aws sso login --profile acme', 'aws sso login, or take new ones'],
  ['CredentialsProviderError', 'aws configure --profile acme', '--aws-profile'],
])('%s names the profile of AWS’s files that the credentials are of', (name, named, unnamed) => {
  const thrown = Object.assign(new Error('no'), {name})
  const said = (awsProfile: string | null): string =>
    failure('ask', thrown, 'AWS KMS', awsProfile).hints.join('\n')
  expect(said('acme')).toContain(named)
  expect(said('acme')).not.toContain('NAME')
  expect(said(null)).toContain(unnamed)
  expect(said(null)).not.toContain('NAME')
})
