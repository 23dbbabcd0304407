/** Emulators of AWS KMS by other people: each covers what the other lacks. And AWS's own clients in Python, to ask them without us. */
import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {pythonOf, type Brought} from './bring.ts'
import {answers, launch, type Running} from './launch.ts'

const run = promisify(execFile)

export interface Emulator extends Running {
  /** For `--endpoint`. */
  readonly url: string
}

/** @param ministack - as `bring('ministack')` gave it. */
export async function startMinistack(ministack: Brought): Promise<Emulator> {
  const folder = folderOf(ministack)
  const running = await launch({
    name: 'ministack',
    host: '127.0.0.1',
    program: () => [pythonOf(folder), '-m', 'ministack'],
    // Without the first and the last two it would listen on every address.
    env: ({port}) => ({
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      SERVICES: 'kms,cloudtrail,sts,iam,tagging',
      CLOUDTRAIL_RECORDING: '1',
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
    }),
    ready: ({port}) => answers(`http://127.0.0.1:${port}/_ministack/health`),
    withinMs: 60_000,
  })
  return Object.assign(running, {url: `http://127.0.0.1:${running.port}`})
}

/** @param localstack - as `bring('localstack')` gave it. */
export async function startLocalstack(localstack: Brought): Promise<Emulator> {
  const folder = folderOf(localstack)
  const running = await launch({
    name: 'localstack',
    host: '::1',
    program: () => [pythonOf(folder), '-m', 'localstack.runtime.main'],
    // An IPv4 host would be ignored; this one is kept.
    env: ({port, folder: own}) => ({
      GATEWAY_LISTEN: `[::1]:${port}`,
      OVERRIDE_IN_DOCKER: '0',
      FILESYSTEM_ROOT: `${own}/fs`,
      GATEWAY_SERVER: 'twisted',
      SERVICES: 'kms,sts,iam,resourcegroupstaggingapi',
      EAGER_SERVICE_LOADING: '1',
      DISABLE_EVENTS: '1',
      SKIP_SSL_CERT_DOWNLOAD: '1',
      DNS_ADDRESS: '0',
    }),
    ready: ({port}) => answers(`http://[::1]:${port}/_localstack/health`),
    withinMs: 120_000,
  })
  return Object.assign(running, {url: `http://[::1]:${running.port}`})
}

/** What a client needs to know; the account is twelve digits, and each is an account of its own. */
export interface Asking {
  readonly url: string
  readonly account?: string
  readonly region?: string
}

export const credentials = ({
  account = '000000000001',
  region = 'eu-central-1',
}: Asking): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  AWS_ACCESS_KEY_ID: account,
  AWS_SECRET_ACCESS_KEY: 'nothing-secret',
  AWS_DEFAULT_REGION: region,
  AWS_EC2_METADATA_DISABLED: 'true',
  PYTHONDONTWRITEBYTECODE: '1',
})

/** Asks with the AWS CLI: `['kms', 'describe-key', '--key-id', …]`. @returns its JSON, parsed. */
export async function awsCli(client: Brought, asking: Asking, args: readonly string[]): Promise<unknown> {
  const all = ['-m', 'awscli', '--endpoint-url', asking.url, '--output', 'json', ...args]
  const {stdout} = await run(pythonOf(folderOf(client)), all, {env: credentials(asking)})
  return stdout.trim() === '' ? null : (JSON.parse(stdout) as unknown)
}

/** Runs a Python program with boto3 that finds the endpoint in ENDPOINT. @returns what it printed as JSON. */
export async function boto3(client: Brought, asking: Asking, program: string): Promise<unknown> {
  const {stdout} = await run(pythonOf(folderOf(client)), ['-c', program], {
    env: {...credentials(asking), ENDPOINT: asking.url},
  })
  return JSON.parse(stdout) as unknown
}

function folderOf(brought: Brought): string {
  if (!brought.present) throw new Error(`${brought.what} is missing: ${brought.how}`)
  return brought.folder
}
