/** What a certificate or a request for one shall say: the `change` of a plan to sign it. docs/ledger-format.md, "Certificates". */
import {isIP} from 'node:net'
import {z} from 'zod'
import type {JsonObject} from '../base/jcs.ts'
import {visible} from '../base/visible.ts'
import {keyName} from '../keys/spec.ts'
import {classes} from '../policy/index.ts'
import {addressBytes} from './der.ts'
import {
  attributeNames,
  attributes,
  extendedUsageNames,
  nameKindNames,
  usageNames,
  type AttributeName,
  type ExtendedUsage,
  type Usage,
} from './words.ts'

/** `self-signed` is a certificate whose issuer is its own subject; `request` is a PKCS #10 request (RFC 2986). */
export const forms = ['self-signed', 'request'] as const
export type Form = (typeof forms)[number]

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const host = new RegExp(`^${label}(?:\\.${label})*$`)
const domain = new RegExp(`^\\.?${label}(?:\\.${label})*$`)
const mailbox = new RegExp(`^[A-Za-z0-9!#$%&'*+/=?^_\`{|}~.-]{1,64}@${label}(?:\\.${label})*$`)
const wildcard = new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})+$`)

/** A name that stands in a certificate. */
const isName = {
  dns: (value: string) => value.length <= 253 && (host.test(value) || wildcard.test(value)),
  email: (value: string) => mailbox.test(value),
  uri: (value: string) => /^[a-z][a-z0-9+.-]*:\/\/[!-~]{1,500}$/.test(value) && URL.canParse(value),
  ip: isAddress,
} as const
/** What names are held to (RFC 5280 section 4.2.1.10). */
const isConstraint = {
  dns: (value: string) => value.length <= 253 && host.test(value),
  email: (value: string) => mailbox.test(value) || domain.test(value),
  uri: (value: string) => domain.test(value),
  ip: isRange,
} as const

function isAddress(value: string): boolean {
  return isIP(value) === 4 || (isIP(value) === 6 && /^[0-9a-f:]+$/.test(value))
}

/** An address and the length of its prefix, with nothing set beyond it. */
function isRange(value: string): boolean {
  const [, address = '', digits = ''] = /^([0-9a-f.:]+)\/(0|[1-9]\d{0,2})$/.exec(value) ?? []
  if (!isAddress(address)) return false
  const bytes = addressBytes(address)
  const length = Number(digits)
  const bit = (at: number): number => ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1
  return (
    length <= bytes.length * 8 && Array.from(bytes.keys()).length > 0 && zeros(bit, length, bytes.length * 8)
  )
}

function zeros(bit: (at: number) => number, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bit(at) === 1) return false
  return true
}

/** Text of a subject, in the alphabet of its attribute. */
function isAttribute(type: AttributeName, value: string): boolean {
  if (value.length > attributes[type].longest || value.trim() !== value || value === '') return false
  if (type === 'country') return /^[A-Z]{2}$/.test(value)
  if (type === 'domain-component') return new RegExp(`^${label}$`).test(value)
  if (type === 'serial-number') return /^[A-Za-z0-9 '()+,./:=?-]+$/.test(value)
  return visible(value) === value
}

const attribute = z
  .strictObject({type: z.enum(attributeNames as [AttributeName, ...AttributeName[]]), value: z.string()})
  .refine(({type, value}) => isAttribute(type, value))
const nameOf = (rules: Readonly<Record<string, (value: string) => boolean>>): z.ZodType<Name> =>
  z
    .strictObject({kind: z.enum(nameKindNames as [Name['kind'], ...Name['kind'][]]), value: z.string()})
    .refine(({kind, value}) => rules[kind]?.(value) === true)

export type Name = Readonly<{kind: keyof typeof isName; value: string}>

/** First arc 0 to 2; second below 40 under 0 and 1, and below 40 here under 2 as well; no leading zeros. */
export const oidPattern = /^[0-2](?:\.(?:[0-9]|[1-3][0-9]))(?:\.(?:0|[1-9]\d{0,8})){1,20}$/

/** In the order of the words, each once: one spec has one spelling. */
function inOrder(words: readonly string[]): (list: readonly string[]) => boolean {
  return (list) =>
    list.every((word, at) => at === 0 || words.indexOf(list[at - 1] ?? '') < words.indexOf(word))
}

const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/)

export const specSchema = z
  .strictObject({
    key: keyName,
    class: z.enum(classes),
    version: z.int().min(1),
    form: z.enum(forms),
    subject: z
      .array(attribute)
      .min(1)
      .refine((list) => new Set(list.map(({type, value}) => `${type}=${value}`)).size === list.length),
    /** Both null in a request: whoever issues it decides. */
    not_before: moment.nullable(),
    not_after: moment.nullable(),
    authority: z.boolean(),
    path_length: z.int().min(0).max(255).nullable(),
    usage: z.array(z.enum(usageNames as [Usage, ...Usage[]])).refine(inOrder(usageNames)),
    extended_usage: z
      .array(z.enum(extendedUsageNames as [ExtendedUsage, ...ExtendedUsage[]]))
      .refine(inOrder(extendedUsageNames)),
    names: z.array(nameOf(isName)),
    permitted: z.array(nameOf(isConstraint)),
    excluded: z.array(nameOf(isConstraint)),
    policies: z.array(
      z.strictObject({
        oid: z.string().regex(oidPattern),
        cps: z
          .string()
          .regex(/^https?:\/\/[!-~]{1,190}$/)
          .nullable(),
      }),
    ),
  })
  .refine(({form, not_before: from, not_after: to}) =>
    form === 'request' ? from === null && to === null : from !== null && to !== null,
  )

export type CertificateSpec = z.infer<typeof specSchema>

/** @throws TypeError. */
export function parseSpec(change: JsonObject): CertificateSpec {
  const parsed = specSchema.safeParse(change)
  if (!parsed.success)
    throw new TypeError(`certificate: ${parsed.error.issues[0]?.path.join('.') ?? ''} is not of its form`)
  return parsed.data
}

export {attributeNames, isAttribute, isConstraint, isName}
