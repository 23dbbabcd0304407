/** Entries on data keys, and on what was done to a key, that say what is not so: none of them gets into a ledger, and none is taken for good in one. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {sha256Hex} from '../../src/base/bytes.ts'
import type {JsonObject} from '../../src/base/jcs.ts'
import {custodyFold, signStatement} from '../../src/custody/index.ts'
import {
  certify,
  envelopes,
  outcomeToSign,
  planDestroy,
  planRotate,
  wrapDataKey,
} from '../../src/keys/index.ts'
import {Blob, type Draft, type DraftObject} from '../../src/ledger/index.ts'
import {contextOf} from '../requests/support.ts'
import {verified} from '../ledger/support.ts'
import {makeKey, makeLedger, type Founder, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {act, approved} from './moving.ts'
import {MovedClock, run} from './rotation/support.ts'

const clock = new MovedClock('2027-01-01T00:00:00Z')
let made: TestLedger
let app: App
beforeAll(async () => {
  made = await makeLedger({people: 5, now: clock.now})
  app = made.open()
  for (const name of ['soft', 'other']) await addLocal(app, name)
  const kek = {profile: 'soft', algorithm: 'aes-256', purpose: 'wrap', class: 'kek'} as const
  await makeKey(app, made.founders, {name: 'kek', ...kek})
  await makeKey(app, made.founders, {name: 'waits', ...kek, activate: false})
  await makeKey(app, made.founders, {name: 'signs', profile: 'soft'})
  for (const name of ['old', 'gone'])
    await makeKey(app, made.founders, {name, profile: 'soft', activate: false})
  const context = contextOf(app, made.founders[0])
  await wrapDataKey(context, {name: 'orders', key: 'kek', classification: 'restricted', wrapped: null})
  const bench = {made, app}
  await act(bench, await approved(bench, planRotate(app.ledger.view, 'kek', clock.now())))
  clock.days(8)
  await run(app, 'kek')
  await wrapDataKey(context, {name: 'newer', key: 'kek', classification: 'internal', wrapped: null})
  for (const key of ['old', 'gone']) {
    const wish = {key, version: null, waitDays: 0, graceDays: 0, order: null, due: null, scheduleOnly: false}
    await act(bench, await approved(bench, planDestroy(app.ledger.view, wish, clock.now().toISOString())))
  }
  await certify(app.ledger, outcomeToSign(app.ledger, 'old', 1), ...signing(0))
})
afterAll(async () => {
  await app.close()
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

function founder(at: number): Founder {
  const found = made.founders[at]
  if (found === undefined) throw new Error('there are five')
  return found
}
function signing(at: number): [Founder['person'], Founder['signer']] {
  const {person, signer} = founder(at)
  return [app.ledger.of(custodyFold).roster.get(person.id) ?? person, signer]
}
const blob = (text = 'another one'): Blob => new Blob(Buffer.from(text), 'application/octet-stream')
const stated = (): Draft['actor'] => ({person: founder(0).person.id, evidence: 'stated'})
const wrapped = (said: DraftObject = {}): DraftObject => ({
  ...{data_key: 'forged', key: 'kek', version: 2, profile: 'soft', wrapped: blob(), classification: 'public'},
  ...said,
})
const rewrapped = (said: DraftObject = {}): DraftObject => ({
  ...{data_key: 'orders', key: 'kek', from: 1, to: 2, profile: 'soft', wrapped: blob()},
  ...said,
})
/** What the first data key lies in now, as it was recorded. */
const sameBlob = (): Blob => {
  const recorded = app.ledger.of(envelopes).all.get('orders')?.wrapped ?? ''
  return new Blob(app.ledger.view.blob(recorded), 'application/octet-stream')
}

test.each<[string, string, () => DraftObject, Partial<Draft>, RegExp]>([
  [
    'under a version that is not primary',
    'envelope.wrapped',
    () => wrapped({version: 1}),
    {},
    /is not primary/,
  ],
  [
    'under a key that is not active',
    'envelope.wrapped',
    () => wrapped({key: 'waits', version: 1}),
    {},
    /pre-active/,
  ],
  [
    'under a key that signs',
    'envelope.wrapped',
    () => wrapped({key: 'signs', version: 1}),
    {},
    /does not wrap/,
  ],
  [
    'under a key of another place',
    'envelope.wrapped',
    () => wrapped({profile: 'other'}),
    {},
    /there is no key/,
  ],
  ['under a key that is not there', 'envelope.wrapped', () => wrapped({key: 'none'}), {}, /there is no key/],
  ['twice under one name', 'envelope.wrapped', () => wrapped({data_key: 'orders'}), {}, /recorded already/],
  ['in the clear', 'envelope.wrapped', () => wrapped({wrapped: 'c2VjcmV0'}), {}, /not a blob/],
  ['less sensitive than there is', 'envelope.wrapped', () => wrapped({classification: 'none'}), {}, /form/],
  ['with a member more', 'envelope.wrapped', () => wrapped({material: 'aa'}), {}, /form/],
  ['by nobody', 'envelope.wrapped', wrapped, {actor: {person: null, evidence: 'stated'}}, /nobody says/],
  ['by an approval', 'envelope.wrapped', wrapped, {approved: 3}, /needs no approval|approv/],
  [
    'wrapped anew from where it is not',
    'envelope.rewrapped',
    () => rewrapped({from: 2, to: 2}),
    {},
    /does not lie/,
  ],
  ['wrapped anew to an old version', 'envelope.rewrapped', () => rewrapped({to: 1}), {}, /is not primary/],
  [
    'wrapped anew, and the same',
    'envelope.rewrapped',
    () => rewrapped({wrapped: sameBlob()}),
    {},
    /not wrapped anew/,
  ],
  [
    'wrapped anew where it is new already',
    'envelope.rewrapped',
    () => rewrapped({data_key: 'newer', from: 2}),
    {},
    /not wrapped anew/,
  ],
  [
    'wrapped anew, and unknown',
    'envelope.rewrapped',
    () => rewrapped({data_key: 'none'}),
    {},
    /does not lie/,
  ],
])('a data key %s is refused', async (_name, type, data, more, message) => {
  const size = app.ledger.size
  const draft = {type, data: data(), actor: stated(), ceremony: null, ...more} as Draft
  await expect(app.ledger.append([draft])).rejects.toThrow(message)
  expect(app.ledger.size).toBe(size)
})

interface Forged {
  readonly by?: number
  readonly key?: string
  readonly text?: string
  /** What the statement says of the text, and which entry it is about; else what is true. */
  readonly said?: string
  readonly about?: string
  readonly use?: 'certificate' | 'transcript'
  readonly data?: JsonObject
}
async function forged({
  by = 1,
  key = 'old',
  text,
  said,
  about,
  use = 'certificate',
  data = {},
}: Forged): Promise<Draft> {
  const outcome = outcomeToSign(app.ledger, 'old', 1)
  const bytes = text === undefined ? outcome.text : Buffer.from(text)
  const [person, signer] = signing(by)
  const {statement, signature} = await signStatement(person, signer, {
    ...{use, decision: 'attest', about: about ?? outcome.entry.leaf},
    planSha256: said ?? sha256Hex(bytes),
    ...{checkpoint: app.ledger.checkpoint, facts: app.ledger.view.facts, issued: app.ledger.time},
  })
  return {
    type: 'destruction.signed',
    actor: {person: person.id, evidence: 'signed'},
    data: {
      key,
      version: 1,
      text: new Blob(bytes, 'text/plain'),
      signature,
      statement: {...statement},
      ...data,
    },
  }
}

test.each<[string, () => Forged, RegExp]>([
  ['by somebody who did not approve it', () => ({by: 4}), /did not approve/],
  ['twice', () => ({by: 0}), /has signed already/],
  ['over another text than the first one', () => ({text: 'nothing was destroyed'}), /another text/],
  ['over a text that the statement does not name', () => ({said: 'ab'.repeat(32)}), /another plan/],
  [
    'about another destruction',
    () => ({about: outcomeToSign(app.ledger, 'gone', 1).entry.leaf}),
    /another entry/,
  ],
  ['for another key than it is about', () => ({key: 'gone'}), /another entry/],
  ['for a key that is there', () => ({key: 'signs'}), /is not destroyed/],
  ['by a signature of another use', () => ({use: 'transcript'}), /not one of certificate/],
  ['with a text that is no blob', () => ({data: {text: 'plain'}}), /not a blob/],
  ['with a member more', () => ({data: {more: 1}}), /form/],
])('what was done is not signed %s', async (_name, said, message) => {
  const size = app.ledger.size
  await expect(app.ledger.append([await forged(said())])).rejects.toThrow(message)
  expect(app.ledger.size).toBe(size)
})
