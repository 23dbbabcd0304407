/**
 * The certificate of a key's destruction: what was destroyed, what was tried, what the end does not reach, and the signatures
 * of those who approved it, whole, so that `ssh-keygen` and `sha256sum` check them without keyrite.
 */
import {fromBase64} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {jcs, isObject} from '../base/jcs.ts'
import {armor, custodyFold, namespaceOf, signedStatement, type Roster} from '../custody/index.ts'
import type {Entry, View} from '../ledger/index.ts'
import {
  code,
  codeLines,
  facts,
  heading,
  list,
  notice,
  paragraph,
  strong,
  table,
  type Block,
  type Doc,
} from '../paper/document.ts'
import {textOf as plainText} from '../paper/text.ts'
import type {Request} from '../requests/index.ts'
import {approversOf, requestOf} from './certified/fold.ts'
import {certifications} from './certified/state.ts'
import {parseDestruction} from './operations/destroy.ts'
import {mayRemain} from './remains.ts'
import type {Key, Version} from './state.ts'

/** The whole paper. @throws KeyriteError `KEY_STATE` if it is not destroyed. */
export function destructionCertificate(view: View, key: Key, version: Version): Doc {
  const outcome = destroyedBy(view, key, version)
  const request = approvedIn(view, outcome)
  const {facts: ledger} = view
  return {
    title: `Certificate of destruction: ${key.name}, version ${version.version}`,
    language: 'en',
    dated: new Date(outcome.time),
    rehearsal: ledger.rehearsal,
    running: {head: `Certificate of destruction: ${key.name}`, foot: [`Ledger ${ledger.fingerprint}`]},
    blocks: [
      ...outcomeBlocks(view, key, version),
      heading(2, 'Who approved it'),
      ...approvalBlocks(view, request),
      heading(2, 'Who signed that it was done'),
      ...outcomeSignatures(view, outcome, key),
    ],
  }
}

/**
 * What those who approved it sign, when it is done: the same words, without names, so that nothing in it can be erased. It follows
 * from entries up to the outcome alone.
 */
export function destructionText(view: View, key: Key, version: Version): string {
  const outcome = destroyedBy(view, key, version)
  const approvers = approversOf(view, outcome)
  const {facts: ledger} = view
  return plainText({
    title: '',
    language: 'en',
    dated: new Date(outcome.time),
    rehearsal: ledger.rehearsal,
    running: {head: '', foot: []},
    blocks: [
      ...outcomeBlocks(view, key, version),
      heading(2, 'Who approved it'),
      list([...approvers].sort()),
      heading(2, 'What it is about'),
      // Each in a line of its own, unbroken: whoever reads this searches for them.
      codeLines([
        `entry   ${outcome.leaf}`,
        `plan    ${approvedIn(view, outcome).planSha256}`,
        `ledger  ${ledger.fingerprint}`,
      ]),
    ],
  })
}

function destroyedBy(view: View, key: Key, version: Version): Entry {
  const outcome = view.entry(version.changedBy)
  if (version.state === 'destroyed' && outcome !== undefined) return outcome
  throw new KeyriteError(
    'KEY_STATE',
    `cannot certify that key "${key.name}" version ${version.version} is destroyed: it is ${version.state}`,
    {hints: [`keyrite key show ${key.name}`]},
  )
}

function approvedIn(view: View, outcome: Entry): Request {
  const request = requestOf(view, outcome)
  if (request === undefined) throw new TypeError('a destruction cites a request')
  return request
}

function outcomeBlocks(view: View, key: Key, version: Version): readonly Block[] {
  const outcome = destroyedBy(view, key, version)
  const request = approvedIn(view, outcome)
  // As it was approved: what is changed of the profile later changes nothing of what was done.
  const {profile} = request.plan
  const {facts: ledger} = view
  return [
    heading(1, 'Certificate of destruction'),
    ...(profile?.environment === 'production'
      ? []
      : [
          notice(
            'note',
            `This key was one of environment ${profile?.environment ?? 'unknown'}, not of production.`,
          ),
        ]),
    facts([
      ['Key', `${key.name}, version ${version.version}`],
      ['Material', `${key.spec.algorithm}, ${key.spec.scheme}, to ${key.spec.purpose}`],
      ['Class', `${key.spec.class}, ${key.spec.classification}`],
      ['Place', placeOf(key, profile?.identity ?? {})],
      ['Id there', [code(`${version.ref.key}/${version.ref.version}`)]],
      ...(version.public === null ? [] : [['SHA-256 of its public key', [code(version.public)]] as const]),
      ['Made', version.createdAt],
      ['Destroyed', [strong(outcome.time)]],
      ['Recorded', [`entry ${outcome.seq} of ledger `, code(ledger.name)]],
      ['Leaf of that entry', [code(outcome.leaf)]],
      ['Fingerprint of the ledger', [code(ledger.fingerprint)]],
    ]),
    heading(2, 'What was tried after the end'),
    ...triedBlocks(version),
    heading(2, 'How it came to its end'),
    table({columns: ['Time', 'Entry', 'From', 'To'], rows: history(view, key, version)}),
    ...orderBlocks(request),
    heading(2, 'What this does not reach'),
    list([
      ...(version.imported ? ['copies of it from before it was brought here from outside'] : []),
      ...mayRemain(profile?.kind ?? ''),
    ]),
  ]
}

function placeOf(key: Key, identity: Readonly<Record<string, string>>): string {
  const said = Object.entries(identity).map(([fact, value]) => `${fact} ${value}`)
  return [`profile ${key.profile}`, ...said].join(', ')
}

function triedBlocks({effect}: Version): readonly Block[] {
  const rows = (effect?.results ?? []).map(({probe, ok, evidence, detail}) => [
    probe,
    ok ? 'as it must be' : 'NOT AS IT MUST BE',
    evidence,
    detail,
  ])
  return [
    table({columns: ['Probe', 'Result', 'Evidence', 'What came of it'], rows}),
    paragraph('“verified” was tried at the provider by keyrite; “asserted” is what the provider says.'),
  ]
}

/** Every change of its state, in order. */
function history(view: View, key: Key, version: Version): string[][] {
  const rows: string[][] = []
  for (let seq = version.seq; seq <= version.changedBy; seq += 1) {
    const entry = view.entry(seq)
    if (entry?.type !== 'key.state.changed') continue
    const {key: name, version: number, from, to} = entry.data
    if (name === key.name && number === version.version)
      rows.push([entry.time, String(seq), textOf(from), textOf(to)])
  }
  return rows
}

function orderBlocks(request: Request): readonly Block[] {
  const {order, due, kept, grace_days: grace, wait_days: wait} = parseDestruction(request.plan)
  return [
    paragraph(
      `Approved were ${grace} days of grace and a wait of ${wait} days in which it could be cancelled.`,
    ),
    ...(order === null
      ? []
      : [paragraph(`An order to erase stood (GDPR, article 17)${due === null ? '' : `, due ${due}`}.`)]),
    ...(kept.length === 0 ? [] : [notice('warning', `Destroyed in spite of: ${kept.join('; ')}.`)]),
  ]
}

function approvalBlocks(view: View, request: Request): readonly Block[] {
  const {roster} = view.of(custodyFold)
  const yes = request.answers
    .filter(({decision}) => decision === 'approve')
    .flatMap(({seq}) => view.entry(seq) ?? [])
  const namespace = namespaceOf('approval', view.facts)
  return [
    table({
      columns: ['Person', 'Roles', 'Time', 'Entry'],
      rows: yes.map((entry) => {
        const {person, roles} = signedStatement(entry.data).statement
        return [calledIn(roster, person), roles.join(', '), entry.time, String(entry.seq)]
      }),
    }),
    paragraph(
      'Before anything was done they signed the plan with this digest: ',
      code(request.planSha256),
      '.',
    ),
    paragraph(
      'That is a signature over what was to be done, and not over what was. To check a signature without keyrite, put the first three blocks of a person into files called allowed, statement (in one line, without a newline at its end) and sig, and run the command below them. The statement names the plan’s digest and the ledger’s fingerprint: hold both against this page, and the fingerprint against the paper.',
    ),
    ...yes.flatMap((entry) => signatureBlocks(entry, roster, namespace)),
  ]
}

/** Signatures over the outcome, where there are any; where there are none that is said. */
function outcomeSignatures(view: View, outcome: Entry, {name}: Key): readonly Block[] {
  const {roster} = view.of(custodyFold)
  const found = view.of(certifications).all.get(outcome.seq)
  const approvers = approversOf(view, outcome)
  const missing = approvers.filter((person) => found?.signed.has(person) !== true)
  if (found === undefined)
    return [
      notice(
        'warning',
        'Nobody signed that it was done: those who approved it signed the plan only. What was done stands in the ledger’s entry above, which its checkpoint covers.',
      ),
      paragraph(`They sign it with: keyrite key certify ${name}`),
    ]
  const entries = [...found.signed.values()].flatMap((seq) => view.entry(seq) ?? [])
  return [
    table({
      columns: ['Person', 'Time', 'Entry'],
      rows: entries.map((entry) => [
        calledIn(roster, signedStatement(entry.data).statement.person),
        entry.time,
        String(entry.seq),
      ]),
    }),
    ...(missing.length === 0
      ? []
      : [
          notice(
            'warning',
            `Of those who approved it these signed the plan only: ${missing.map((one) => calledIn(roster, one)).join(', ')}.`,
          ),
        ]),
    paragraph(
      'They signed a text that says what stands above, without names. Its SHA-256, which stands in each statement as plan_sha256, is ',
      code(found.text),
      `. keyrite key destruction ${name} --signed DIR writes that text, the statements and the signatures as files; sha256sum and the command under each check them.`,
    ),
    ...entries.flatMap((entry) => signatureBlocks(entry, roster, namespaceOf('certificate', view.facts))),
  ]
}

function signatureBlocks(entry: Entry, roster: Roster, namespace: string): readonly Block[] {
  const {statement, signature} = signedStatement(entry.data)
  const key = roster
    .get(statement.person)
    ?.keys.map(({key: line}) => line)
    .join('\n')
  return [
    heading(3, calledIn(roster, statement.person)),
    codeLines((key ?? '').split('\n').map((line) => `${statement.person} ${line}`)),
    codeLines([jcs(isObject(entry.data['statement']) ? entry.data['statement'] : {})]),
    codeLines(armor(fromBase64(signature)).trimEnd().split('\n')),
    codeLines([`ssh-keygen -Y verify -f allowed -I ${statement.person} -n ${namespace} -s sig < statement`]),
  ]
}

function calledIn(roster: Roster, id: string): string {
  const name = roster.get(id)?.name ?? null
  return name === null ? id : `${name} (${id})`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
