/** Which host the SDK would call for a place: all that can be seen of AWS's partitions without AWS. Nothing is sent. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {KMS} from '@aws-sdk/client-kms'
import {GetCallerIdentityCommand} from '@aws-sdk/client-sts'
import {expect, test} from '@jest/globals'
import {commonConfig, patience} from '../../../src/providers/aws/client.ts'
import {stsOf} from '../../../src/providers/aws/credentials.ts'
import {isAwsHost} from '../../../src/providers/aws/hosts.ts'
import {placeOf} from '../../../src/providers/aws/settings.ts'

const credentials = {accessKeyId: 'nobody', secretAccessKey: 'nothing-secret'}

class Seen extends Error {
  readonly host: string
  constructor(host: string) {
    super(`it would ask ${host}`)
    this.host = host
  }
}

/** The request as it is about to be sent. */
const stop =
  () =>
  async (args: {request: unknown}): Promise<never> => {
    const {
      protocol = '',
      hostname = '',
      port,
    } = args.request as {protocol?: string; hostname?: string; port?: number}
    throw new Seen(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`)
  }

interface Client {
  readonly middlewareStack: Pick<KMS['middlewareStack'], 'add'>
  destroy(): void
}

/** The host that is about to be called. */
async function calledBy<C extends Client>(client: C, call: (client: C) => Promise<unknown>): Promise<string> {
  client.middlewareStack.add(stop, {step: 'finalizeRequest', priority: 'low', name: 'keyriteStops'})
  try {
    await call(client)
    throw new Error('it was sent')
  } catch (error) {
    if (error instanceof Seen) return error.host
    throw error
  } finally {
    client.destroy()
  }
}

function hostOf(settings: Readonly<Record<string, string>>): Promise<string> {
  const place = placeOf(settings)
  const config = {...commonConfig(place, patience), region: place.region, credentials, maxAttempts: 1}
  return calledBy(new KMS(config), (kms) => kms.listKeys({}))
}

function stsHost(region: string): Promise<string> {
  const sts = stsOf(placeOf({region}), async () => credentials)
  return calledBy(sts, (one) => one.send(new GetCallerIdentityCommand({})))
}

test.each([
  ['the commercial partition', {region: 'eu-central-1'}, 'https://kms.eu-central-1.amazonaws.com'],
  ['GovCloud', {region: 'us-gov-west-1'}, 'https://kms.us-gov-west-1.amazonaws.com'],
  ['China', {region: 'cn-north-1'}, 'https://kms.cn-north-1.amazonaws.com.cn'],
  ['China, the other region', {region: 'cn-northwest-1'}, 'https://kms.cn-northwest-1.amazonaws.com.cn'],
  ['the European sovereign cloud', {region: 'eusc-de-east-1'}, 'https://kms.eusc-de-east-1.amazonaws.eu'],
  ['an isolated one', {region: 'us-iso-east-1'}, 'https://kms.us-iso-east-1.c2s.ic.gov'],
  ['a region that the SDK does not know yet', {region: 'eu-north-9'}, 'https://kms.eu-north-9.amazonaws.com'],
  ['FIPS', {region: 'us-east-1', fips: 'true'}, 'https://kms-fips.us-east-1.amazonaws.com'],
  [
    'FIPS in GovCloud',
    {region: 'us-gov-east-1', fips: 'true'},
    'https://kms-fips.us-gov-east-1.amazonaws.com',
  ],
  [
    'a VPC endpoint',
    {region: 'us-east-1', endpoint: 'https://vpce-0a1b-c2d3.kms.us-east-1.vpce.amazonaws.com'},
    'https://vpce-0a1b-c2d3.kms.us-east-1.vpce.amazonaws.com',
  ],
])('of %s it is one that counts as AWS’s own', async (_name, settings, host) => {
  const called = await hostOf(settings)
  expect(called).toBe(host)
  expect(isAwsHost(new URL(called).host, settings.region)).toBe(true)
})

test('of another address it is that one, and no AWS', async () => {
  const called = await hostOf({region: 'eu-central-1', endpoint: 'https://kms.example.com:8443'})
  expect(called).toBe('https://kms.example.com:8443')
  expect(isAwsHost(new URL(called).host, 'eu-central-1')).toBe(false)
})

test.each([
  ['eu-central-1', 'https://sts.eu-central-1.amazonaws.com'],
  ['us-gov-west-1', 'https://sts.us-gov-west-1.amazonaws.com'],
  ['cn-north-1', 'https://sts.cn-north-1.amazonaws.com.cn'],
])('a role is asked for in its region’s own partition: %s', async (region, host) => {
  expect(await stsHost(region)).toBe(host)
})

test.each([
  ['--endpoint', {region: 'us-east-1', endpoint: 'https://kms.us-east-1.amazonaws.com', fips: 'true'}],
  ['no region', {region: 'europe'}],
  ['a path', {region: 'us-east-1', endpoint: 'https://kms.example.com/path'}],
  ['a password', {region: 'us-east-1', endpoint: 'https://me:secret@kms.example.com'}],
])('what does not go together is refused before anything is asked: %s', (_name, settings) => {
  expect(() => placeOf(settings)).toThrow(expect.objectContaining({code: 'USAGE'}))
})

test.each([
  ['AWS_ENDPOINT_URL', {AWS_ENDPOINT_URL: 'http://127.0.0.1:4566'}],
  ['AWS_ENDPOINT_URL_KMS', {AWS_ENDPOINT_URL_KMS: 'https://kms.example.com'}],
  ['endpoint_url in the file of settings', {}],
])('of a place without an address it is AWS’s own whatever %s says', async (_name, variables) => {
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-aws-'))
  const AWS_CONFIG_FILE = join(folder, 'config')
  writeFileSync(AWS_CONFIG_FILE, '[default]\nendpoint_url = https://kms.example.com\n')
  Object.assign(process.env, {...variables, AWS_CONFIG_FILE})
  try {
    expect(await hostOf({region: 'eu-central-1'})).toBe('https://kms.eu-central-1.amazonaws.com')
    expect(await stsHost('eu-central-1')).toBe('https://sts.eu-central-1.amazonaws.com')
  } finally {
    for (const name of ['AWS_CONFIG_FILE', ...Object.keys(variables)])
      Reflect.deleteProperty(process.env, name)
    rmSync(folder, {recursive: true})
  }
})
