/** Everything in a bundle that follows from its entries. The writer and the verifier both make it here. */
import {base64, fromBase64} from '../../base/bytes.ts'
import {isObject, jcsBytes, parseJcs} from '../../base/jcs.ts'
import {armor, namespaceOf} from '../../custody/index.ts'
import {keysFold} from '../../keys/index.ts'
import {isBlobRef, type Entry, type View} from '../../ledger/index.ts'
import {htmlOf} from '../../paper/html.ts'
import {textOf} from '../../paper/text.ts'
import {minutesOf} from '../minutes/index.ts'
import {ceremonyFold} from '../fold.ts'
import type {Ceremony} from '../state.ts'
import {keyOf} from './closure.ts'
import type {Judged, Rules} from './judge.ts'
import {statementPaths} from './layout.ts'
import type {Files} from './primary.ts'
import {writerKey} from './writer-key.ts'

/** What a person signs in a ledger, in the order that `allowed_signers` has it. */
const uses = ['approval', 'founding', 'proposal', 'transcript'] as const

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
    ['allowed_signers', Buffer.from(allowedSigners(roster, replay.facts))],
    ['roster.json', roster],
    ['policy.json', policyAsJudged(judged, id)],
    ['template.yaml', replay.blob(ceremony.template)],
    ...publicKeys(replay, entries, id),
  ])
}

/** The minutes, for reading. @throws as `minutesOf`. */
export function minutesFiles(
  {replay, entries}: Judged,
  {operations}: Pick<Rules, 'operations'>,
  id: string,
): Files {
  const doc = minutesOf({view: replay, entries, operations, ceremony: ceremonyIn(replay, id)})
  return new Map([
    ['minutes.html', Buffer.from(htmlOf(doc))],
    ['minutes.txt', Buffer.from(textOf(doc))],
  ])
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

function allowedSigners(roster: Uint8Array, {organisation, vkey}: View['facts']): string {
  const {people} = parseJcs(roster) as unknown as {
    readonly people: readonly {readonly id: string; readonly keys: readonly {readonly key: string}[]}[]
  }
  const namespaces = uses.map((use) => namespaceOf(use, organisation)).join()
  return [
    ...people.flatMap(({id, keys}) => keys.map(({key}) => `${id} namespaces="${namespaces}" ${key}`)),
    `writer namespaces="${namespaceOf('bundle', organisation)}" ${writerKey(vkey)}`,
    '',
  ].join('\n')
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

/** RFC 7468 of exactly these bytes, 64 columns. */
function pem(spki: Uint8Array): string {
  const lines = base64(spki).match(/.{1,64}/g) ?? []
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n')
}
