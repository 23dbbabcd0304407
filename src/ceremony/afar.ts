/** A late sign-off from afar: the transcript travels whole, so that its root can be computed by whoever signs it. */
import {base64, fromHex} from '../base/bytes.ts'
import {jcs, type Json} from '../base/jcs.ts'
import {KeyriteError} from '../base/errors.ts'
import {rootOf, type Entry, type Ledger} from '../ledger/index.ts'
import {parseEntry} from '../ledger/entry.ts'
import {
  calledHere,
  demand,
  entryAt,
  file,
  nameIn,
  refusePerson,
  type Core,
  type Files,
  type Subject,
  type UseReader,
} from '../requests/afar/index.ts'
import {schemas} from './schemas.ts'
import {everyone, missingSignatures, statusOfCeremony, type Ceremony} from './state.ts'

/** @throws KeyriteError `CEREMONY_STATE` if its sign-off is not open. */
export function transcriptSubject(ledger: Ledger, ceremony: Ceremony): Subject {
  const short = ceremony.id.slice(0, 8)
  const hint = `keyrite ceremony show ${short}`
  const {signOff} = ceremony
  if (signOff === null)
    throw new KeyriteError(
      'CEREMONY_STATE',
      `cannot sign ceremony ${short}: it is ${statusOfCeremony(ceremony)}`,
      {
        hints: [hint],
      },
    )
  const about = entryAt(ledger, signOff.seq)
  const {count} = schemas['signoff.opened'].parse(about.data)
  const rows = ceremony.leaves
    .slice(0, count)
    .map((leaf) => ledger.store.row(ledger.view.seqOf(leaf) ?? -1)?.bytes ?? new Uint8Array())
  return {
    id: `ceremony ${short}`,
    use: 'transcript',
    about,
    planSha256: null,
    ceremony: ceremony.id,
    entryType: 'transcript.signed',
    signer: null,
    documents: new Map([
      ['transcript.jsonl', Buffer.concat(rows.flatMap((bytes) => [bytes, Buffer.from('\n')]))],
    ]),
    fields: privateIn(rows.map((bytes) => parseEntry(bytes))),
    demand(person) {
      if (!everyone(ceremony).includes(person.id))
        refusePerson(person, 'they took no part in the ceremony', hint)
      if (!missingSignatures(ceremony).includes(person.id))
        refusePerson(person, 'they have signed its transcript already', hint)
      const status = statusOfCeremony(ceremony)
      if (status !== 'waiting-for-signatures')
        throw new KeyriteError('CEREMONY_STATE', `cannot sign ceremony ${short}: it is ${status}`, {
          hints: [hint],
        })
    },
  }
}

/** The private values that the words below show. */
function privateIn(entries: readonly Entry[]): readonly Json[] {
  return entries.flatMap(({type, data}) => {
    if (type === 'ceremony.opened') return [data['location'] ?? null]
    if (type === 'deviation.recorded') return [data['what'] ?? null, data['why'] ?? null]
    return type === 'ceremony.stopped' || type === 'ceremony.aborted' ? [data['reason'] ?? null] : []
  })
}

function entriesOf(files: Files): readonly Entry[] {
  const text = Buffer.from(file(files, 'transcript.jsonl'))
  demand(text.length > 0 && text.at(-1) === 0x0a, 'transcript.jsonl does not end with its last entry')
  return text
    .toString('latin1')
    .slice(0, -1)
    .split('\n')
    .map((line) => parseEntry(Buffer.from(line, 'latin1')))
}

export const transcriptContent: UseReader = {
  fields: ({files}) => privateIn(entriesOf(files)),
  read(core) {
    const {entry, statement, person, files} = core
    demand(entry.type === 'signoff.opened' && statement.plan_sha256 === null, 'it closes no transcript')
    const said = schemas['signoff.opened'].parse(entry.data)
    const entries = entriesOf(files)
    const [first] = entries
    demand(first?.type === 'ceremony.opened', 'transcript.jsonl does not begin with the ceremony')
    demand(
      entries.every(({ceremony, ledger}) => ceremony === entry.ceremony && ledger === entry.ledger),
      'transcript.jsonl holds entries of another ceremony',
    )
    demand(entries.length === said.count && first.seq === said.first, 'transcript.jsonl is not whole')
    demand(
      base64(rootOf(entries.map(({leaf}) => fromHex(leaf)))) === said.root,
      'transcript.jsonl is not what is signed',
    )
    const opened = schemas['ceremony.opened'].parse(first.data)
    demand(opened.template.blob === said.template_sha256, 'the template is another')
    const made = entries
      .filter(({type}) => type === 'key.created' || type === 'key.imported')
      .map(({data}) => ({key: data['key'] ?? null, version: data['version'] ?? null}))
    demand(jcs(said.keys) === jcs(made), 'its keys are not those that were made')
    if (!everyone(opened).includes(person.id))
      throw new KeyriteError(
        'NOT_PERMITTED',
        `cannot sign as ${calledHere(person)}: they took no part in the ceremony`,
        {
          hints: ['sign nothing, and ask whoever sent it'],
        },
      )
    const location = core.open(opened.location)
    return {
      id: `ceremony ${(entry.ceremony ?? '').slice(0, 8)}`,
      digest: entry.leaf,
      digestOf: 'the entry that closes the transcript',
      environment: opened.profile?.environment ?? null,
      lines: [
        `"${opened.title}", ceremony ${entry.ceremony ?? ''}, ${first.time} to ${entry.time}${typeof location === 'string' ? `, at ${location}` : ''}.`,
        ...opened.participants.map(
          ({role, people}) => `${role}: ${people.map((id) => nameIn(core.roster, id)).join(', ')}.`,
        ),
        `Keys made: ${said.keys.map(({key, version}) => `${key} version ${version}`).join(', ') || 'none'}.`,
        `What happened, ${said.count} entries, root ${said.root}:`,
        ...entries.map((one) => lineOf(core, one)),
      ],
      effects: {
        attest:
          'Yes: you took part, and this is what happened. To say no, sign nothing, and tell the security officer.',
      },
    }
  },
}

function lineOf({roster, open}: Core, {seq, time, type, data, actor}: Entry): string {
  const reason = type === 'deviation.recorded' ? deviationIn(data, open) : open(data['reason'])
  const by = Array.isArray(data['by'])
    ? (data['by'] as readonly string[])
    : typeof data['decided_by'] === 'string'
      ? [data['decided_by']]
      : actor.person === null
        ? []
        : [actor.person]
  const what = [data['step'], data['key'], data['code']].filter((one) => typeof one === 'string')
  const names = by.map((id) => nameIn(roster, id)).join(', ')
  return `  ${seq}  ${time}  ${[type, ...what].join(' ')}${names === '' ? '' : ` by ${names}`}${typeof reason === 'string' ? `: ${reason}` : ''}`
}

function deviationIn(data: Entry['data'], open: Core['open']): string {
  const said = (name: string): string => {
    const value = open(data[name])
    return typeof value === 'string' ? value : 'withheld'
  }
  return `${said('what')} (${said('why')})`
}
