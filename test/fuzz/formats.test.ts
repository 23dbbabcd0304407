/** The formats of a ledger: what is taken is byte for byte what would be written. */
import {describe} from '@jest/globals'
import {jcsBytes, parseJcs, type Json} from '../../src/base/jcs.ts'
import {parseFacts, parseOpenings, primaryFiles} from '../../src/ceremony/bundle/primary.ts'
import {parseRoster, rosterDocument, statementBytes} from '../../src/custody/index.ts'
import {entryBytes, parseEntry} from '../../src/ledger/entry.ts'
import {openCheckpoint, parseCheckpoint, parseVkey, signCheckpoint, vkeyText} from '../../src/ledger/note.ts'
import {parseProof, proofText} from '../../src/ledger/proof.ts'
import {newWriter} from '../../src/ledger/writer.ts'
import {sha256} from '../../src/base/bytes.ts'
import {defaultPolicy, parsePolicy, soloPolicy} from '../../src/policy/index.ts'
import {parseStatement} from '../../src/requests/afar/core.ts'
import {parsePlan, planBytes} from '../../src/requests/plan.ts'
import {byteMutations} from './bytes.ts'
import {fuzz, isCode, isTypeError} from './fuzz.ts'
import {isCanonical, memberMutation, spellingMutation} from './json.ts'
import {textMutation} from './text.ts'

const name = 'example.com/ledger/0123456789abcdef0123456789abcdef'
const hash = (text: string): string => sha256(text).toString('hex')
const json = [...byteMutations, memberMutation, memberMutation, spellingMutation]
const text = [...byteMutations, textMutation, textMutation, textMutation]

const written = (same: Uint8Array, bytes: Buffer): string | undefined =>
  !bytes.equals(same)
    ? 'it would be written otherwise'
    : isCanonical(bytes)
      ? undefined
      : 'it is not canonical'

const statement = {
  about: hash('about'),
  checkpoint: {root: sha256('root').toString('base64'), size: 42},
  decision: 'approve',
  issued: '2026-11-22T03:09:18.123Z',
  key: `SHA256:${sha256('key').toString('base64').slice(0, 43)}`,
  ledger: hash('ledger'),
  person: 'p-0123456789abcdef',
  plan_sha256: hash('plan'),
  roles: ['ciso', 'custodian'],
  type: 'keyrite.statement/1',
  use: 'approval',
} as const satisfies Json

const entry = {
  v: 1,
  ledger: name,
  seq: 7,
  prev: hash('prev'),
  time: '2026-11-22T03:09:18.123Z',
  type: 'approval.given',
  actor: {evidence: 'signed', host: {$: hash('host')}, person: 'p-0123456789abcdef'},
  approved: 3,
  ceremony: 'c'.repeat(32),
  tool: {sha256: hash('tool'), version: '1.0.0'},
  data: {
    statement,
    signature: 'AAAA',
    reason: {$: hash('reason')},
    plan: {blob: hash('plan'), size: 17, type: 'application/json'},
    'caf\u00e9 \u{1f600}': [1, 0, -7, true, null, '\u20ac"\\\n'],
  },
} as const satisfies Json

const plan = {
  type: 'keyrite.plan/1',
  operation: 'key.create',
  change: {key: 'payments', version: 1, class: 'jwt-signing', consumers: ['p-0123456789abcdef']},
  phases: [{name: 'create', earliest: null, latest: '2026-12-01T00:00:00.000Z'}],
  profile: {name: 'room', kind: 'local', environment: 'test', identity: {token: 'T-1'}},
  rests: ['there is no key "payments"'],
  rule: 'key-create',
} as const satisfies Json

const roster = {
  people: ['1', '2'].map((digit) => ({
    id: `p-${digit.repeat(16)}`,
    keys: [{class: 'stated', key: 'ssh-ed25519 AAAA'}],
    recipient: null,
    roles: ['custodian'],
    state: 'active',
  })),
  type: 'keyrite.roster/1',
} satisfies Json

const facts = {
  ceremony: 'c'.repeat(32),
  entries: [0, 1, 2, 7],
  fingerprint: hash('first'),
  ledger: name,
  level: 'full',
  tool: {sha256: hash('tool'), version: '1.0.0'},
  type: 'keyrite.bundle/1',
} as const satisfies Json

const openings = {
  [hash('a')]: {salt: hash('salt'), value: 'Alice'},
  [hash('b')]: {salt: hash('salt2'), value: {deep: [1, 'caf\u00e9']}},
} satisfies Json

const seed = (value: Json): Buffer => Buffer.from(jcsBytes(value))

describe('documents in canonical JSON', () => {
  fuzz({
    name: 'canonical JSON',
    seeds: [
      seed(entry),
      seed(plan),
      seed([1, 'a', {}]),
      seed({'\u20ac': 1, '\r': 2, '\ufb33': 3, '\u{1f600}': 5}),
    ],
    mutations: json,
    refuses: isTypeError,
    take: (bytes) => written(jcsBytes(parseJcs(bytes)), bytes),
  })
  fuzz({
    name: 'statement',
    seeds: [seed(statement), seed({...statement, plan_sha256: null, use: 'founding', decision: 'attest'})],
    mutations: json,
    refuses: isTypeError,
    take: (bytes) => written(statementBytes(parseStatement(bytes)), bytes),
  })
  fuzz({
    name: 'entry',
    seeds: [seed(entry), seed({...entry, approved: null, ceremony: null, seq: 1, data: {}})],
    mutations: json,
    refuses: isTypeError,
    take(bytes) {
      const {leaf, ...rest} = parseEntry(bytes)
      return leaf === sha256(Buffer.of(0), bytes).toString('hex')
        ? written(entryBytes(rest), bytes)
        : 'another leaf'
    },
  })
  fuzz({
    name: 'plan',
    seeds: [seed(plan), seed({...plan, profile: null, operation: 'policy.adopt', change: {}})],
    mutations: json,
    refuses: isTypeError,
    take: (bytes) => written(planBytes(parsePlan(bytes)), bytes),
  })
  fuzz({
    name: 'roster',
    seeds: [seed(roster)],
    mutations: json,
    refuses: isTypeError,
    take(bytes) {
      const named = parseRoster(bytes).map((person) => ({...person, name: null, address: null}))
      return written(jcsBytes(rosterDocument(named)), bytes)
    },
  })
  fuzz({
    name: 'policy',
    seeds: [seed(defaultPolicy), seed(soloPolicy)],
    mutations: json,
    refuses: (error) => isTypeError(error) || isCode('POLICY_INVALID')(error),
    take: (bytes) => written(jcsBytes(parsePolicy(parseJcs(bytes))), bytes),
  })
  fuzz({
    name: 'bundle.json',
    seeds: [seed(facts)],
    mutations: json,
    refuses: isTypeError,
    take: (bytes) => written(bundleFile('bundle.json', {facts: parseFacts(bytes)}), bytes),
  })
  fuzz({
    name: 'openings.json of a bundle',
    seeds: [seed(openings)],
    mutations: json,
    refuses: isTypeError,
    take: (bytes) => written(bundleFile('openings.json', {openings: parseOpenings(bytes)}), bytes),
  })
})

function bundleFile(path: string, parts: Partial<Parameters<typeof primaryFiles>[0]>): Uint8Array {
  const empty = {entries: new Map(), proofs: new Map(), blobs: new Map(), openings: new Map(), checkpoint: ''}
  const made = primaryFiles({facts: parseFacts(seed(facts)), ...empty, ...parts}).get(path)
  if (made === undefined) throw new Error(`a bundle has ${path}`)
  return made
}

const writer = newWriter(name)
const other = newWriter(name)
const note = (size: number): string =>
  signCheckpoint({origin: name, size, root: sha256(`root ${size}`)}, writer.key, writer.privateKey)
const notes = [note(1), note(42), note(1_000_000)].map((one) => Buffer.from(one))

describe('signed texts', () => {
  fuzz({
    name: 'checkpoint, unsigned',
    seeds: notes,
    mutations: text,
    refuses: isTypeError,
    take(bytes) {
      const read = bytes.toString('utf8')
      const {origin, size, root} = parseCheckpoint(read)
      const head = `${origin}\n${String(size)}\n${Buffer.from(root).toString('base64')}\n\n\u2014 ${origin} `
      const tail = read.slice(head.length)
      const blob = Buffer.from(tail, 'base64')
      return read.startsWith(head) && tail === `${blob.toString('base64')}\n` && blob.length === 68
        ? undefined
        : 'it is not in its one spelling'
    },
  })
  fuzz({
    name: 'checkpoint under its key',
    seeds: notes,
    mutations: text,
    refuses: isTypeError,
    take(bytes) {
      openCheckpoint(bytes.toString('utf8'), writer.key)
      return notes.some((one) => one.equals(bytes)) ? undefined : 'nobody signed this'
    },
  })
  fuzz({
    name: 'verifier key',
    seeds: [vkeyText(writer.key), vkeyText(other.key)].map((one) => Buffer.from(one)),
    mutations: text,
    refuses: isTypeError,
    take(bytes) {
      const key = parseVkey(bytes.toString('utf8'))
      const data = Buffer.concat([Buffer.of(1), key.publicKey])
      const id = sha256(key.name, '\n', data).subarray(0, 4).toString('hex')
      return Buffer.from(`${key.name}+${id}+${data.toString('base64')}`).equals(bytes)
        ? undefined
        : 'another spelling'
    },
  })
  fuzz({
    name: 'tlog-proof',
    seeds: [0, 3, 40].map((count) =>
      Buffer.from(
        proofText({
          index: count,
          hashes: Array.from({length: count}, (_, at) => sha256(`hash ${at}`)),
          checkpoint: note(42),
        }),
      ),
    ),
    mutations: text,
    refuses: isTypeError,
    take(bytes) {
      const {index, hashes, checkpoint} = parseProof(bytes.toString('utf8'))
      const lines = hashes.map((one) => `${Buffer.from(one).toString('base64')}\n`).join('')
      const whole = `c2sp.org/tlog-proof@v1\nindex ${String(index)}\n${lines}\n${checkpoint}`
      return whole === bytes.toString('utf8') && hashes.every((one) => one.length === 32)
        ? undefined
        : 'it is not in its one spelling'
    },
  })
})
