/** What the service's own audit log says was done with a key: read, never judged here. */

/** One word for one thing, whatever a service calls it. `administer`: whatever does not use the material. */
export const usageOperations = [
  'sign',
  'verify',
  'encrypt',
  'decrypt',
  'wrap',
  'unwrap',
  'mac',
  'derive',
  'read',
  'administer',
] as const
export type UsageOperation = (typeof usageOperations)[number]

export interface UsageEvent {
  readonly at: Date
  /** Who, as the log names them. */
  readonly caller: string
  readonly operation: UsageOperation
  /** Whether the service said no. */
  readonly refused: boolean
  /** The address it came from; null where the log has none. */
  readonly from: string | null
  /** Whether it was keyrite that tried the key, by its own mark in the user agent: anybody can put that there. */
  readonly probe: boolean
}

export interface UsageQuery {
  /** All versions of the key. */
  readonly refs: readonly {readonly key: string; readonly version: string}[]
  /** From then on, before the other. */
  readonly since: Date
  readonly until: Date
  /** Log files of the service that the operator names. */
  readonly files: readonly string[]
  /** Where a service keeps its logs apart from itself, and the operator says where. */
  readonly workspace: string | null
  /** Another address of the log than the service's own, as `HOST` or `HOST:PORT`. */
  readonly endpoint: string | null
}

export interface UsageLog {
  /** What was read, in words: it stands in the record. */
  readonly source: string
  /** What this log cannot show, known before it is read; after the last event also what was found missing in it. */
  readonly gaps: readonly string[]
  readonly events: AsyncIterable<UsageEvent>
}

/** @throws KeyriteError `UNSUPPORTED` saying what the operator must name, and as every call to a provider. */
export type ReadUsage = (query: UsageQuery) => Promise<UsageLog>

/** The mark that keyrite's own probes have in the user agent. */
export function isProbe(agent: string | null | undefined): boolean {
  return (
    agent !== null && agent !== undefined && /\bkeyrite\/\S+ .*\bprobe\b|\bprobe\/[0-9a-f]{32}\b/.test(agent)
  )
}
