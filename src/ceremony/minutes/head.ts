/** The first page: what this is, which ceremony, which ledger, who was there, on what machine. */
import {fromHex} from '../../base/bytes.ts'
import {isObject, type Json} from '../../base/jcs.ts'
import {wordLines} from '../../base/words.ts'
import {continuationFold, continuationInWords, parsePublicKey} from '../../custody/index.ts'
import {isSolo, policyFold, soloInWords} from '../../policy/index.ts'
import {code, codeLines, facts, heading, notice, paragraph, strong, table} from '../../paper/document.ts'
import type {Block, Inline} from '../../paper/document.ts'
import {missingSignatures, roundIsDue, statusOfCeremony} from '../state.ts'
import {utc, type Transcript} from './transcript.ts'
import {keyClassInWords} from './strength.ts'

export function head(record: Transcript): readonly Block[] {
  const {ceremony, script, view, entries} = record
  const {facts: ledger} = view
  const last = entries.at(-1)
  return [
    heading(1, `Minutes: ${script.title}`),
    ...(ledger.rehearsal
      ? [
          notice(
            'warning',
            strong('This was a rehearsal.'),
            ' Software tokens stood in for every device, and keys made for it for the people who did not try their own. Nothing signed in it counts anywhere else.',
          ),
        ]
      : []),
    paragraph(
      'These are the minutes of a key ceremony, for reading. The proof is the ledger’s signed entries: the minutes follow from them and can be made again from them. ',
      'In the ceremony’s bundle, ',
      code('VERIFY.md'),
      ' says how to check entries and signatures with stock commands; ',
      code('keyrite ceremony verify'),
      ' also makes these minutes again and compares them.',
    ),
    ...opened(record),
    ...standing(record),
    ...alone(record),
    facts([
      ['Ceremony', [code(ceremony.id), ` (opened by entry ${ceremony.seq})`]],
      ['Purpose', script.purpose ?? '[withheld]'],
      ['Date', record.day],
      ['Time', `${utc(ceremony.opened.time)} to ${last === undefined ? 'unknown' : utc(last.time)}`],
      ['Location', record.text(ceremony.opened.data['location'])],
      ['Recording', script.recording ?? (script.instead === null ? 'no reference recorded' : '[withheld]')],
      ['Run by', runBy(record)],
      [
        'Template',
        [script.id === null ? 'withheld, SHA-256 ' : `${script.id}, SHA-256 `, code(ceremony.template)],
      ],
      ['Ledger', [code(ledger.name)]],
      ...continued(record),
      ['Entries', `${entries.length}, from ${ceremony.seq} to ${last?.seq ?? ceremony.seq}`],
    ]),
    ...digest('Fingerprint of the ledger', ledger.fingerprint),
    ...digest('SHA-256 of the template', ceremony.template),
    ...participants(record),
    ...machine(record),
  ]
}

/** What these minutes do not say, and why. */
function opened({level, script}: Transcript): readonly Block[] {
  const said = {
    full: [],
    restricted: [
      'Level restricted: people are called by their ids, and nothing is opened in which a name occurs.',
    ],
    public: ['Level public: no private value is opened; people are called by their ids.'],
  }[level]
  const instead = script.instead === null ? [] : [`${script.instead}: steps are as their entries show them.`]
  const all = [...said, ...instead]
  return all.length === 0 ? [] : [notice('note', all.join(' '))]
}

/** What a reader must know before anything else: whether it came to its end, and who has not signed. */
function standing(record: Transcript): readonly Block[] {
  const {ceremony} = record
  const status = statusOfCeremony(ceremony)
  switch (status) {
    case 'signed-off':
      return [
        paragraph(
          `Status: ${record.view.facts.rehearsal ? 'rehearsed' : 'signed off'}. Every participant has signed the transcript.`,
        ),
      ]
    case 'waiting-for-signatures':
      return [
        ...(roundIsDue(ceremony)
          ? [notice('warning', 'A deviation came after the sign-off was opened: everybody signs again.')]
          : []),
        notice('warning', 'Signatures are missing: ', strong(record.names(missingSignatures(ceremony))), '.'),
      ]
    case 'aborted':
      return [notice('warning', 'This ceremony was aborted. Nobody signed it off.')]
    case 'running':
    case 'stopped':
      return [
        notice('warning', `This ceremony is ${status}: these minutes are of what has been done so far.`),
      ]
  }
}

function runBy(record: Transcript): readonly Inline[] {
  const {actor} = record.ceremony.opened
  const who = actor.person === null ? 'nobody named' : record.name(actor.person)
  const signed = record.ceremony.signed.some(({person}) => person === actor.person)
  const strength = signed
    ? 'stated when it began; their signature stands under the transcript'
    : `${actor.evidence}: no signature of theirs stands under the transcript`
  return [`${who} (${strength}), on host ${record.text(actor.host)}`]
}

function digest(title: string, hex: string): readonly Block[] {
  return [heading(2, title), codeLines([...(hex.match(/.{32}/g) ?? []), '', ...wordLines(fromHex(hex))])]
}

function addressOf(address: string | null): readonly Inline[] {
  return address === null ? [] : [`, ${address}`]
}

function participants(record: Transcript): readonly Block[] {
  const {ceremony} = record
  const order = [...new Set(ceremony.participants.flatMap(({people}) => people))]
  const rows = order.map((id): readonly (readonly Inline[])[] => {
    const person = record.person(id)
    const roles = ceremony.participants.filter(({people}) => people.includes(id)).map(({role}) => role)
    const signed = ceremony.signed.find((one) => one.person === id)
    return [
      [strong(person?.name ?? id), ...addressOf(person?.address ?? null)],
      [roles.join(', ')],
      [
        (person?.keys ?? [])
          .map(({key, class: strength}) => keyClassInWords(strength, parsePublicKey(key).type))
          .join('; '),
      ],
      presence(record, id),
      signed === undefined ? [strong('MISSING')] : [utc(signed.at)],
    ]
  })
  return [
    heading(2, 'Participants'),
    table({columns: ['Name', 'Roles in this ceremony', 'Key', 'Present', 'Signed the transcript'], rows}),
  ]
}

/** Who signed that they are here; of all others somebody said so. */
function presence({ceremony}: Transcript, id: string): readonly Inline[] {
  const own = ceremony.present.find(({person}) => person === id)
  return own === undefined ? ['stated'] : [`signed ${own.at.slice(11, 19)} (entry ${own.seq})`]
}

function machine(record: Transcript): readonly Block[] {
  const {ceremony} = record
  const result = ceremony.done.findLast(({kind}) => kind === 'machine')?.result ?? {}
  const part = (name: string): Readonly<Record<string, Json>> => {
    const value = result[name]
    return isObject(value) ? value : {}
  }
  const [host, device] = [part('machine'), part('device')]
  const evidence = typeof result['deviceEvidence'] === 'string' ? result['deviceEvidence'] : null
  const said = (value: Json | undefined): string =>
    value === undefined || evidence === null ? 'unknown' : `${record.text(value)} (${evidence})`
  const known = ['model', 'name', 'serial', 'firmware']
  const more = Object.keys(device).filter((name) => !known.includes(name))
  const profile = ceremony.opened.data['profile']
  return [
    heading(2, 'Machine and device'),
    facts([
      ['Machine', record.text(host['system'])],
      [
        'Programs',
        `keyrite ${record.text(host['keyrite'])}, Node ${record.text(host['node'])}, OpenSSL ${record.text(host['openssl'])}`,
      ],
      ['SHA-256 of keyrite’s list of files', [code(record.text(host['keyriteSha256']))]],
      [
        'Profile',
        isObject(profile)
          ? `${record.text(profile['name'])} (${record.text(profile['environment'])})`
          : 'none',
      ],
      ['Device model', said(device['model'])],
      ['Serial', said(device['serial'])],
      ['Firmware', said(device['firmware'])],
      ['FIPS 140 level', fipsLevel(record)],
      ...more.map((name): [string, string] => [name, said(device[name])]),
    ]),
  ]
}

/** Only what evidence of a key says. */
function fipsLevel(record: Transcript): string {
  const levels = [...record.of('key.created'), ...record.of('key.imported')].flatMap(
    ({data: {protection}}) => {
      if (!isObject(protection) || typeof protection['fips'] !== 'string') return []
      return [`${protection['fips']} (${record.text(protection['evidence'])})`]
    },
  )
  return levels.length === 0 ? 'unknown: no evidence names one' : [...new Set(levels)].join(', ')
}

/** Said where one person decides alone: then what people signed is worth little. */
function alone({view}: Transcript): readonly Block[] {
  const {policy} = view.of(policyFold)
  return isSolo(policy) ? [notice('warning', soloInWords(policy))] : []
}

function continued({view}: Transcript): readonly (readonly [string, string])[] {
  const said = continuationInWords(view.of(continuationFold))
  return said === null ? [] : [['This ledger', said]]
}
