/** Whose credentials are used: AWS's own files, a role, SSO, a program, as the SDK finds them; on the loopback, never at AWS. */
import {createHash} from 'node:crypto'
import {once} from 'node:events'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {createServer, type IncomingMessage, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openAws} from '../../../src/providers/aws/index.ts'
import {startMinistack, type Emulator} from '../../backends/aws.ts'
import {bring} from '../../backends/bring.ts'
import {testWhen} from '../../support/needs.ts'
import {outcome} from '../support.ts'
import {settingsOf, soon} from './bench.ts'

const ministack = await bring('ministack')
const names = [
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'AWS_CONFIG_FILE'],
  ...[
    'AWS_SHARED_CREDENTIALS_FILE',
    'AWS_ENDPOINT_URL_STS',
    'AWS_ENDPOINT_URL_SSO',
    'AWS_EC2_METADATA_DISABLED',
    'HOME',
  ],
]
/** An access key of twelve digits is an account of its own there. */
const [own, taken, portal, program] = ['111111111111', '222222222222', '333333333333', '444444444444']
const later = (): string => new Date(Date.now() + 3_600_000).toISOString()

interface Asked {
  readonly path: string
  readonly body: string
  readonly key: string
  readonly token: string
}

/** STS and the portal of SSO, as far as one role is asked for; who asked, and for what, is kept. */
class Identities {
  readonly asked: Asked[] = []
  refuses = false
  readonly #server: Server = createServer((request, response) => {
    void this.#answer(request).then(({status, type, text}) => {
      response.writeHead(status, {'content-type': type})
      response.end(text)
    })
  })

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage): Promise<{status: number; type: string; text: string}> {
    const pieces: Buffer[] = []
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece)
    const {authorization = '', 'x-amz-sso_bearer_token': token = ''} = request.headers
    const [, key = ''] = /Credential=([^/]+)/.exec(authorization) ?? []
    this.asked.push({
      path: request.url ?? '',
      body: Buffer.concat(pieces).toString(),
      key,
      token: String(token),
    })
    if (this.refuses)
      return {
        status: 403,
        type: 'text/xml',
        text: '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User is not authorized to perform: sts:AssumeRole</Message></Error><RequestId>x</RequestId></ErrorResponse>',
      }
    if (request.url?.startsWith('/federation/credentials') === true)
      return {
        status: 200,
        type: 'application/json',
        text: JSON.stringify({
          roleCredentials: {
            accessKeyId: portal,
            secretAccessKey: 'x',
            sessionToken: 'x',
            expiration: Date.now() + 3_600_000,
          },
        }),
      }
    return {
      status: 200,
      type: 'text/xml',
      text: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>${taken}</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>x</SessionToken><Expiration>${later()}</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::${taken}:assumed-role/keys/keyrite</Arn><AssumedRoleId>AROA:keyrite</AssumedRoleId></AssumedRoleUser></AssumeRoleResult><ResponseMetadata><RequestId>x</RequestId></ResponseMetadata></AssumeRoleResponse>`,
    }
  }
}

describe('credentials of AWS', () => {
  const box: {emulator?: Emulator; home?: string} = {}
  const identities = new Identities()
  const before = new Map(names.map((name) => [name, process.env[name]]))
  const home = (): string => box.home ?? missing()
  beforeAll(async () => {
    if (!ministack.present) return
    box.emulator = await startMinistack(ministack)
    box.home = mkdtempSync(join(tmpdir(), 'keyrite-aws-'))
    const url = await identities.start()
    for (const name of names) Reflect.deleteProperty(process.env, name)
    const [config, credentials] = [join(home(), 'config'), join(home(), 'credentials')]
    const cache = join(home(), '.aws/sso/cache')
    mkdirSync(cache, {recursive: true})
    writeFileSync(credentials, `[default]\naws_access_key_id = ${own}\naws_secret_access_key = x\n`, {
      mode: 0o600,
    })
    writeFileSync(
      config,
      `[profile keys]
role_arn = arn:aws:iam::${taken}:role/keys
source_profile = default
region = eu-central-1

[profile people]
sso_session = org
sso_account_id = ${portal}
sso_role_name = keys
region = eu-central-1

[sso-session org]
sso_region = eu-central-1
sso_start_url = https://org.awsapps.com/start

[profile program]
credential_process = /bin/echo '{"Version": 1, "AccessKeyId": "${program}", "SecretAccessKey": "x", "SessionToken": "x", "Expiration": "${later()}"}'

[profile late]
sso_session = other
sso_account_id = ${portal}
sso_role_name = keys

[sso-session other]
sso_region = eu-central-1
sso_start_url = https://other.awsapps.com/start
`,
    )
    const token = (session: string, expiresAt: string): void => {
      const name = createHash('sha1').update(session).digest('hex')
      const startUrl = `https://${session}.awsapps.com/start`
      writeFileSync(
        join(cache, `${name}.json`),
        JSON.stringify({accessToken: `token-of-${session}`, expiresAt, startUrl, region: 'eu-central-1'}),
      )
    }
    token('org', later())
    token('other', new Date(Date.now() - 60_000).toISOString())
    Object.assign(process.env, {
      HOME: home(),
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: credentials,
      AWS_ENDPOINT_URL_STS: url,
      AWS_ENDPOINT_URL_SSO: url,
      AWS_EC2_METADATA_DISABLED: 'true',
    })
  })
  afterAll(async () => {
    for (const [name, value] of before)
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    identities.stop()
    await box.emulator?.stop()
    if (box.home !== undefined) rmSync(box.home, {recursive: true})
  })

  const settings = (more: Readonly<Record<string, string>> = {}) => ({
    ...settingsOf(box.emulator?.url ?? ''),
    ...more,
  })
  /** The account that answers, which is whose credentials it was asked with. */
  const account = async (more: Readonly<Record<string, string>> = {}): Promise<string> => {
    const open = await openAws(settings(more), soon)
    try {
      return String((await open.evidence.identity())['account'])
    } finally {
      await open.close()
    }
  }

  testWhen(ministack, 'are those of the default profile where none is named', async () => {
    expect(await account()).toBe(own)
    expect(identities.asked).toEqual([])
  })

  testWhen(
    ministack,
    'of a profile with a role are those of the role, asked for with its source’s',
    async () => {
      expect(await account({aws_profile: 'keys'})).toBe(taken)
      const [first] = identities.asked.splice(0)
      expect(first).toMatchObject({key: own, body: expect.stringContaining('Action=AssumeRole')})
      expect(decodeURIComponent(first?.body ?? '')).toContain(`RoleArn=arn:aws:iam::${taken}:role/keys`)
    },
  )

  testWhen(
    ministack,
    'of somebody who logged in by SSO are those that the portal gives for their token',
    async () => {
      expect(await account({aws_profile: 'people'})).toBe(portal)
      expect(identities.asked.splice(0)[0]).toMatchObject({
        path: expect.stringContaining(`account_id=${portal}`),
        token: 'token-of-org',
      })
    },
  )

  testWhen(ministack, 'of a program are those that it prints', async () => {
    expect(await account({aws_profile: 'program'})).toBe(program)
  })

  testWhen(
    ministack,
    'that ran out, are of nobody, or of a role that is refused, say so and what to type',
    async () => {
      const refused = async (more: Readonly<Record<string, string>>) =>
        openAws(settings(more), soon).then(
          () => ({code: 'none', said: ''}),
          (thrown: unknown) => {
            const {code, message, hints} = thrown as {code: string; message: string; hints: string[]}
            return {code, said: [message, ...hints].join('\n')}
          },
        )
      const late = await refused({aws_profile: 'late'})
      expect(late).toMatchObject({
        code: 'CREDENTIALS_REFUSED',
        said: expect.stringContaining('aws sso login'),
      })
      expect(late.said).not.toContain('token-of')
      expect(await refused({aws_profile: 'nobody'})).toMatchObject({code: 'CREDENTIALS_REFUSED'})
      identities.refuses = true
      expect(await refused({aws_profile: 'keys'})).toMatchObject({
        code: 'CREDENTIALS_REFUSED',
        said: expect.stringMatching(/sts:AssumeRole is missing\n.*trust policy/),
      })
      identities.refuses = false
      expect(await outcome(account({aws_profile: 'keys'}))).toBe('ok')
    },
  )
})

function missing(): never {
  throw new Error('it is made before the tests')
}
