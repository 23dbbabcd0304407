/** A rehearsal is never taken for the real thing, nor the real thing for a rehearsal. What `verify.py` says of the same: test/verifier/attacks.py. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {fromBase64} from '../../src/base/bytes.ts'
import {isObject, type JsonObject} from '../../src/base/jcs.ts'
import {parseSshsig, signStatement, type Person, type Signer} from '../../src/custody/index.ts'
import {signedStatement} from '../../src/custody/judge.ts'
import {verifyLedger} from '../../src/ledger/index.ts'
import {makeBench, noAnchor, rewritten, rules, tool, verdictOf, type Bench, type FileMap} from './bench.ts'

let real: Bench
let rehearsed: Bench
beforeAll(async () => {
  ;[real, rehearsed] = [await makeBench(), await makeBench({rehearsal: true})]
}, 120_000)
afterAll(() => {
  real.finished.remove()
  rehearsed.finished.remove()
})

const asRehearsal = (files: ReadonlyMap<string, Uint8Array>): ReturnType<typeof verdictOf> =>
  verdictOf(files, noAnchor, tool, true)
const asReal = (files: ReadonlyMap<string, Uint8Array>): ReturnType<typeof verdictOf> =>
  verdictOf(files, noAnchor, tool, false)
const rulesOf = ({problems}: ReturnType<typeof verdictOf>): string[] =>
  problems.map(({rule, message}) => `${rule}: ${message}`)

/** The first entry with its data changed; all else as it was, chained and signed again by the writer. */
function opened(bench: Bench, change: (data: JsonObject) => JsonObject): FileMap {
  return rewritten(bench, (entry) => {
    const data = isObject(entry['data']) ? entry['data'] : {}
    return entry['type'] === 'ledger.opened' ? {...entry, data: change(data)} : entry
  })
}

/** One person's statement signed again by their own key, for a ledger that is of the other sort. */
async function signedElsewhere(bench: Bench, type: string): Promise<FileMap> {
  const found = await bench.finished.using(async ({ledger}) => {
    const at = Array.from({length: ledger.size}, (_, seq) => ledger.view.entry(seq)).find(
      (one) => one?.type === type,
    )
    if (at === undefined) throw new Error('there is such an entry')
    const {statement} = signedStatement(at.data)
    const founder = bench.finished.founders.find(({person}) => person.id === statement.person)
    if (founder === undefined) throw new Error('a founder signed')
    return {statement, signature: await again(founder, statement, bench)}
  })
  return rewritten(bench, (entry) => {
    const data = isObject(entry['data']) ? entry['data'] : {}
    const {statement} = data
    const same = isObject(statement) && statement['person'] === found.statement.person
    return entry['type'] === type && same ? {...entry, data: {...data, signature: found.signature}} : entry
  })
}

async function again(
  {person, signer}: {readonly person: Person; readonly signer: Signer},
  statement: ReturnType<typeof signedStatement>['statement'],
  {facts}: Bench,
): Promise<string> {
  const {signature} = await signStatement({...person, roles: [...person.roles]}, signer, {
    use: statement.use,
    decision: statement.decision,
    about: statement.about,
    planSha256: statement.plan_sha256,
    checkpoint: statement.checkpoint,
    facts: {...facts, rehearsal: !facts.rehearsal},
    issued: new Date(statement.issued),
  })
  return signature
}

describe('the bundle of a rehearsal', () => {
  test('is good where it was asked for as one, and says what it is', () => {
    const verdict = asRehearsal(rehearsed.files)
    expect(rulesOf(verdict)).toEqual([])
    expect(verdict).toMatchObject({ok: true, rehearsal: true})
  })

  test('is refused where it was not asked for as one', () => {
    const verdict = asReal(rehearsed.files)
    expect(verdict).toMatchObject({ok: false, rehearsal: true, anchored: false})
    expect(rulesOf(verdict)).toEqual([
      'rehearsal: it is a rehearsal, and proves nothing else: --rehearsal checks it as one',
    ])
  })

  test('is refused as the real thing even with its own fingerprint', () => {
    const anchor = {fingerprint: rehearsed.facts.fingerprint, pins: []}
    expect(verdictOf(rehearsed.files, anchor)).toMatchObject({ok: false, anchored: false})
  })

  test('has the namespace of rehearsals under every signature, and in allowed_signers', () => {
    const spaces = [...rehearsed.files].flatMap(([path, bytes]) =>
      path.endsWith('.sig')
        ? [parseSshsig(fromBase64(Buffer.from(bytes).toString().split('\n').slice(1, -2).join(''))).namespace]
        : [],
    )
    expect(spaces.length).toBeGreaterThan(10)
    expect(new Set(spaces)).toEqual(new Set(['keyrite-rehearsal-v1@example.com']))
    const signers = Buffer.from(rehearsed.files.get('allowed_signers') ?? '').toString()
    expect(new Set(signers.match(/namespaces="[^"]*"/g))).toEqual(
      new Set(['namespaces="keyrite-rehearsal-v1@example.com"']),
    )
  })

  test('does not become real by dropping the mark: no signature counts any more', () => {
    const files = opened(rehearsed, (data) =>
      Object.fromEntries(Object.entries(data).filter(([name]) => name !== 'rehearsal')),
    )
    expect(rulesOf(asReal(files))).toContainEqual(expect.stringMatching(/^statement: .*another ledger/))
    expect(asRehearsal(files).ok).toBe(false)
  })

  test.each([false, 1, 'true', null])('is refused where the mark is %j', (rehearsal) => {
    const files = opened(rehearsed, (data) => ({...data, rehearsal}))
    expect(asRehearsal(files).ok).toBe(false)
    expect(asReal(files).ok).toBe(false)
  })

  test.each(['founder.signed', 'approval.given', 'transcript.signed'])(
    'is refused with a signature that was made for a real ledger, in %s',
    async (type) => {
      const files = await signedElsewhere(rehearsed, type)
      expect(rulesOf(asRehearsal(files))).toContainEqual(
        expect.stringMatching(/^signature: .*was signed for a real ledger, and this is a rehearsal$/),
      )
    },
  )
})

describe('a real bundle', () => {
  test('is refused where a step went on with what was not met, as only a rehearsal does', () => {
    const changed = (bench: Bench): FileMap =>
      rewritten(bench, (entry) => {
        const data = isObject(entry['data']) ? entry['data'] : {}
        const result = isObject(data['result']) ? data['result'] : {}
        return data['step'] === 'clock'
          ? {...entry, data: {...data, result: {...result, not_met: ['x']}}}
          : entry
      })
    expect(rulesOf(asReal(changed(real)))).toContain(
      'step: what was not met is gone on with, and this is no rehearsal',
    )
    expect(rulesOf(asRehearsal(changed(rehearsed))).join()).not.toContain('not met')
  })

  test('is refused as a rehearsal', () => {
    const verdict = asRehearsal(real.files)
    expect(verdict).toMatchObject({ok: false, rehearsal: false})
    expect(rulesOf(verdict)).toEqual(['rehearsal: it is not a rehearsal, and was to be checked as one'])
  })

  test('does not become a rehearsal by putting the mark in', () => {
    const files = opened(real, (data) => ({...data, rehearsal: true}))
    expect(asRehearsal(files).ok).toBe(false)
    expect(asReal(files).ok).toBe(false)
  })

  test.each(['founder.signed', 'approval.given', 'transcript.signed'])(
    'is refused with a signature that was made in a rehearsal, in %s',
    async (type) => {
      const files = await signedElsewhere(real, type)
      expect(rulesOf(asReal(files))).toContainEqual(
        expect.stringMatching(/^signature: .*was signed in a rehearsal, and this is none$/),
      )
    },
  )
})

test('the ledger of a rehearsal verifies, and its facts say what it is', () => {
  const {home, state} = rehearsed.finished.world
  const {problems, facts} = verifyLedger({home, state: {path: state}, folds: rules.folds, pins: []})
  expect(problems).toEqual([])
  expect(facts?.rehearsal).toBe(true)
})
