/**
 * Big ledgers, quickly: real entries, signatures, openings, blobs and checkpoints, put straight into the store without
 * judging each. Whoever makes one verifies it.
 */
import {createPublicKey, generateKeyPairSync, randomBytes} from 'node:crypto'
import {join} from 'node:path'
import Database from 'better-sqlite3'
import {folds} from '../../src/app.ts'
import {hex} from '../../src/base/bytes.ts'
import {type JsonObject} from '../../src/base/jcs.ts'
import {custodyFold, rosterDocument, signStatement} from '../../src/custody/index.ts'
import {Blob, jsonBlob, Private, type Draft, type Entry} from '../../src/ledger/index.ts'
import {build} from '../../src/ledger/build.ts'
import {parseEntry} from '../../src/ledger/entry.ts'
import {replayOf} from '../../src/ledger/inspect.ts'
import {Frontier} from '../../src/ledger/merkle.ts'
import {parseVkey, signCheckpoint} from '../../src/ledger/note.ts'
import {SqliteStore} from '../../src/ledger/sqlite/store.ts'
import {storeHead} from '../../src/ledger/head.ts'
import {loadWriter, realHome} from '../../src/ledger/writer.ts'
import {policyFold} from '../../src/policy/index.ts'
import type {Plan} from '../../src/requests/index.ts'
import {makeLedger, type TestLedger} from './ledger.ts'

export interface Size {
  /** How many entries it has at least; the last round is finished. */
  readonly entries: number
  /** The share of them that are approvals, at most 0.4. */
  readonly approvals: number
  /** How many entries one append holds: each append leaves one checkpoint. */
  readonly perAppend?: number
  readonly onProgress?: (entries: number) => void
}

const nobody: Draft['actor'] = {person: null, evidence: 'stated'}
const profile = {
  name: 'soft',
  kind: 'local',
  environment: 'test',
  identity: {token: 'ab'.repeat(16)},
} as const
/** A round: the question, three answers, the quorum, intent and outcome. */
const answers = 3
const roundEntries = answers + 4

export async function makeBigLedger({
  entries,
  approvals,
  perAppend = 1,
  onProgress,
}: Size): Promise<TestLedger> {
  const made = await makeLedger({people: 5})
  const founded = await made.using(({ledger}) => {
    const {policy, seq} = ledger.of(policyFold)
    const {facts} = ledger.view
    const last = ledger.view.entry(ledger.size - 1)
    if (last === undefined) throw new Error('it was founded')
    return {
      policy: jsonBlob(policy),
      policySeq: seq,
      roster: jsonBlob(rosterDocument(ledger.of(custodyFold).roster.values())),
      who: [...ledger.of(custodyFold).roster.keys()].sort(),
      facts,
      leaves: ledger.store.leaves(0, ledger.size),
      last,
    }
  })
  const key = parseVkey(founded.facts.vkey)
  const writer = loadWriter({path: made.world.state}, founded.facts.fingerprint, key.name)
  if (writer === undefined) throw new Error('it was founded here')
  const tree = new Frontier()
  for (const leaf of founded.leaves) tree.add(leaf)

  const db = new Database(join(made.world.home, 'ledger.db'))
  db.pragma('synchronous = OFF')
  const statements = {
    entry: db.prepare('INSERT INTO entries (seq, leaf, bytes) VALUES (?, ?, ?)'),
    opening: db.prepare('INSERT INTO openings (commitment, salt, value) VALUES (?, ?, ?)'),
    blob: db.prepare('INSERT INTO blobs (sha256, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    note: db.prepare('INSERT INTO checkpoints (size, note) VALUES (?, ?)'),
  }
  let {last} = founded
  let size = tree.size
  let note = ''
  let clock = Date.parse(last.time)
  const random = {bytes: (count: number) => randomBytes(count)}

  const checkpoint = (): void => {
    note = signCheckpoint({origin: key.name, size, root: tree.root()}, key, writer.privateKey)
    statements.note.run(size, Buffer.from(note))
  }
  const add = (draft: Draft): Entry => {
    const {rows, openings, blobs} = build([draft], {
      random,
      tool: {version: '1.0.0', sha256: '0'.repeat(64)},
      host: 'ceremony-machine-1',
      last,
      time: new Date((clock += 0.1)),
      ledger: () => key.name,
    })
    for (const row of rows) {
      statements.entry.run(row.seq, row.leaf, row.bytes)
      tree.add(row.leaf)
      last = parseEntry(row.bytes)
    }
    for (const one of openings)
      statements.opening.run(Buffer.from(one.commitment, 'hex'), one.salt, one.value)
    for (const one of blobs) statements.blob.run(Buffer.from(one.sha256, 'hex'), one.bytes)
    size += 1
    if (size % perAppend === 0) checkpoint()
    if (size % 10_000 === 0) onProgress?.(size)
    return last
  }

  const refused = (): void => {
    add({
      type: 'attempt.refused',
      actor: nobody,
      data: {operation: 'key.create', key: 'payments', code: 'USAGE'},
    })
  }
  const tried = (name: string): void => {
    const about = {key: name, version: 1, profile: profile.name}
    const intent = hex(randomBytes(16))
    const {seq} = add({type: 'key.try.intended', actor: nobody, data: {...about, intent, probes: ['sign']}})
    const results = [{probe: 'sign', ok: true, evidence: 'verified', detail: 'a signature that verifies'}]
    add({
      type: 'key.tried',
      actor: nobody,
      data: {...about, intended: seq, ok: true, results, sample: null, generation: null},
    })
  }
  const round = async (name: string): Promise<void> => {
    const plan = planFor(name)
    const seen = {root: tree.root().toString('base64'), size: tree.size}
    const opened = add({
      type: 'quorum.opened',
      actor: nobody,
      data: {
        operation: plan.operation,
        plan: jsonBlob(plan as unknown as JsonObject),
        policy: founded.policy,
        roster: founded.roster,
        who: founded.who,
        needs: {people: answers, roles: []},
        nonce: hex(randomBytes(16)),
        expires: new Date(clock + 3_600_000).toISOString(),
        names: {owner: new Private('Payments Team')},
        reason: new Private('the yearly new key'),
        ticket: null,
      },
    })
    const {blob: planSha256} = opened.data['plan'] as {readonly blob: string}
    const given: number[] = []
    for (const {person, signer} of made.founders.slice(0, answers)) {
      // Signed over what stands before it, as `request sign` does.
      const checkpointSeen =
        tree.size > opened.seq ? {root: tree.root().toString('base64'), size: tree.size} : seen
      const {statement, signature} = await signStatement(person, signer, {
        use: 'approval',
        decision: 'approve',
        about: opened.leaf,
        planSha256,
        checkpoint: checkpointSeen,
        facts: founded.facts,
        issued: new Date(clock),
      })
      const {seq} = add({
        type: 'approval.given',
        actor: {person: person.id, evidence: 'signed'},
        data: {reason: null, signature, statement: {...statement}},
      })
      given.push(seq)
    }
    const met = add({type: 'quorum.met', actor: nobody, data: {opened: opened.seq, approvals: given}})
    const about = {key: name, version: 1, profile: profile.name}
    const intended = add({
      type: 'key.create.intended',
      actor: nobody,
      approved: met.seq,
      data: {...about, before: [], intent: hex(randomBytes(16))},
    })
    add({
      type: 'key.created',
      actor: nobody,
      approved: met.seq,
      data: {
        ...about,
        intended: intended.seq,
        ref: {key: name, version: '1'},
        spec: plan.change,
        public: new Blob(spki(), 'application/pkix-spki'),
        generation: null,
        protection: {level: 'software', fips: null, evidence: 'verified', detail: 'a file on this machine'},
      },
    })
  }

  db.exec('BEGIN')
  const {name, kind, environment, identity} = profile
  add({
    type: 'profile.added',
    actor: nobody,
    approved: founded.policySeq,
    data: {name, kind, environment, identity: {...identity}, prover: null, generation: null},
  })
  let rounds = 0
  while (size < entries) {
    if (rounds * answers < approvals * (size + roundEntries)) await round(`key-${(rounds += 1)}`)
    else if (rounds > 0 && size % 4 === 0) tried(`key-${1 + (size % rounds)}`)
    else refused()
  }
  if (size % perAppend !== 0) checkpoint()
  db.exec('COMMIT')
  db.close()
  writeSide(made)
  storeHead({path: made.world.state}, founded.facts.fingerprint, {
    home: realHome(made.world.home),
    checkpoint: note,
  })
  return made
}

/** The side tables, as a replay makes them. It judges nothing. */
function writeSide({world}: TestLedger): void {
  const store = SqliteStore.open(join(world.home, 'ledger.db'), 'read')
  const replay = replayOf(store, folds)
  for (let from = 0; ; from = replay.size) {
    const rows = store.rows(from, 1_000)
    for (const {bytes} of rows) replay.step(bytes, false)
    if (rows.length < 1_000) break
  }
  store.close()
  const db = new Database(join(world.home, 'ledger.db'))
  const put = db.prepare('INSERT OR REPLACE INTO side (fold, id, row) VALUES (?, ?, ?)')
  db.transaction(() => {
    for (const {fold, id, row} of replay.table()) put.run(fold, id, row)
  })()
  db.close()
}

function planFor(key: string): Plan {
  const change = {
    key,
    version: 1,
    algorithm: 'ed25519',
    scheme: 'eddsa',
    purpose: 'sign',
    class: 'jwt-signing',
    classification: 'confidential',
    owner: 'owner',
    consumers: [],
    parent: null,
    expires: null,
  } as JsonObject
  return {
    type: 'keyrite.plan/1',
    operation: 'key.create',
    change,
    phases: [{name: 'create', earliest: null, latest: null}],
    profile,
    rests: [`there is no key "${key}"`, `profile "${profile.name}" answers with the identity above`],
    rule: 'key-generation',
  }
}

function spki(): Buffer {
  const {publicKey} = generateKeyPairSync('ed25519')
  return createPublicKey(publicKey.export({format: 'pem', type: 'spki'})).export({
    format: 'der',
    type: 'spki',
  })
}
