/**
 * What Cloud Logging says was done with a key: the audit logs of Cloud KMS in the key ring's project (`entries:list`). What changes
 * keys is always logged; what uses them only where Data Access audit logs are on.
 */
import {z} from 'zod'
import {KeyriteError} from '../../base/errors.ts'
import {askLog} from '../ask-log.ts'
import {isProbe, type UsageEvent, type UsageLog, type UsageOperation, type UsageQuery} from '../usage.ts'
import type {Service} from './service.ts'

const host = 'logging.googleapis.com'
const scope = 'https://www.googleapis.com/auth/logging.read'
const page = 1000

const answerSchema = z.object({
  entries: z
    .array(
      z.object({
        timestamp: z.iso.datetime(),
        protoPayload: z.object({
          methodName: z.string().default(''),
          authenticationInfo: z
            .object({principalEmail: z.string().optional(), principalSubject: z.string().optional()})
            .optional(),
          requestMetadata: z
            .object({callerIp: z.string().optional(), callerSuppliedUserAgent: z.string().optional()})
            .optional(),
          status: z.object({code: z.int().optional()}).optional(),
        }),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
})
type Entry = z.infer<typeof answerSchema>['entries'][number]

const operations: Readonly<Record<string, UsageOperation>> = {
  AsymmetricSign: 'sign',
  AsymmetricDecrypt: 'decrypt',
  Encrypt: 'encrypt',
  Decrypt: 'decrypt',
  RawEncrypt: 'encrypt',
  RawDecrypt: 'decrypt',
  MacSign: 'mac',
  MacVerify: 'mac',
  GetPublicKey: 'read',
}

export async function usageOf(service: Service, query: UsageQuery): Promise<UsageLog> {
  service.demandOpen()
  const {place, endpoint} = service
  if (endpoint.isPlain && query.endpoint === null)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot read what was done with a key: ${endpoint.host} is an emulator on this machine, and Cloud Logging knows nothing of it`,
    )
  const {credentialsFrom} = await import('./credentials.ts')
  const client = await credentialsFrom(service.credentialsFile(), place.credentials ?? '', scope, host)
  const log = {
    name: 'Cloud Logging',
    url: `https://${query.endpoint ?? host}/v2/entries:list`,
    ca: service.authorities(),
    grant: 'give the account roles/logging.privateLogViewer in the project of the key ring',
  }
  const headers = async (): Promise<Record<string, string>> =>
    Object.fromEntries(await client.getRequestHeaders(`https://${host}/`))
  return {
    source: `Cloud Logging of ${place.ring.split('/').slice(0, 2).join('/')}`,
    gaps: [
      'signing, encrypting and the like are logged only where Data Access audit logs are on for Cloud KMS; what changes a key always is',
      'what is older than its log bucket keeps is gone: 400 days for what changes keys, 30 for their use unless somebody set more',
    ],
    events: eventsOf(service, query, async (body) => askLog(log, await headers(), body)),
  }
}

/** The newest first: whoever ends before the end has those. */
async function* eventsOf(
  {place}: Service,
  {refs, since, until}: UsageQuery,
  ask: (body: object) => Promise<unknown>,
): AsyncIterable<UsageEvent> {
  const names = [...new Set(refs.map(({key}) => `${place.ring}/cryptoKeys/${key}`))]
  for (const name of names) {
    const filter = [
      'protoPayload.serviceName="cloudkms.googleapis.com"',
      `protoPayload.resourceName:"${name}"`,
      `timestamp>="${since.toISOString()}"`,
      `timestamp<"${until.toISOString()}"`,
    ].join(' AND ')
    let pageToken: string | undefined
    do {
      const said = answerSchema.parse(
        await ask({
          resourceNames: [place.ring.split('/').slice(0, 2).join('/')],
          ...{filter, orderBy: 'timestamp desc', pageSize: page},
          ...(pageToken === undefined ? {} : {pageToken}),
        }),
      )
      for (const entry of said.entries) yield eventFrom(entry)
      pageToken = said.nextPageToken === '' ? undefined : said.nextPageToken
    } while (pageToken !== undefined)
  }
}

function eventFrom({
  timestamp,
  protoPayload: {methodName, authenticationInfo, requestMetadata, status},
}: Entry): UsageEvent {
  const method = methodName.split('.').at(-1) ?? ''
  return {
    at: new Date(timestamp),
    caller:
      authenticationInfo?.principalEmail ??
      authenticationInfo?.principalSubject ??
      'nobody that the log names',
    operation: operations[method] ?? 'administer',
    refused: (status?.code ?? 0) !== 0,
    from: requestMetadata?.callerIp ?? null,
    probe: isProbe(requestMetadata?.callerSuppliedUserAgent),
  }
}
