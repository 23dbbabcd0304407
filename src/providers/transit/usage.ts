/**
 * What an audit device wrote to a file: one JSON document a line, a `response` after each `request`. The server gives it to nobody;
 * the operator says where the file is. Paths are in the clear in it; tokens and what was signed are not.
 */
import {createReadStream} from 'node:fs'
import {createInterface} from 'node:readline'
import {createGunzip} from 'node:zlib'
import {z} from 'zod'
import {KeyriteError} from '../../base/errors.ts'
import {visibleLine} from '../../base/visible.ts'
import {isProbe, type UsageEvent, type UsageLog, type UsageOperation, type UsageQuery} from '../usage.ts'

const lineSchema = z.object({
  type: z.string(),
  time: z.iso.datetime(),
  auth: z
    .object({
      display_name: z.string().optional(),
      entity_id: z.string().optional(),
      policies: z.array(z.string()).nullish(),
    })
    .nullish(),
  request: z.object({
    path: z.string(),
    namespace: z.object({path: z.string().optional()}).nullish(),
    remote_address: z.string().optional(),
    headers: z.record(z.string(), z.json()).nullish(),
  }),
  error: z.string().optional(),
})
type Line = z.infer<typeof lineSchema>

const operations: Readonly<Record<string, UsageOperation>> = {
  sign: 'sign',
  verify: 'verify',
  encrypt: 'encrypt',
  decrypt: 'decrypt',
  rewrap: 'decrypt',
  datakey: 'wrap',
  hmac: 'mac',
  'derive-key': 'derive',
  export: 'read',
  'byok-export': 'read',
  backup: 'read',
  keys: 'administer',
}

export function usageIn(
  {mount, namespace}: {readonly mount: string; readonly namespace: string},
  query: UsageQuery,
): UsageLog {
  const {files, refs} = query
  if (files.length === 0)
    throw new KeyriteError(
      'UNSUPPORTED',
      'cannot read what was done with it: the server gives its audit log to nobody',
      {
        hints: [
          'keyrite key usage NAME --audit-file FILE --remember, the file of an audit device, or a copy of it',
          'bao audit list -detailed',
        ],
      },
    )
  const gaps = [
    'what a server does that has no audit device is nowhere; what was sent to another audit device is not in these files',
  ]
  const names = new Set(refs.map(({key}) => key))
  return {
    source: `audit device: ${files.map((one) => visibleLine(one, 200)).join(', ')}`,
    gaps,
    events: eventsIn(query, (line) => operationOn(line, {mount, namespace, names}), gaps),
  }
}

async function* eventsIn(
  {files, since, until}: UsageQuery,
  operationOf: (line: Line) => UsageOperation | undefined,
  gaps: string[],
): AsyncIterable<UsageEvent> {
  let first: number | undefined
  let unread = 0
  for (const file of files)
    for await (const text of linesOf(file)) {
      const line = parsed(text)
      if (line === undefined) {
        unread++
        continue
      }
      const at = new Date(line.time)
      first = Math.min(first ?? at.getTime(), at.getTime())
      if (line.type !== 'response' || at < since || at >= until) continue
      const operation = operationOf(line)
      if (operation === undefined) continue
      yield {
        at,
        caller: callerOf(line),
        operation,
        refused: (line.error ?? '') !== '',
        from: line.request.remote_address ?? null,
        probe: isProbe(agentOf(line)),
      }
    }
  if (unread > 0) gaps.push(`${unread} lines are not as an audit device writes them, and were passed over`)
  if (first === undefined) gaps.push('the files hold nothing')
  else if (first > since.getTime())
    gaps.push(`the files begin at ${new Date(first).toISOString()}: what was before is not in them`)
}

/** One line after the other, and nothing kept of it. @throws KeyriteError `FILE_NOT_FOUND`. */
async function* linesOf(file: string): AsyncIterable<string> {
  const stream = createReadStream(file)
  const bytes = file.endsWith('.gz') ? stream.pipe(createGunzip()) : stream
  const lines = createInterface({input: bytes, crlfDelay: Infinity})
  const failed: Error[] = []
  // The lines would wait for a stream that has failed.
  const end = (error: Error): void => {
    failed.push(error)
    lines.close()
  }
  stream.on('error', end)
  if (bytes !== stream) bytes.on('error', end)
  try {
    for await (const text of lines) if (text !== '') yield text
  } catch (error) {
    failed.push(error as Error)
  } finally {
    stream.destroy()
  }
  const [error] = failed
  if (error !== undefined)
    throw new KeyriteError(
      'FILE_NOT_FOUND',
      `cannot read the audit file "${file}": ${visibleLine(error.message, 200)}`,
      {hints: ['name the file of the audit device, or a copy that you may read']},
    )
}

function parsed(text: string): Line | undefined {
  try {
    return lineSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

interface Whose {
  readonly mount: string
  readonly namespace: string
  readonly names: ReadonlySet<string>
}

/** `MOUNT/ACT/NAME/…`, or `MOUNT/keys/NAME/…`; undefined for another key. */
function operationOn({request}: Line, {mount, namespace, names}: Whose): UsageOperation | undefined {
  const there = (request.namespace?.path ?? '').replace(/\/$/, '')
  if (there !== namespace.replace(/\/$/, '') || !request.path.startsWith(`${mount}/`)) return undefined
  const [act = '', ...rest] = request.path.slice(mount.length + 1).split('/')
  const isPlaintext = act === 'datakey' || act === 'export' || act === 'byok-export'
  const name = isPlaintext ? rest[1] : rest[0]
  return name !== undefined && names.has(name) ? (operations[act] ?? 'administer') : undefined
}

function callerOf({auth}: Line): string {
  const name = auth?.display_name ?? ''
  const entity = auth?.entity_id ?? ''
  if (name === '' && entity === '') return 'nobody the server knows'
  if (entity !== '') return `${name} (entity ${entity})`
  // Tokens that were made by hand are all called the same.
  const policies = auth?.policies ?? []
  return policies.length === 0 ? name : `${name} (policies ${policies.join(', ')})`
}

/** Only where the device was told to log it. */
function agentOf({request}: Line): string | undefined {
  const value = request.headers?.['user-agent']
  const first = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first : undefined
}
