/** What a certificate or request says, as people read it before they sign. */
import type {CertificateSpec, Name} from './spec.ts'
import type {AttributeName} from './words.ts'

const short: Readonly<Record<AttributeName, string>> = {
  'domain-component': 'DC',
  country: 'C',
  state: 'ST',
  locality: 'L',
  organization: 'O',
  'organizational-unit': 'OU',
  'common-name': 'CN',
  'serial-number': 'serialNumber',
}

/** `C=DE, O=Example, CN=Example Root CA`, in the order in which it is written. */
export function subjectText({subject}: Pick<CertificateSpec, 'subject'>): string {
  return subject.map(({type, value}) => `${short[type]}=${value}`).join(', ')
}

/** One sentence a line; what it does not say is said too, where that matters. */
export function specInWords(spec: CertificateSpec): readonly string[] {
  const {authority, path_length: length, permitted, excluded, policies} = spec
  const list = (names: readonly Name[]): string => names.map(({kind, value}) => `${kind} ${value}`).join(', ')
  const path =
    length === null
      ? 'with any number of authorities below it'
      : length === 0
        ? 'with no authority below it'
        : `with at most ${length} authorities in a row below it`
  return [
    `Subject: ${subjectText(spec)}.`,
    ...(spec.not_before === null || spec.not_after === null
      ? []
      : [`Valid from ${secondsOf(spec.not_before)} to ${secondsOf(spec.not_after)}.`]),
    authority ? `It is an authority that may sign certificates, ${path}.` : 'It is no authority.',
    `The key may be used for: ${[...spec.usage, ...spec.extended_usage].join(', ')}.`,
    ...(spec.names.length === 0 ? [] : [`Names: ${list(spec.names)}.`]),
    ...(permitted.length === 0 ? [] : [`Only for names under: ${list(permitted)}.`]),
    ...(excluded.length === 0 ? [] : [`Not for names under: ${list(excluded)}.`]),
    ...(policies.length === 0
      ? []
      : [
          `Policies: ${policies
            .map(({oid, cps}) => `${oid === '2.5.29.32.0' ? 'any' : oid}${cps === null ? '' : ` (${cps})`}`)
            .join(', ')}.`,
        ]),
  ]
}

/** Without the parts of a second, which certificates do not have. */
export function secondsOf(time: string): string {
  return time.replace('.000Z', 'Z')
}
