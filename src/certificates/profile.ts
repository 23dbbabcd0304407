/** A certificate as a template asks for it, and the spec that it stands for. docs/ceremony-templates.md, "Certificates". */
import {z} from 'zod'
import type {KeyClassName} from '../policy/index.ts'
import {
  isAttribute,
  isConstraint,
  isName,
  oidPattern,
  type CertificateSpec,
  type Form,
  type Name,
} from './spec.ts'
import {
  extendedUsageNames,
  nameKindNames,
  usageNames,
  type AttributeName,
  type ExtendedUsage,
  type Usage,
} from './words.ts'

const expected: Readonly<Partial<Record<AttributeName, string>>> = {
  country: 'expected a country of two capital letters',
  'serial-number': 'expected 1 to 64 letters, digits and marks',
}

function attribute(type: AttributeName): z.ZodString {
  const message =
    expected[type] ?? 'expected text without invisible letters, of the length that certificates allow'
  return z.string().refine((value) => isAttribute(type, value), message)
}

const domainSchema = z
  .string()
  .refine(
    (value) => value.split('.').every((part) => isAttribute('domain-component', part)),
    'expected a domain such as example.com',
  )
const oneOrMore = <T extends z.ZodType>(schema: T): z.ZodUnion<[T, z.ZodArray<T>]> =>
  z.union([schema, z.array(schema)], 'expected text, or a list of texts')

/** Written in the order of `words.ts`, whatever the order here. */
const subjectSchema = z
  .strictObject({
    domain: domainSchema.optional().describe('a domain, written as one domain component a label'),
    country: attribute('country').optional().describe('two capital letters'),
    state: attribute('state').optional().describe('state or province'),
    locality: attribute('locality').optional().describe('town'),
    organization: attribute('organization').optional().describe('the organization, as it is registered'),
    'organizational-unit': oneOrMore(attribute('organizational-unit'))
      .optional()
      .describe('a part of the organization, or several'),
    'common-name': attribute('common-name').optional().describe('what the authority or server is called'),
    'serial-number': attribute('serial-number')
      .optional()
      .describe('a number that tells subjects of one name apart; not that of the certificate'),
  })
  .refine((value) => Object.values(value).some((one) => one !== undefined), 'expected at least one field')
type Subject = z.infer<typeof subjectSchema>

/** `{dns: example.com}`: one kind and one value. */
function names(
  rules: Readonly<Record<Name['kind'], (value: string) => boolean>>,
  examples: Readonly<Record<Name['kind'], string>>,
): z.ZodDefault<z.ZodArray<z.ZodType<Partial<Record<Name['kind'], string | undefined>>>>> {
  const value = (kind: Name['kind']): z.ZodOptional<z.ZodString> =>
    z.string().refine(rules[kind], `expected ${examples[kind]}`).optional().describe(examples[kind])
  return z
    .array(
      z
        .strictObject({dns: value('dns'), email: value('email'), uri: value('uri'), ip: value('ip')})
        .refine(
          (one) => Object.values(one).filter((text) => text !== undefined).length === 1,
          'expected one of dns, email, uri and ip',
        ),
    )
    .default([])
}

/** A day or a time in UTC: a plan holds no clock. */
const moment = z.union(
  [z.iso.date(), z.iso.datetime({precision: 0})],
  'expected a day such as 2046-12-31, or a time such as 2046-12-31T12:00:00Z',
)

/** What certificates and requests have in common. */
export const profileFields = {
  subject: subjectSchema.describe('whose certificate it is; a self-signed one is issued by the same'),
  authority: z.boolean().default(false).describe('whether it may sign other certificates'),
  /** How many authorities may stand between it and the last certificate. */
  'path-length': z
    .int('expected a whole number')
    .min(0, 'expected 0 or more')
    .max(255, 'expected at most 255')
    .optional()
    .describe('how many authorities may stand below it in a row; any number where it is left out'),
  usage: z
    .array(z.enum(usageNames as [Usage, ...Usage[]]))
    .min(1, 'expected at least one usage')
    .describe('what the key may be used for'),
  'extended-usage': z
    .array(z.enum(extendedUsageNames as [ExtendedUsage, ...ExtendedUsage[]]))
    .default([])
    .describe('what the key may be used for, more closely'),
  names: names(isName, {
    dns: 'a host such as ca.example.com',
    email: 'an address such as ca@example.com',
    uri: 'a URI such as https://example.com/ca',
    ip: 'an address such as 192.0.2.1',
  }).describe('other names of the subject'),
  permitted: names(isConstraint, {
    dns: 'a domain such as example.com',
    email: 'an address, a host, or a domain such as .example.com',
    uri: 'a host, or a domain such as .example.com',
    ip: 'a range such as 10.0.0.0/8, with nothing set beyond its prefix',
  }).describe('names below an authority are held to these'),
  excluded: names(isConstraint, {
    dns: 'a domain such as example.com',
    email: 'an address, a host, or a domain such as .example.com',
    uri: 'a host, or a domain such as .example.com',
    ip: 'a range such as 10.0.0.0/8, with nothing set beyond its prefix',
  }).describe('names that nobody below an authority may have'),
  policies: z
    .array(
      z.strictObject({
        /** A number such as `1.3.6.1.4.1.99999.1`, or the word for any policy. */
        oid: z
          .union(
            [z.literal('any'), z.string().regex(oidPattern)],
            'expected an OID such as 1.3.6.1.4.1.99999.1, or any',
          )
          .describe('the number of the policy, or any'),
        cps: z
          .string()
          .regex(/^https?:\/\/[!-~]{1,190}$/, 'expected a URI such as https://example.com/cps')
          .optional()
          .describe('where its statement of practice is found'),
      }),
    )
    .default([])
    .describe('the policies that it is issued under'),
} as const

/** When a certificate is valid. A day is meant as a whole: from its first second, or to its last, in UTC. */
export const validityFields = {
  'not-before': moment.describe('its first day, or a time in UTC'),
  'not-after': moment.describe('its last day, or a time in UTC'),
} as const

export type CertificateProfile = z.infer<z.ZodObject<typeof profileFields>>

export interface About {
  readonly key: string
  readonly class: KeyClassName
  readonly version: number
}

/** @param validity - null for a request. */
export function specOf(
  {key, class: name, version}: About,
  profile: CertificateProfile,
  validity: {readonly 'not-before': string; readonly 'not-after': string} | null,
): CertificateSpec {
  const form: Form = validity === null ? 'request' : 'self-signed'
  return {
    key,
    class: name,
    version,
    form,
    subject: attributesOf(profile.subject),
    not_before: validity === null ? null : timeOf(validity['not-before'], '00:00:00'),
    not_after: validity === null ? null : timeOf(validity['not-after'], '23:59:59'),
    authority: profile.authority,
    path_length: profile['path-length'] ?? null,
    usage: usageNames.filter((one) => profile.usage.includes(one)),
    extended_usage: extendedUsageNames.filter((one) => profile['extended-usage'].includes(one)),
    names: namesOf(profile.names),
    permitted: namesOf(profile.permitted),
    excluded: namesOf(profile.excluded),
    policies: profile.policies.map(({oid, cps}) => ({
      oid: oid === 'any' ? '2.5.29.32.0' : oid,
      cps: cps ?? null,
    })),
  }
}

function attributesOf(subject: Subject): CertificateSpec['subject'] {
  const {domain, 'organizational-unit': unit} = subject
  const one = (type: AttributeName, value: string | undefined): CertificateSpec['subject'] =>
    value === undefined ? [] : [{type, value}]
  const units = unit === undefined ? [] : typeof unit === 'string' ? [unit] : unit
  return [
    ...(domain?.split('.').reverse() ?? []).flatMap((part) => one('domain-component', part)),
    ...one('country', subject.country),
    ...one('state', subject.state),
    ...one('locality', subject.locality),
    ...one('organization', subject.organization),
    ...units.flatMap((part) => one('organizational-unit', part)),
    ...one('common-name', subject['common-name']),
    ...one('serial-number', subject['serial-number']),
  ]
}

function namesOf(list: CertificateProfile['names']): Name[] {
  return list.flatMap((one) =>
    nameKindNames.flatMap((kind): Name[] => {
      const value = one[kind]
      return value === undefined ? [] : [{kind, value}]
    }),
  )
}

function timeOf(text: string, time: string): string {
  return text.includes('T') ? text.replace('Z', '.000Z') : `${text}T${time}.000Z`
}
