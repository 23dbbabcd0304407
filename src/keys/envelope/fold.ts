/** Replays which data key lies wrapped under which version of a key. docs/ledger-format.md, section 6. */
import {z} from 'zod'
import type {Json} from '../../base/jcs.ts'
import {lately} from '../../base/lately.ts'
import {isBlobRef, problem, type Entry, type Fold, type Problem, type View} from '../../ledger/index.ts'
import {keysFold} from '../fold.ts'
import {classifications, keyName} from '../spec.ts'
import {envelopes, type DataKey, type Envelopes} from './state.ts'

const version = z.int().min(1)
const common = {data_key: keyName, key: keyName, profile: z.string(), wrapped: z.json()}
const schemas = {
  'envelope.wrapped': lately(z.strictObject({...common, version, classification: z.enum(classifications)})),
  'envelope.rewrapped': lately(z.strictObject({...common, from: version, to: version})),
} as const
type Type = keyof typeof schemas

export const envelopesFold: Fold<Envelopes> = {
  ...envelopes,
  types: Object.keys(schemas),

  check(view: View, entry: Entry): readonly Problem[] {
    const fault = faultOf(view, entry)
    return fault === undefined ? [] : [problem('envelope', entry, fault)]
  },

  apply(view: View, entry: Entry): Envelopes {
    const {all} = view.of(envelopes)
    const made = after(entry, all.get(textOf(entry.data['data_key'])))
    return {all: all.with(made.name, made)}
  },
}

function faultOf(view: View, entry: Entry): string | undefined {
  const parsed = schemas[entry.type as Type].safeParse(entry.data)
  if (!parsed.success) return `${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`
  const {data_key: name, key: of, profile, wrapped} = parsed.data
  if (!isBlobRef(wrapped)) return 'what is wrapped is not a blob'
  if (entry.approved !== null) return 'it needs no approval, and cites one'
  if (entry.ceremony !== null) return 'it belongs to no ceremony'
  if (entry.actor.person === null) return 'nobody says that they did it'
  const key = view.of(keysFold).keys.get(of)
  if (key?.profile !== profile) return `there is no key "${of}" in profile "${profile}"`
  if (key.spec.purpose !== 'wrap') return `key "${of}" does not wrap`
  const to = 'to' in parsed.data ? parsed.data.to : parsed.data.version
  if (to !== key.primary) return `version ${to} of key "${of}" is not primary`
  const state = key.versions.find((one) => one.version === to)?.state
  if (state !== 'active') return `version ${to} of key "${of}" is ${state ?? 'not there'}`
  const before = view.of(envelopes).all.get(name)
  if (!('to' in parsed.data))
    return before === undefined ? undefined : `data key "${name}" is recorded already`
  if (before?.key !== of || before.version !== parsed.data.from)
    return `data key "${name}" does not lie under version ${parsed.data.from} of key "${of}"`
  return to === before.version || wrapped.blob === before.wrapped ? 'it was not wrapped anew' : undefined
}

function after({seq, time, type, data}: Entry, before: DataKey | undefined): DataKey {
  const wrapped = isBlobRef(data['wrapped']) ? data['wrapped'].blob : ''
  if (type === 'envelope.wrapped') {
    const made = schemas['envelope.wrapped'].parse(data)
    const {data_key: name, key, version: under, profile, classification} = made
    return {name, key, version: under, profile, classification, wrapped, since: time, wrappedAt: time, seq}
  }
  if (before === undefined) throw new TypeError('checked before')
  return {...before, version: Number(data['to']), wrapped, wrappedAt: time, seq}
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
