/** The part of a policy that says how keys end: how long they wait, and how long some must be kept. */
import {z} from 'zod'
import {parseDuration} from '../base/duration.ts'
import {duration} from './schedule.ts'

const dayMs = 86_400_000

const retentionSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected a name of a-z, 0-9 and -')
      .describe('the name of this rule'),
    keep: duration.describe('how long a key is kept after it was last used to protect something'),
    labels: z.array(z.string()).describe('it holds for keys with any of these labels'),
    classifications: z
      .array(z.enum(['restricted', 'confidential', 'internal', 'public']))
      .describe('and for keys of these classifications'),
  })
  .describe('keys that must be kept')

export const destructionSchema = z
  .strictObject({
    grace: duration.describe('how long what a key made is still read after it was deactivated, at least'),
    wait: duration.describe('how long a scheduled destruction can be cancelled, at least'),
    retention: z.array(retentionSchema).describe('keys that must be kept, and how long'),
  })
  .exactOptional()
  .describe(
    'how keys end (K7); the usual rules where it is absent. Keys to test with wait as long as they are told',
  )

type Ending = NonNullable<z.infer<typeof destructionSchema>>

/** K7: 30 days of grace, a week to think again; HIPAA 6 years, SOX 7 years, PCI 3 months, by label. */
export const usualDestruction: Ending = {
  grace: 'P30D',
  wait: 'P7D',
  retention: [
    {id: 'hipaa', keep: 'P2192D', labels: ['hipaa'], classifications: []},
    {id: 'sox', keep: 'P2557D', labels: ['sox'], classifications: []},
    {id: 'pci', keep: 'P92D', labels: ['pci'], classifications: []},
  ],
}

export interface DestructionRules {
  readonly graceDays: number
  readonly waitDays: number
  readonly retention: readonly {
    readonly id: string
    readonly days: number
    readonly labels: readonly string[]
    readonly classifications: readonly string[]
  }[]
}

/** What the policy says, or the usual rules where it says nothing. Days are whole: what is begun counts. */
export function destructionOf({
  destruction = usualDestruction,
}: {
  readonly destruction?: Ending
}): DestructionRules {
  const days = (text: string): number => Math.ceil(parseDuration(text) / dayMs)
  return {
    graceDays: days(destruction.grace),
    waitDays: days(destruction.wait),
    retention: destruction.retention.map(({id, keep, labels, classifications}) => ({
      id,
      days: days(keep),
      labels,
      classifications,
    })),
  }
}

/** `hipaa: 2192 days (labels hipaa)`. */
export function retentionInWords({
  id,
  days,
  labels,
  classifications,
}: DestructionRules['retention'][number]): string {
  return `${id}: ${days} days (${[...labels, ...classifications].join(', ')})`
}
