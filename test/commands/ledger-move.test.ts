/** One writer: the ledger handed over to another machine (threats T10, T26). */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {openCheckpoint, parseProof, parseVkey} from '../../src/ledger/index.ts'
import {forge} from '../ledger/forge.ts'
import {makeMachines, type Machine, type Machines} from '../ledger/machines.ts'
import {copyOf, refused, rules} from '../ledger/support.ts'
import {needing} from '../support/needs.ts'

const {afterEach, beforeEach, test} = needing('ssh-keygen')

let all: Machines
let second: Machine
beforeEach(async () => {
  all = await makeMachines()
  second = all.machine('second')
})
afterEach(() => {
  all.remove()
})

async function handedOver(): Promise<{readonly file: string; readonly vkey: string}> {
  const [file, vkey] = [all.out(), await all.prepared(second)]
  const said = await all.run(all.first, 'ledger hand-over', '--to', vkey, '--out', file, ...all.signed())
  expect(said).toMatchObject({schema: 'keyrite.hand-over/1', exit: 0, vkey, file})
  return {file, vkey}
}

test('a key is prepared once, and again gives the same', async () => {
  expect(await all.prepared(second)).toBe(await all.prepared(second))
  expect(await all.run(second, 'ledger take-over', '--prepare')).toMatchObject({exit: 2, code: 'USAGE'})
})

test('a ledger is handed over: the old machine only reads and says who writes, the new one goes on', async () => {
  const {file, vkey} = await handedOver()
  expect(await all.append(all.first)).toBe('LEDGER_NOT_WRITER')
  const refusedThere = await all.run(all.first, 'ledger replace-key')
  expect(refusedThere).toMatchObject({code: 'LEDGER_NOT_WRITER', exit: 5})
  expect(refusedThere['message']).toContain(vkey)
  expect(await all.run(all.first, 'ledger verify', '--deep')).toMatchObject({ok: true, exit: 0})
  expect(await all.run(second, 'ledger take-over', file)).toMatchObject({
    schema: 'keyrite.take-over/1',
    exit: 0,
    by: 'hand-over',
    forkRisk: false,
    vkey,
  })
  expect(await all.append(second)).toBe('ok')
  const pin = all.out()
  expect(await all.run(second, 'ledger pin', '--out', pin)).toMatchObject({exit: 0, vkey})
  expect(await all.run(second, 'ledger verify', '--deep', '--pin', pin)).toMatchObject({
    ok: true,
    forkRisks: [],
  })
})

test('of two machines with the file only the one with the key goes on, and the file twice changes nothing', async () => {
  const {file} = await handedOver()
  const third = all.machine('third')
  expect(await all.run(third, 'ledger take-over', file)).toMatchObject({code: 'LEDGER_NOT_WRITER', exit: 5})
  expect(existsSync(join(third.home, 'ledger.db'))).toBe(false)
  await all.prepared(third)
  expect(await all.run(third, 'ledger take-over', file)).toMatchObject({code: 'LEDGER_NOT_WRITER', exit: 5})
  expect(await all.run(second, 'ledger take-over', file)).toMatchObject({exit: 0})
  expect(await all.append(second)).toBe('ok')
  expect(await all.run(second, 'ledger take-over', file)).toMatchObject({exit: 0})
  expect((await all.run(second, 'ledger verify'))['entries']).toBe(13) // the entry made since is still there
  expect(await all.append(second)).toBe('ok')
})

test('the file is written again by the same command, and by no other', async () => {
  const {file, vkey} = await handedOver()
  const again = all.out()
  expect(await all.run(all.first, 'ledger hand-over', '--to', vkey, '--out', file)).toMatchObject({
    code: 'EXISTS',
  })
  expect(await all.run(all.first, 'ledger hand-over', '--to', vkey, '--out', again)).toMatchObject({exit: 0})
  expect(await all.run(second, 'ledger take-over', again)).toMatchObject({exit: 0})
})

test('a file that was changed on the way is refused, and leaves nothing', async () => {
  const {file} = await handedOver()
  const bytes = readFileSync(file)
  const at = bytes.indexOf('"type":"writer.changed"')
  bytes[at + 8] = (bytes[at + 8] ?? 0) ^ 1
  writeFileSync(file, bytes)
  expect(await all.run(second, 'ledger take-over', file)).toMatchObject({exit: 6, code: 'LEDGER_TAMPERED'})
  expect(readdirSync(second.home)).toEqual([])
})

test('another ledger than the one on paper is not taken over', async () => {
  const {file} = await handedOver()
  const named = await all.run(second, 'ledger take-over', file, '--ledger', 'ab'.repeat(32))
  expect(named).toMatchObject({exit: 6, code: 'LEDGER_TAMPERED'})
  expect(await all.run(second, 'ledger take-over', file, '--ledger', await fingerprint())).toMatchObject({
    exit: 0,
  })
})

const fingerprint = (): Promise<string> => all.using(all.first, ({ledger}) => ledger.view.facts.fingerprint)

test.each([
  {name: 'no key', of: () => 'nonsense'},
  {name: 'a key for another ledger', of: (vkey: string) => vkey.replace('example.com', 'example.org')},
])('nothing is handed over to $name', async ({of}) => {
  const argv = ['--to', of(await all.prepared(second)), '--out', all.out()]
  expect(await all.run(all.first, 'ledger hand-over', ...argv)).toMatchObject({exit: 2, code: 'USAGE'})
  expect(await all.append(all.first)).toBe('ok')
})

test('nor to the key that writes it already', async () => {
  const vkey = await all.using(all.first, ({ledger}) => ledger.view.facts.vkey)
  const said = await all.run(all.first, 'ledger hand-over', '--to', vkey, '--out', all.out())
  expect(said).toMatchObject({exit: 2, code: 'USAGE'})
})

test('without the quorum it is asked for, and nothing is handed over', async () => {
  const [file, vkey] = [all.out(), await all.prepared(second)]
  const argv = ['--to', vkey, '--out', file]
  expect(await all.run(all.first, 'ledger hand-over', ...argv, ...all.signed(2))).toMatchObject({exit: 8})
  expect(existsSync(file)).toBe(false)
  expect(await all.append(all.first)).toBe('ok')
})

test('approved from afar and applied, the same command writes the file', async () => {
  const [file, vkey] = [all.out(), await all.prepared(second)]
  const asked = await all.run(all.first, 'ledger hand-over', '--to', vkey, '--out', file, ...all.signed(2))
  const id = String(asked['id'])
  const [dir, carol] = [all.out(), all.made.founders[2]?.person.id ?? '']
  await all.run(all.first, 'request export', id, '--for', carol, '--out', dir)
  const signing = [dir, '--key', all.keyFile(2), '--yes']
  expect(await all.run(all.machine('carol'), 'request sign', ...signing)).toMatchObject({exit: 0})
  expect(await all.run(all.first, 'request add', dir)).toMatchObject({exit: 0})
  expect(await all.run(all.first, 'request apply', id)).toMatchObject({exit: 0, status: 'applied'})
  expect(await all.run(all.first, 'ledger hand-over', '--to', vkey, '--out', file)).toMatchObject({exit: 0})
  expect(await all.run(second, 'ledger take-over', file)).toMatchObject({exit: 0})
})

test('a copied home is prepared, handed to, and takes the file in place of its older copy', async () => {
  const copied = all.copy(all.first, 'copied')
  const vkey = String((await all.run(copied, 'ledger take-over', '--prepare'))['vkey'])
  expect(await all.append(copied)).toBe('LEDGER_NOT_WRITER')
  expect(await all.append(all.first)).toBe('ok')
  const file = all.out()
  await all.run(all.first, 'ledger hand-over', '--to', vkey, '--out', file, ...all.signed())
  expect(await all.run(copied, 'ledger take-over', file)).toMatchObject({exit: 0})
  expect(await all.append(copied)).toBe('ok')
})

test('the ledger comes back: from the second machine to the first', async () => {
  const {file} = await handedOver()
  await all.run(second, 'ledger take-over', file)
  await all.append(second)
  const [back, vkey] = [
    all.out(),
    String((await all.run(all.first, 'ledger take-over', '--prepare'))['vkey']),
  ]
  const said = await all.run(second, 'ledger hand-over', '--to', vkey, '--out', back, ...all.signed())
  expect(said).toMatchObject({exit: 0})
  expect(await all.run(all.first, 'ledger take-over', back)).toMatchObject({exit: 0})
  expect(await all.append(all.first)).toBe('ok')
  expect(await all.append(second)).toBe('LEDGER_NOT_WRITER')
  expect(await all.run(all.first, 'ledger verify', '--deep')).toMatchObject({ok: true})
})

test('the old home copied back to before the hand-over does not write', async () => {
  const before = copyOf(all.first, 'before', 'home')
  await handedOver()
  copyFileSync(join(before.home, 'ledger.db'), join(all.first.home, 'ledger.db'))
  expect(await all.append(all.first)).toBe('LEDGER_BEHIND')
})

test('proofs, tiles and pins of before and after lead under the key in force', async () => {
  const early = all.out()
  const before = await all.run(all.first, 'ledger pin', '--out', early)
  const {file, vkey} = await handedOver()
  const last = all.out()
  expect(await all.run(all.first, 'ledger pin', '--out', last)).toMatchObject({exit: 0, vkey: before['vkey']})
  await all.run(second, 'ledger take-over', file)
  const tiles = all.out()
  expect(await all.run(second, 'ledger export', '--format', 'tiles', '--out', tiles)).toMatchObject({
    vkey: before['vkey'], // the old key signed the size that the new machine begins with
  })
  expect(
    openCheckpoint(readFileSync(join(tiles, 'checkpoint'), 'utf8'), parseVkey(String(before['vkey']))).size,
  ).toBe(12)
  await all.append(second)
  const proof = all.out()
  expect(await all.run(second, 'ledger prove', '3', '--out', proof)).toMatchObject({exit: 0, vkey, size: 13})
  const {checkpoint} = parseProof(readFileSync(proof, 'utf8'))
  expect(openCheckpoint(checkpoint, parseVkey(vkey)).size).toBe(13)
  expect(await all.run(second, 'ledger verify', '--pin', early, '--pin', last)).toMatchObject({
    ok: true,
    exit: 0,
  })
  const since = await all.run(second, 'ledger verify', '--since', last, '--deep')
  expect(since).toMatchObject({ok: true, trusted: 12})
})

test('a fork under the old key after a hand-over is caught by the pin of whoever saw it', async () => {
  const thief = copyOf(all.first, 'thief')
  const {file} = await handedOver()
  await all.run(second, 'ledger take-over', file)
  await forge(
    thief,
    Array.from({length: 8}, () => refused('mine')),
  )
  expect(rules(thief)).toEqual([])
  const pin = all.out()
  writeFileSync(pin, await all.using({...thief, env: all.first.env ?? {}}, ({ledger}) => ledger.note))
  expect(await all.run(second, 'ledger verify', '--pin', pin)).toMatchObject({
    exit: 6,
    problems: [{rule: 'pin'}],
  })
  expect(await all.run(second, 'ledger compare', thief.home)).toMatchObject({relation: 'fork', at: 6})
})

test('a machine that saw where the ledger goes on, under a key that it does not know, says what that may mean', async () => {
  const {file} = await handedOver()
  const third = all.machine('third')
  await all.run(second, 'ledger take-over', file)
  const again = all.out()
  const to = ['--to', await all.prepared(third), '--out', again]
  expect(await all.run(second, 'ledger hand-over', ...to, ...all.signed())).toMatchObject({exit: 0})
  await all.run(third, 'ledger take-over', again)
  expect(await all.append(third)).toBe('ok')
  expect(await all.run(all.first, 'ledger compare', third.home)).toMatchObject({relation: 'ahead'})
  const said = await all.run(all.first, 'ledger verify')
  expect(said).toMatchObject({
    exit: 6,
    problems: [
      {
        rule: 'pin',
        message: expect.stringMatching(
          /signed by another key; it saw \d+ entries, the ledger has \d+: if another machine writes it now, .*keyrite ledger compare OTHER/,
        ),
      },
    ],
  })
})

test('whoever signs from afar is told of the new key, old and new, and of who approved it', async () => {
  const carol = all.machine('carol')
  const {file, vkey} = await handedOver()
  await all.run(second, 'ledger take-over', file)
  const asked = await all.run(second, 'ledger replace-key')
  const [dir, person] = [all.out(), all.made.founders[2]?.person.id ?? '']
  await all.run(second, 'request export', String(asked['id']), '--for', person, '--out', dir)
  const said = await all.run(carol, 'request sign', dir, '--key', all.keyFile(2), '--yes')
  expect(said).toMatchObject({exit: 0, writerChanges: [{seq: 11, by: 'hand-over', vkey}]})
  expect((said['writerChanges'] as {approvedBy: string[]}[])[0]?.approvedBy).toHaveLength(3)
  const other = all.out()
  await all.run(second, 'request export', String(asked['id']), '--for', person, '--out', other)
  const writers = JSON.parse(readFileSync(join(other, 'writers'), 'utf8')) as {changes: {note: string}[]}
  const [change] = writers.changes
  if (change !== undefined) change.note = readFileSync(join(other, 'checkpoint'), 'utf8')
  writeFileSync(join(other, 'writers'), JSON.stringify(writers))
  expect(await all.run(carol, 'request sign', other, '--key', all.keyFile(2), '--yes')).toMatchObject({
    exit: 6,
    code: 'REQUEST_TAMPERED',
  })
})

describe('a crash of the machine that takes over', () => {
  const steps = {
    'while the file was laid aside': (file: string) => {
      mkdirSync(join(second.home, 'received'), {recursive: true, mode: 0o700})
      chmodSync(second.home, 0o700)
      writeFileSync(join(second.home, 'received', 'ledger.db'), readFileSync(file).subarray(0, 5000))
    },
    'when the ledger was in its place, and the key not yet': (file: string) => {
      mkdirSync(second.home, {recursive: true, mode: 0o700})
      writeFileSync(join(second.home, 'ledger.db'), readFileSync(file), {mode: 0o600})
    },
  }
  test.each(Object.keys(steps) as (keyof typeof steps)[])(
    '%s: nobody writes, and the same again goes on',
    async (name) => {
      const {file} = await handedOver()
      steps[name](file)
      expect(await all.append(second)).not.toBe('ok')
      expect(await all.run(second, 'ledger take-over', file)).toMatchObject({exit: 0})
      expect(await all.append(second)).toBe('ok')
      expect(readdirSync(second.home)).not.toContain('received')
    },
  )
})

test('a folder that is not there is found before anything is handed over', async () => {
  const argv = ['--to', await all.prepared(second), '--out', join(all.out(), 'no', 'file'), ...all.signed()]
  expect(await all.run(all.first, 'ledger hand-over', ...argv)).toMatchObject({
    exit: 4,
    code: 'FILE_NOT_FOUND',
  })
  expect(await all.append(all.first)).toBe('ok')
})
