/** Threat T21: whatever lies where a command is to write, it is refused, and neither it nor the ledger is changed. */
import {execFileSync} from 'node:child_process'
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import Database from 'better-sqlite3'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import BackupDomain from '../../src/commands/backup/domain.ts'
import BackupDomainShare from '../../src/commands/backup/domain-share.ts'
import BackupTake from '../../src/commands/backup/take.ts'
import CeremonyBundle from '../../src/commands/ceremony/bundle.ts'
import CeremonyMinutes from '../../src/commands/ceremony/minutes.ts'
import CeremonyNew from '../../src/commands/ceremony/new.ts'
import CeremonyRehearse from '../../src/commands/ceremony/rehearse.ts'
import CeremonyScript from '../../src/commands/ceremony/script.ts'
import IncidentCard from '../../src/commands/incident/card.ts'
import IncidentExport from '../../src/commands/incident/export.ts'
import IncidentPostmortem from '../../src/commands/incident/postmortem.ts'
import KeyDestruction from '../../src/commands/key/destruction.ts'
import KeyCertificate from '../../src/commands/key/certificate.ts'
import KeyGraph from '../../src/commands/key/graph.ts'
import Demo from '../../src/commands/demo.ts'
import LedgerExport from '../../src/commands/ledger/export.ts'
import LedgerHandOver from '../../src/commands/ledger/hand-over.ts'
import LedgerPin from '../../src/commands/ledger/pin.ts'
import LedgerProve from '../../src/commands/ledger/prove.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileRandom from '../../src/commands/profile/random.ts'
import RequestExport from '../../src/commands/request/export.ts'
import ShareCombine from '../../src/commands/share/combine.ts'
import ShareExport from '../../src/commands/share/export.ts'
import ShareReseal from '../../src/commands/share/reseal.ts'
import ShareSplit from '../../src/commands/share/split.ts'
import {KeyriteCommand} from '../../src/ui/command.ts'
import {ask, contextOf, planned} from '../requests/support.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {commands} from '../docs/cli.ts'
import {runCommand, type CommandClass} from '../support/run.ts'
import {held} from './held.ts'

let house: House
let ceremony = ''
let request = ''
beforeAll(async () => {
  house = await makeHouse()
  ceremony = (await held(house)).id
  request = await house.using(async (app) => {
    const wish = planned(app, {name: 'waiting', profile: 'main'})
    return (await ask(contextOf(app, house.founders[0]), wish)).id
  })
})
afterAll(() => {
  house.remove()
})

type Writes = 'file' | 'folder' | 'token'
const vkey = 'example.com/ledger/0123+89abcdef+AQ'

/** Every flag that names something to be written, with a command line that does so. */
const outputs: readonly (readonly [
  flag: string,
  command: unknown,
  writes: Writes,
  argv: (path: string) => readonly string[],
])[] = [
  ['ledger pin --out', LedgerPin, 'file', (path) => ['--out', path]],
  ['key graph --out', KeyGraph, 'file', (path) => ['--format', 'dot', '--out', path]],
  ['key certificate --out', KeyCertificate, 'file', (path) => ['signed', '--out', path]],
  ['incident card --out', IncidentCard, 'file', (path) => ['--out', path]],
  ['incident export --out', IncidentExport, 'file', (path) => ['i1', '--out', path]],
  ['incident postmortem --out', IncidentPostmortem, 'file', (path) => ['i1', '--out', path]],
  ['key destruction --out', KeyDestruction, 'file', (path) => ['gone', '--out', path]],
  ['key destruction --signed', KeyDestruction, 'folder', (path) => ['gone', '--signed', path]],
  ['ledger prove --out', LedgerProve, 'file', (path) => ['1', '--out', path]],
  ['ledger export --out', LedgerExport, 'file', (path) => ['--out', path]],
  ['ledger export --out', LedgerExport, 'folder', (path) => ['--format', 'tiles', '--out', path]],
  [
    'ledger hand-over --out',
    LedgerHandOver,
    'file',
    (path) => ['--to', vkey, '--out', path, '--as', 'alice'],
  ],
  ['request export --out', RequestExport, 'folder', (path) => [request, '--for', 'carol', '--out', path]],
  [
    'share split --out',
    ShareSplit,
    'folder',
    (path) => [
      '--secret-file',
      '-',
      '--threshold',
      '2',
      '--holder',
      'alice',
      '--holder',
      'bob',
      '--out',
      path,
    ],
  ],
  [
    'share split --card-to',
    ShareSplit,
    'folder',
    (path) => [
      '--secret-file',
      '-',
      '--threshold',
      '2',
      '--holder',
      'alice',
      '--holder',
      'bob',
      '--card-to',
      path,
    ],
  ],
  [
    'share reseal --card-to',
    ShareReseal,
    'folder',
    (path) => ['escrow', '--secret-file', '-', '--card-to', path],
  ],
  ['share reseal --out', ShareReseal, 'folder', (path) => ['escrow', '--secret-file', '-', '--out', path]],
  [
    'backup domain --out',
    BackupDomain,
    'file',
    (path) => ['main', '--holder', 'none.pem', '--needed', '2', '--out', path],
  ],
  [
    'backup domain-share --out',
    BackupDomainShare,
    'file',
    (path) => ['domain.json', '--holder', 'none.pem', '--out', path],
  ],
  ['backup take --out', BackupTake, 'file', (path) => ['k', '--recipient', 'age1', '--out', path]],
  ['profile random --out', ProfileRandom, 'file', (path) => ['main', '--bytes', '8', '--out', path]],
  ['share combine --out', ShareCombine, 'file', (path) => ['--ticket', 'T-1', '--out', path]],
  ['share export --out', ShareExport, 'file', (path) => ['escrow', '--out', path]],
  ['ceremony new --out', CeremonyNew, 'file', (path) => ['jwt-signing-rsa-4096', '--out', path]],
  ['ceremony minutes --out', CeremonyMinutes, 'file', (path) => [ceremony, '--out', path]],
  ['ceremony bundle --out', CeremonyBundle, 'folder', (path) => [ceremony, '--out', path]],
  ['ceremony script --out', CeremonyScript, 'folder', (path) => ['jwt-signing-rsa-4096', '--out', path]],
  [
    'ceremony rehearse --dir',
    CeremonyRehearse,
    'folder',
    (path) => [house.template, '--unattended', '--dir', path],
  ],
  ['demo --dir', Demo, 'folder', (path) => ['--dir', path]],
  [
    'profile add --token',
    ProfileAdd,
    'token',
    (path) => [
      'more',
      '--kind',
      'local',
      '--environment',
      'test',
      '--as',
      'alice',
      '--token',
      path,
      '--pin-file',
      house.pinFile,
    ],
  ],
]

/** What may lie there, made in a folder of its own that holds "target" too. */
const obstacles: readonly (readonly [name: string, put: (path: string, target: string) => void])[] = [
  [
    'a file',
    (path) => {
      writeFileSync(path, 'there', {mode: 0o600})
    },
  ],
  [
    'a symlink to a file',
    (path, target) => {
      symlinkSync(target, path)
    },
  ],
  [
    'a symlink that leads nowhere',
    (path) => {
      symlinkSync(`${path}-nowhere`, path)
    },
  ],
  [
    'a symlink to an empty folder',
    (path) => {
      mkdirSync(`${path}-folder`)
      symlinkSync(`${path}-folder`, path)
    },
  ],
  [
    'a second name of a file',
    (path, target) => {
      linkSync(target, path)
    },
  ],
  [
    'a FIFO',
    (path) => {
      execFileSync('mkfifo', [path])
    },
  ],
  [
    'a symlink to a device',
    (path) => {
      symlinkSync('/dev/null', path)
    },
  ],
  [
    'a folder with something in it',
    (path) => {
      mkdirSync(path)
      writeFileSync(join(path, 'kept'), 'kept')
    },
  ],
]

/** Everything below a folder, as it lies there: kinds, links, modes and bytes. */
function picture(folder: string): readonly string[] {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .sort()
    .map((name) => {
      const status = lstatSync(join(folder, name))
      const bytes = status.isFile() ? readFileSync(join(folder, name), 'utf8') : ''
      return `${name} ${status.mode} ${status.nlink} ${status.ino} ${bytes}`
    })
}
function size(): number {
  const db = new Database(join(house.world.home, 'ledger.db'), {readonly: true})
  try {
    return db.prepare<[], number>('SELECT count(*) FROM entries').pluck().get() ?? 0
  } finally {
    db.close()
  }
}

describe.each(outputs)('%s', (flag, command, writes, argv) => {
  const words = flag.replace(/ --.*/, '')
  const run = (path: string) => runCommand(command as CommandClass, words, argv(path), house.world)

  test.each(obstacles)(`(a ${writes}) is refused where %s lies`, async (_name, put) => {
    const folder = mkdtempSync(join(house.dir, 'out-'))
    const target = join(folder, 'target')
    writeFileSync(target, 'target', {mode: 0o600})
    const path = join(folder, 'out.html')
    put(path, target)
    const [before, entries] = [picture(folder), size()]
    const ran = await run(path)
    expect([5, 6, ...(writes === 'token' ? [2] : [])]).toContain(ran.exit)
    expect(ran.stdout).toBe('')
    expect(ran.stderr).toMatch(/^(?:REHEARSAL {2})?Code: (EXISTS|UNSAFE_FILE|TOKEN_TAMPERED)$/m)
    expect(ran.stderr).toMatch(/^(?:REHEARSAL {2})?Try this: \S/m)
    expect(picture(folder)).toEqual(before)
    // A refusal about integrity leaves its trace, and nothing else does.
    expect(size() - entries).toBeLessThanOrEqual(ran.exit === 6 ? 1 : 0)
    rmSync(folder, {recursive: true})
  })

  test('is refused where a device is named', async () => {
    const before = lstatSync('/dev/null')
    const ran = await run('/dev/null')
    // Minutes are written to what ends in .html or .txt.
    expect(ran.stderr).toMatch(/^(?:REHEARSAL {2})?Code: (EXISTS|UNSAFE_FILE|UNSUPPORTED)$/m)
    expect(lstatSync('/dev/null')).toMatchObject({ino: before.ino, mode: before.mode, rdev: before.rdev})
  })
})

test('every flag of every command that names what is to be written is in this table', () => {
  // A journal is only written where the ledger cannot be: revoke-unrecorded.test.ts puts things in its way.
  // Of the places that profile make makes none is a file: it takes --token with the flags of profile add, and refuses its kind.
  const known = new Set([...outputs.map(([flag]) => flag), 'revoke --journal', 'profile make --token'])
  const all = [...commands].flatMap(([words, command]) =>
    Object.keys({...(command as unknown as typeof KeyriteCommand).flags})
      .filter((name) => /^(out|dir|token|card-to|journal)$/.test(name))
      .map((name) => `${words} --${name}`),
  )
  expect(all.filter((flag) => !known.has(flag))).toEqual([])
})
