/** What is typed next: with the names that are known put in, and those that somebody chooses left. */
import {expect, test} from '@jest/globals'
import {exitOf, KeyriteError, type ErrorCode} from '../../src/base/errors.ts'
import {failure} from '../../src/providers/aws/failures.ts'
import {tell, usageError} from '../../src/ui/errors.ts'

const hints = [
  'keyrite profile check PROFILE',
  'look at what answers there: keyrite profile show PROFILE names the endpoint',
  'bring another key, and move the alias there: keyrite key alias NAME ALIAS',
  'keyrite profile set NAME --prover PROFILE, of any kind',
  'keyrite key create NAME --profile P',
]
const triesOf = (about?: {profile: string | null; key: string | null}): readonly string[] =>
  tell(
    new KeyriteError('UNSUPPORTED', 'cannot do it', {hints}),
    null,
    null,
    about && {...about, command: null},
  ).document.try

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

/** Of a failure that does not say what to type next, in a run of `key move`. */
const nextOf = (code: ErrorCode, profile: string | null, key: string | null): readonly string[] =>
  tell(new KeyriteError(code, 'cannot do it'), null, null, {profile, key, command: 'key move'}).document.try

test.each<[ErrorCode, string | null, string | null, string]>([
  ['USAGE', 'cloud', 'orders', 'keyrite key move --help'],
  ['KEY_STATE', 'cloud', 'orders', 'keyrite key show orders'],
  ['KEY_NOT_FOUND', null, 'ordrs', 'keyrite key list'],
  ['UNSUPPORTED', 'cloud', 'orders', 'keyrite profile show cloud'],
  ['UNSUPPORTED', null, null, 'keyrite key move --help'],
  ['PROVIDER_FAILED', 'cloud', 'orders', 'keyrite doctor --profile cloud'],
  ['PROVIDER_UNREACHABLE', null, 'orders', 'keyrite profile list'],
  ['STORAGE', 'cloud', 'orders', 'keyrite doctor'],
  ['LEDGER_TAMPERED', null, null, 'keyrite ledger verify'],
])('%s at profile %s, on key %s, goes on with a command', (code, profile, key, next) => {
  expect(nextOf(code, profile, key)).toEqual([next])
})

test('every failure says what to type next, but one that is a person’s own wish', () => {
  const codes = (Object.keys(exitOf) as ErrorCode[]).filter((code) => nextOf(code, null, null).length === 0)
  expect(codes).toEqual(['CANCELLED'])
})

test('every flag that is missing is named as it is typed', () => {
  const thrown = (text: string) => Object.assign(new Error(text), {oclif: {}})
  const said = (text: string): string => (usageError(thrown(text), 'init', []) as KeyriteError).message
  const more = '\nSee more help with --help'
  expect(said(`The following error occurred:\n  Missing required flag org${more}`)).toBe('expected --org')
  expect(
    said(
      `The following errors occurred:\n  Missing required flag org\n  Missing required flag sign-with${more}`,
    ),
  ).toBe('expected --org and --sign-with')
})
