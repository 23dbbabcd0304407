/** A request that travels as a folder: whatever was done to it on the way, its signer reads what was asked, or is told. */
import {afterAll, describe} from '@jest/globals'
import {operations} from '../../src/app.ts'
import {transcriptContent} from '../../src/ceremony/afar.ts'
import {outcomeContent, planDestroy} from '../../src/keys/index.ts'
import {examine, readExport, wordsOf, type Files} from '../../src/requests/afar/index.ts'
import {finishedCeremony} from '../ceremony/finished.ts'
import {act, approved} from '../keys/moving.ts'
import {makeKey, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {afar, makeAfar} from '../requests/afar-support.ts'
import {byteMutations, type Mutation} from './bytes.ts'
import {fuzz, isCode} from './fuzz.ts'
import {memberMutation, spellingMutation} from './json.ts'
import type {Rng} from './rng.ts'
import {textMutation} from './text.ts'

const made = await makeAfar({signed: 4})
/** A key that is gone, for whoever signs what was done. */
const destroyed = (ledger: TestLedger): Promise<void> =>
  ledger.using(async (app) => {
    await addLocal(app, 'old-token')
    await makeKey(app, ledger.founders, {name: 'gone', profile: 'old-token', activate: false})
    const wish = {key: 'gone', version: null, waitDays: 0, graceDays: 0, order: null, due: null}
    const plan = planDestroy(app.ledger.view, {...wish, scheduleOnly: false}, app.ledger.time.toISOString())
    await act({made: ledger, app}, await approved({made: ledger, app}, plan))
  })
const finished = await finishedCeremony({signs: (name) => name !== 'Grace', before: destroyed})
const late = afar(finished)
afterAll(() => {
  made.remove()
  late.remove()
})

const asked = await made.ask('target')
const folders = new Map<string, Files>()
for (const [name, ledger, id, at] of [
  ['approval', made, asked.id, 0],
  ['founding', made, 'founding', 4],
  ['transcript', late, `ceremony-${finished.id.slice(0, 8)}`, 6],
  ['certificate', late, 'destruction-gone-1', 0],
] as const)
  folders.set(name, readExport((await ledger.export(id, at)).dir))

/** A folder as one input: its files, each by its name. */
const packed = (files: Files): Buffer =>
  Buffer.from(
    JSON.stringify([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')])),
  )
const unpacked = (bytes: Buffer): Map<string, Buffer> =>
  new Map(
    (JSON.parse(bytes.toString()) as [string, string][]).map(([name, text]) => [
      name,
      Buffer.from(text, 'base64'),
    ]),
  )

const contents = [
  ...byteMutations,
  textMutation,
  spellingMutation,
  ...Array.from({length: 8}, () => memberMutation),
]
const inFiles: Mutation = (rng, bytes) => {
  const files = unpacked(bytes)
  const name = rng.pick([...files.keys()])
  const change: () => void = rng.pick([
    ...Array.from({length: 12}, () => () => files.set(name, changedFile(rng, files.get(name)))),
    () => files.delete(name),
    () =>
      files.set(
        rng.pick(['approve', 'reject', 'attest', 'transcript.jsonl', 'plan.json', 'certificate.txt']),
        files.get(name) ?? Buffer.of(),
      ),
    () => files.set(name, files.get(rng.pick([...files.keys()])) ?? Buffer.of()),
    () => files.set(name, Buffer.from(rng.pick([...folders.values()]).get(name) ?? [])),
  ])
  change()
  return packed(files)
}

function changedFile(rng: Rng, bytes: Buffer = Buffer.of()): Buffer {
  return rng.pick(contents)(rng, bytes, [bytes])
}

const rules = {operations, now: new Date(), transcript: transcriptContent, certificate: outcomeContent}
/** All that its signer learns, but for what the folder itself chooses freely: when it says that it was issued. */
const said = (files: Files): string => {
  const examined = examine(files, rules)
  const statements = [...examined.statements].map(([decision, bytes]) => {
    const {issued, ...rest} = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>
    return {decision, rest, dated: typeof issued}
  })
  return JSON.stringify([wordsOf(examined), statements])
}

describe('an exported request', () => {
  for (const [name, files] of folders)
    fuzz({
      name: `folder of one ${name}`,
      seeds: [packed(files)],
      mutations: [inFiles],
      refuses: isCode('REQUEST_TAMPERED', 'REQUEST_STATE', 'NOT_PERMITTED', 'UNSUPPORTED'),
      take: (bytes) =>
        said(unpacked(bytes)) === said(files) ? undefined : 'its signer reads something else',
      cases: 100_000,
      quick: 300,
    })
})
