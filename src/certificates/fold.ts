/** Replays certificates and requests: what was to be signed, and what was made. docs/ledger-format.md, "Certificates". */
import {z} from 'zod'
import {fromHex, sha256Hex} from '../base/bytes.ts'
import type {Json} from '../base/jcs.ts'
import {Versions} from '../base/versions.ts'
import {keyName, keysFold, type Key} from '../keys/index.ts'
import {problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {requests, withoutGivenUp, type Plan} from '../requests/index.ts'
import {toBeSigned} from './encode.ts'
import {faultOf} from './judge.ts'
import {mediaTypes} from './pem.ts'
import {forms, parseSpec, type CertificateSpec} from './spec.ts'
import type {Certificate, Certificates, OpenCertificate} from './state.ts'

const hex32 = z.string().regex(/^[0-9a-f]{64}$/)
const about = {key: keyName, version: z.int().min(1), profile: z.string(), form: z.enum(forms)}
const outcome = {intended: z.int(), ...about}

const schemas = {
  'certificate.make.intended': z.strictObject({
    ...about,
    intent: z.string().regex(/^[0-9a-f]{32}$/),
    // RFC 5280 section 4.1.2.2: positive, at most 20 bytes; here at least 8.
    serial: z
      .string()
      .regex(/^(?:0[1-9a-f]|[1-7][0-9a-f])(?:[0-9a-f]{2}){7,19}$/)
      .nullable(),
    tbs_sha256: hex32,
  }),
  'certificate.made': z.strictObject({
    ...outcome,
    certificate: z.strictObject({blob: hex32, size: z.int(), type: z.enum(Object.values(mediaTypes))}),
    generation: z.int().min(0).nullable(),
  }),
  'certificate.make.failed': z.strictObject({...outcome, code: z.string()}),
} as const
type Type = keyof typeof schemas

export const certificatesFold: Fold<Certificates> = {
  name: 'certificates',
  types: [...Object.keys(schemas), 'ceremony.aborted'],
  initial: () => ({made: new Versions(), open: new Versions()}),

  check(view: View, entry: Entry): readonly Problem[] {
    const wrong = (message: string): Problem[] => [problem('certificate', entry, message)]
    if (entry.type === 'ceremony.aborted') return []
    const parsed = schemas[entry.type as Type].safeParse(entry.data)
    if (!parsed.success)
      return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
    const {key: name, version, profile, form} = parsed.data
    const key = view.of(keysFold).keys.get(name)
    const one = key?.versions.find((found) => found.version === version)
    if (key?.profile !== profile || one === undefined) return wrong('there is no such key')
    const {made, open} = view.of(certificatesFold)
    if ('intent' in parsed.data) {
      const busy = [...open.values()].find((other) => other.key === name && other.version === version)
      if (busy !== undefined) return wrong(`an intent of entry ${busy.seq} is still open`)
      if (one.state !== 'active') return wrong(`the key is ${one.state}, and signs nothing`)
      const {serial} = parsed.data
      if ((serial === null) !== (form === 'request'))
        return wrong('a certificate has a serial number, a request none')
      if (
        serial !== null &&
        [...made.values(), ...open.values()].some((other) => other.key === name && other.serial === serial)
      )
        return wrong('the key gave this serial number before')
      const tbs = expected(view, entry, key, version, serial)
      return sha256Hex(tbs) === parsed.data.tbs_sha256
        ? []
        : wrong('what is to be signed is not what was approved')
    }
    const intent = open.get(parsed.data.intended)
    if (intent?.key !== name || intent.version !== version || intent.form !== form)
      return wrong('it is the outcome of no open intent')
    if (intent.approved !== entry.approved) return wrong('its approval is not that of its intent')
    return 'certificate' in parsed.data ? checkMade(view, entry, key, intent, parsed.data.certificate) : []
  },

  apply(view: View, entry: Entry): Certificates {
    const {made, open} = view.of(certificatesFold)
    if (entry.type === 'certificate.make.intended') return {made, open: open.with(entry.seq, intentOf(entry))}
    if (entry.type === 'ceremony.aborted') return {made, open: withoutGivenUp(open, entry)}
    const intended = Number(entry.data['intended'])
    const intent = open.get(intended)
    const rest = open.without(intended)
    if (entry.type !== 'certificate.made' || intent === undefined) return {made, open: rest}
    const {key, version, form, serial} = intent
    const {certificate} = schemas['certificate.made'].parse(entry.data)
    return {
      open: rest,
      made: made.with(entry.seq, {
        seq: entry.seq,
        key,
        version,
        form,
        serial,
        sha256: certificate.blob,
        at: entry.time,
        ceremony: entry.ceremony,
        approved: entry.approved ?? -1,
      }),
    }
  },

  *table({made}: Certificates): Generator<readonly [string, Json]> {
    for (const one of made.values()) yield rowOf(one)
  },

  *changed(before: Certificates, after: Certificates) {
    for (const seq of after.made.changedSince(before.made) ?? after.made.keys()) {
      const one = after.made.get(seq)
      if (one !== undefined) yield rowOf(one)
    }
  },
}

function rowOf({seq, ...one}: Certificate): readonly [string, Json] {
  return [String(seq), {...one}]
}

function checkMade(
  view: View,
  entry: Entry,
  key: Key,
  {version, serial, form}: OpenCertificate,
  {blob, type}: {readonly blob: string; readonly type: string},
): Problem[] {
  const wrong = (message: string): Problem[] => [problem('certificate', entry, message)]
  if (type !== mediaTypes[form]) return wrong('it is not of its form')
  const fault = faultOf(view.blob(blob), expected(view, entry, key, version, serial), {
    scheme: key.spec.scheme,
    spki: publicKeyOf(view, key, version),
  })
  return fault === undefined ? [] : wrong(fault)
}

/** What the approval that the entry cites allows to be signed. @throws TypeError where it is none of a certificate. */
function expected(
  view: View,
  {approved}: Entry,
  key: Key,
  version: number,
  serial: string | null,
): Uint8Array {
  return toBeSigned(approvedSpec(view, approved), {
    spki: publicKeyOf(view, key, version),
    scheme: key.spec.scheme,
    serial: serial === null ? null : fromHex(serial),
  })
}

/** What was approved, by the seq of its `quorum.met`. @throws TypeError where that is none of a certificate. */
export function approvedSpec(view: Pick<View, 'of'>, approved: number | null): CertificateSpec {
  const {all, byMet} = view.of(requests)
  const plan: Plan | undefined = all.get(byMet.get(approved ?? -1) ?? -1)?.plan
  if (plan?.operation !== 'certificate.sign') throw new TypeError('no certificate was approved')
  return parseSpec(plan.change)
}

/** SPKI of a key that has one. @throws TypeError. */
export function publicKeyOf(view: Pick<View, 'blob'>, key: Key, version: number): Uint8Array {
  const blob = key.versions.find((one) => one.version === version)?.public ?? null
  if (blob === null) throw new TypeError('the key has no public half')
  return view.blob(blob)
}

function intentOf(entry: Entry): OpenCertificate {
  const {intent, tbs_sha256: tbs, ...said} = schemas['certificate.make.intended'].parse(entry.data)
  return {...said, id: intent, tbs, seq: entry.seq, approved: entry.approved, ceremony: entry.ceremony}
}
