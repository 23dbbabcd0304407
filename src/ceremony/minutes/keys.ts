/** Each key that was made: what it is, where it lies, what protects it, and what came of every check. */
import {isObject, type Json} from '../../base/jcs.ts'
import {keysFold, parseSpec} from '../../keys/index.ts'
import {isBlobRef, type Entry} from '../../ledger/index.ts'
import {
  code,
  facts,
  heading,
  paragraph,
  strong,
  table,
  type Block,
  type Inline,
} from '../../paper/document.ts'
import {utc, type Transcript} from './transcript.ts'

export function keys(record: Transcript): readonly Block[] {
  const made = [...record.of('key.created'), ...record.of('key.imported')]
  return [
    heading(2, 'Keys'),
    ...(made.length === 0 ? [paragraph('No key was made.')] : []),
    ...made.flatMap((entry) => keyBlocks(record, entry)),
    ...keysFromBefore(record, made),
  ]
}

/** Keys that were there before, and were tried or changed in this ceremony. */
function keysFromBefore(record: Transcript, made: readonly Entry[]): readonly Block[] {
  const touched = [...record.of('key.tried'), ...record.of('key.state.changed')].filter(
    ({data}) => !made.some((one) => one.data['key'] === data['key']),
  )
  const names = new Set(touched.map(({data}) => record.text(data['key'])))
  return [...names].flatMap((name) => [
    heading(3, `${name}, made before this ceremony`),
    ...checks(
      record,
      touched.filter(({data}) => data['key'] === name),
    ),
  ])
}

function keyBlocks(record: Transcript, made: Entry): readonly Block[] {
  const {data} = made
  const spec = parseSpec(isObject(data['spec']) ? data['spec'] : {})
  const named = namesOf(record, spec.key)
  const ref = isObject(data['ref']) ? data['ref'] : {}
  const about = (type: string): readonly Entry[] =>
    record.of(type).filter((one) => one.data['key'] === spec.key && one.data['version'] === data['version'])
  const state = record.text(about('key.state.changed').at(-1)?.data['to'] ?? 'pre-active')
  return [
    heading(3, `${spec.key}, version ${record.text(data['version'])}`),
    facts([
      ['Id at provider', [code(`${record.text(ref['key'])}/${record.text(ref['version'])}`)]],
      ['Algorithm', `${spec.algorithm}, scheme ${spec.scheme}`],
      ['Purpose', `to ${spec.purpose}`],
      ['Class', `${spec.class}, classification ${spec.classification}`],
      ['Owner', named(spec.owner)],
      ['Used by', spec.consumers.length === 0 ? 'nobody named' : spec.consumers.map(named).join(', ')],
      [made.type === 'key.imported' ? 'Imported' : 'Created', `${utc(made.time)} (entry ${made.seq})`],
      ['Expires', spec.expires === null ? 'no date set' : utc(spec.expires)],
      ['Location', location(record, data['profile'])],
      ['Protection', protection(record, data['protection'])],
      ['Public key', publicKey(data['public'], `keys/${spec.key}-v${record.text(data['version'])}.pem`)],
      ['State at the end', state],
    ]),
    ...checks(record, [...about('key.tried'), ...about('key.state.changed')]),
  ]
}

/** Parties of the plan by name: people of the roster, or whoever was named in the request. */
function namesOf(record: Transcript, key: string): (id: string) => string {
  const names = record.view.of(keysFold).keys.get(key)?.names ?? {}
  return (id) => names[id] ?? record.name(id)
}

function location(record: Transcript, profile: Json | undefined): string {
  const opened = record.ceremony.opened.data['profile']
  const identity =
    isObject(opened) && opened['name'] === profile && isObject(opened['identity']) ? opened['identity'] : {}
  const parts = Object.entries(identity).map(([name, value]) => `${name} ${record.text(value)}`)
  return `profile “${record.text(profile)}”${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}

const levels: Readonly<Record<string, string>> = {
  hardware: 'hardware',
  software: 'software, not hardware',
  unknown: 'unknown: nothing says what protects it',
}

function protection(record: Transcript, value: Json | undefined): readonly Inline[] {
  const {level, evidence, detail, fips} = isObject(value) ? value : {}
  return [
    strong(levels[record.text(level)] ?? 'unknown'),
    ` (${record.text(evidence)}): ${record.text(detail)}. FIPS 140 level: ${record.text(fips)}.`,
  ]
}

function publicKey(value: Json | undefined, file: string): readonly Inline[] {
  return isBlobRef(value)
    ? ['SHA-256 of its DER ', code(value.blob), `; in the bundle ${file}`]
    : ['none: it is a secret key']
}

function checks(record: Transcript, entries: readonly Entry[]): readonly Block[] {
  const rows = entries.flatMap(({seq, data}) =>
    (Array.isArray(data['results']) ? (data['results'] as readonly Json[]) : []).flatMap(
      (line): (readonly Inline[])[][] => {
        if (!isObject(line)) return []
        const {probe, ok, evidence, detail} = line
        return [
          [
            [record.text(probe)],
            [ok === true ? 'ok' : strong('NOT OK')],
            [record.text(evidence)],
            [record.text(detail)],
            [String(seq)],
          ],
        ]
      },
    ),
  )
  if (rows.length === 0) return [paragraph(strong('It was not verified in this ceremony.'))]
  return [table({columns: ['Check', 'Result', 'Evidence', 'What was seen', 'Entry'], rows})]
}
