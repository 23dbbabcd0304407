/** Everything in a bundle that follows from its entries. The writer and the verifier both make it here. */
import {z} from 'zod'
import {base64, fromBase64} from '../../base/bytes.ts'
import {isObject, jcsBytes} from '../../base/jcs.ts'
import {armor, namespaceOf, parseRoster} from '../../custody/index.ts'
import {certificatePem, certificatesFold} from '../../certificates/index.ts'
import {keysFold} from '../../keys/index.ts'
import {isBlobRef, type Entry, type View} from '../../ledger/index.ts'
import type {Doc} from '../../paper/document.ts'
import {textOf} from '../../paper/text.ts'
import {parsePlan} from '../../requests/plan.ts'
import {checkedMinutes, minutesOf} from '../minutes/index.ts'
import {ceremonyFold} from '../fold.ts'
import type {Ceremony} from '../state.ts'
import {keyOf} from './closure.ts'
import type {Judged, Rules} from './judge.ts'
import {certificatePath, statementPaths} from './layout.ts'
import type {Files, Primary} from './primary.ts'
import {scriptFilesIn} from './script-files.ts'
import {writerKey} from './writer-key.ts'

/** What a person signs in a ledger, in the order that `allowed_signers` has it. */
const uses = ['approval', 'founding', 'possession', 'presence', 'proposal', 'receipt', 'transcript'] as const

/**
 * Statements, `allowed_signers`, roster, policy, template and public keys.
 * @throws TypeError, and what reading keys throws, if the entries are not those of a whole ceremony.
 */
export function derived(judged: Judged, id: string): Files {
  const {replay, entries} = judged
  const ceremony = ceremonyIn(replay, id)
  const roster = rosterAsJudged(judged, id)
  return new Map<string, Uint8Array>([
    ...entries.flatMap(statementFiles),
    ['allowed_signers', Buffer.from(allowedSigners(judged))],
    ['roster.json', roster],
    ['policy.json', policyAsJudged(judged, id)],
    ...templateFile(replay, ceremony.template),
    ...publicKeys(replay, entries, id),
    ...certificates(replay, id),
  ])
}

/** Withheld below level full where it names somebody. */
function templateFile(view: View, sha256: string): [string, Uint8Array][] {
  return view.holds(sha256) ? [['template.yaml', view.blob(sha256)]] : []
}

/** Script and minutes, for reading. @throws as `minutesOf`. */
export function readableFiles(primary: Primary, judged: Judged, rules: Omit<Rules, 'folds'>): Files {
  const doc = minutesDoc(primary, judged, rules)
  return new Map([
    ...scriptFilesIn(judged, ceremonyIn(judged.replay, primary.facts.ceremony), rules),
    ['minutes.html', Buffer.from(pageOf(doc, primary, judged, rules))],
    ['minutes.pdf', rules.pdf(doc)],
    ['minutes.txt', Buffer.from(textOf(doc))],
  ])
}

/** The minutes as the page that checks itself. @throws as `minutesOf`. */
export function minutesPage(primary: Primary, judged: Judged, rules: Omit<Rules, 'folds'>): string {
  return pageOf(minutesDoc(primary, judged, rules), primary, judged, rules)
}

function minutesDoc(
  {facts: {ceremony, level}}: Primary,
  {replay, entries}: Judged,
  {operations}: Pick<Rules, 'operations'>,
): Doc {
  return minutesOf({view: replay, entries, operations, ceremony: ceremonyIn(replay, ceremony), level})
}

function pageOf(doc: Doc, primary: Primary, {replay, entries}: Judged, {page}: Pick<Rules, 'page'>): string {
  const {ceremony, level} = primary.facts
  return checkedMinutes(doc, {...primary, ceremony, level, read: entries, ledger: replay.facts}, page())
}

function ceremonyIn(view: View, id: string): Ceremony {
  const ceremony = view.of(ceremonyFold).get(id)
  if (ceremony === undefined) throw new TypeError(`ceremony ${id} is not here`)
  return ceremony
}

function statementFiles({seq, data}: Entry): [string, Uint8Array][] {
  const {statement, signature} = data
  if (!isObject(statement) || typeof signature !== 'string') return []
  const [json, sig] = statementPaths(seq)
  return [
    [json, jcsBytes(statement)],
    [sig, Buffer.from(armor(fromBase64(signature)))],
  ]
}

/** The newest question of the ceremony, which names roster and policy. */
function lastQuestion({entries}: Judged, id: string): Entry | undefined {
  return entries.findLast((one) => one.ceremony === id && one.type === 'quorum.opened')
}

function rosterAsJudged(judged: Judged, id: string): Uint8Array {
  const named = lastQuestion(judged, id)?.data['roster']
  if (isBlobRef(named)) return judged.replay.blob(named.blob)
  if (judged.standing === null) throw new TypeError('no roster stood when the ceremony was opened')
  return judged.standing.roster
}

function policyAsJudged(judged: Judged, id: string): Uint8Array {
  const named = lastQuestion(judged, id)?.data['policy']
  if (isBlobRef(named)) return judged.replay.blob(named.blob)
  if (judged.standing === null) throw new TypeError('no policy stood when the ceremony was opened')
  return judged.replay.blob(judged.standing.policy)
}

/** Everyone who could sign in these entries: each key that they give a person, or that a question is about. */
function allowedSigners({replay, entries}: Judged): string {
  const {facts} = replay
  const given = new Map<string, Set<string>>()
  for (const {person, key} of entries.flatMap((entry) => keysIn(replay, entry)))
    given.set(person, (given.get(person) ?? new Set()).add(key))
  const people = [...given].sort(([a], [b]) => (a < b ? -1 : 1))
  const namespaces = [...new Set(uses.map((use) => namespaceOf(use, facts)))].join()
  return [
    ...people.flatMap(([id, keys]) => [...keys].map((key) => `${id} namespaces="${namespaces}" ${key}`)),
    `writer namespaces="${namespaceOf('bundle', facts)}" ${writerKey(facts.vkey)}`,
    '',
  ].join('\n')
}

const personKeys = z.object({person: z.string(), keys: z.array(z.object({key: z.string()}))})

function keysIn(
  replay: View,
  {type, data}: Entry,
): readonly {readonly person: string; readonly key: string}[] {
  if (type === 'ledger.opened' && isBlobRef(data['roster']))
    return parseRoster(replay.blob(data['roster'].blob)).flatMap(({id, keys}) =>
      keys.map(({key}) => ({person: id, key})),
    )
  const asked =
    type === 'quorum.opened' && isBlobRef(data['plan']) ? parsePlan(replay.blob(data['plan'].blob)) : null
  const said = personKeys.safeParse(type.startsWith('custodian.') ? data : asked?.change)
  return said.success ? said.data.keys.map(({key}) => ({person: said.data.person, key})) : []
}

function publicKeys(view: View, entries: readonly Entry[], id: string): [string, Uint8Array][] {
  const names = new Set(entries.filter((one) => one.ceremony === id).flatMap(keyOf))
  const {keys} = view.of(keysFold)
  return [...names].flatMap((name) =>
    (keys.get(name)?.versions ?? []).flatMap(({version, public: spki}): [string, Uint8Array][] =>
      spki === null ? [] : [[`keys/${name}-v${version}.pem`, Buffer.from(pem(view.blob(spki)))]],
    ),
  )
}

/** Certificates and requests that were made in the ceremony. */
function certificates(view: View, id: string): [string, Uint8Array][] {
  return [...view.of(certificatesFold).made.values()]
    .filter(({ceremony}) => ceremony === id)
    .map(({key, version, seq, form, sha256}) => [
      certificatePath(key, version, seq),
      Buffer.from(certificatePem(form, view.blob(sha256))),
    ])
}

/** RFC 7468 of exactly these bytes, 64 columns. */
function pem(spki: Uint8Array): string {
  const lines = base64(spki).match(/.{1,64}/g) ?? []
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n')
}
