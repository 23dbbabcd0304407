/**
 * What Log Analytics says was done with a key: the table AZKVAuditLogs, where a diagnostic setting of the vault sends its audit
 * events to a workspace. The operator says which; a vault does not.
 */
import {z} from 'zod'
import {KeyriteError} from '../../base/errors.ts'
import {askLog} from '../ask-log.ts'
import {isProbe, type UsageEvent, type UsageLog, type UsageOperation, type UsageQuery} from '../usage.ts'
import {fileOf, type Service} from './service.ts'

const hosts = {
  public: 'api.loganalytics.azure.com',
  usgov: 'api.loganalytics.us',
  china: 'api.loganalytics.azure.cn',
} as const
const dayMs = 86_400_000

const answerSchema = z.object({
  tables: z.array(
    z.object({columns: z.array(z.object({name: z.string()})), rows: z.array(z.array(z.json()))}),
  ),
  /** Only a part of what was asked for. */
  error: z.unknown().optional(),
})

/** As the table names them. */
const operations: Readonly<Record<string, UsageOperation>> = {
  KeySign: 'sign',
  KeyVerify: 'verify',
  KeyEncrypt: 'encrypt',
  KeyDecrypt: 'decrypt',
  KeyWrap: 'wrap',
  KeyUnwrap: 'unwrap',
  KeyGet: 'read',
  KeyBackup: 'read',
  KeyRelease: 'read',
}

export function usageOf(service: Service, query: UsageQuery): UsageLog {
  service.demandOpen()
  const {workspace, endpoint} = query
  if (workspace === null || !/^[0-9a-f-]{36}$/i.test(workspace))
    throw new KeyriteError(
      'UNSUPPORTED',
      'cannot read what was done with it: a vault does not say where its audit events go',
      {
        hints: [
          'keyrite key usage NAME --workspace ID --remember, of the Log Analytics workspace of its diagnostic setting',
          'az monitor diagnostic-settings list --resource VAULT-ID',
        ],
      },
    )
  const own = hosts[service.place.cloud]
  const gaps = [
    'events come some minutes late, and only from when a diagnostic setting sends them to this workspace',
    'what is older than the workspace keeps is gone',
  ]
  const log = {
    name: 'Log Analytics',
    url: `https://${endpoint ?? own}/v1/workspaces/${workspace}/query`,
    ca: service.place.caFile === null ? null : fileOf(service.place.caFile),
    grant: 'give the account the role Log Analytics Reader on the workspace',
  }
  return {
    source: `Log Analytics workspace ${workspace}`,
    gaps,
    events: eventsOf(service, query, gaps, async (body) => {
      const {credentialsFor} = await import('./credentials.ts')
      const credential = await credentialsFor(service.place)
      const given = await service.ask('sign in', () => credential.getToken(`https://${own}/.default`))
      // Without a token the log says no.
      return askLog(log, {authorization: `Bearer ${given?.token ?? ''}`, prefer: 'wait=25'}, body)
    }),
  }
}

/** A day at a time, so that no answer is longer than the service gives; the newest first: whoever ends before the end has those. */
async function* eventsOf(
  {place}: Service,
  {refs, since, until}: UsageQuery,
  gaps: string[],
  ask: (body: object) => Promise<unknown>,
): AsyncIterable<UsageEvent> {
  const names = [...new Set(refs.map(({key}) => key))]
  for (let to = until.getTime(); to > since.getTime(); to -= dayMs) {
    const from = Math.max(to - dayMs, since.getTime())
    for (const name of names) {
      const said = answerSchema.parse(await ask({query: kusto(`${place.vault}/keys/${name}`, from, to)}))
      if (said.error !== undefined)
        gaps.push(
          `from ${new Date(from).toISOString()} to ${new Date(to).toISOString()} the service gave a part only`,
        )
      for (const {columns, rows} of said.tables.slice(0, 1))
        for (const row of rows) {
          const event = eventFrom(new Map(columns.map((one, at) => [one.name, row[at]])))
          if (event !== undefined) yield event
        }
    }
  }
}

/** @param key - the address of the key; nothing in it can end a text of Kusto's. */
function kusto(key: string, from: number, to: number): string {
  const time = (at: number): string => `datetime(${new Date(at).toISOString()})`
  return [
    'AZKVAuditLogs',
    `where TimeGenerated >= ${time(from)} and TimeGenerated < ${time(to)}`,
    `where Id == "${key}" or Id startswith "${key}/"`,
    'project TimeGenerated, OperationName, HttpStatusCode, CallerIpAddress, ClientInfo, Identity',
    'order by TimeGenerated desc',
  ].join(' | ')
}

function eventFrom(row: ReadonlyMap<string, unknown>): UsageEvent | undefined {
  const at = new Date(textOf(row.get('TimeGenerated')))
  if (Number.isNaN(at.getTime())) return undefined
  const status = Number(row.get('HttpStatusCode') ?? 0)
  const from = textOf(row.get('CallerIpAddress'))
  return {
    at,
    caller: callerOf(row.get('Identity')),
    operation: operations[textOf(row.get('OperationName'))] ?? 'administer',
    refused: status >= 400,
    from: from === '' ? null : from,
    probe: isProbe(textOf(row.get('ClientInfo'))),
  }
}

/** A person by name, a program by the id of its application, anything else by its object id. */
function callerOf(identity: unknown): string {
  let said: unknown = identity
  if (typeof identity === 'string')
    try {
      said = JSON.parse(identity)
    } catch {
      return identity
    }
  const {claim = {}} = (said ?? {}) as {claim?: Readonly<Record<string, unknown>>}
  const names = ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn', 'upn', 'appid']
  const oid = ['http://schemas.microsoft.com/identity/claims/objectidentifier', 'oid']
  for (const name of [...names, ...oid]) {
    const text = textOf(claim[name])
    if (text !== '') return text
  }
  return 'nobody that the log names'
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
