/** docs/providers.md, made of what the contract suite saw (`seen.ts`). Also run by build/docs.js: nothing of the tests is needed here. */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {algorithms} from '../../src/providers/algorithms.ts'
import {providerKinds} from '../../src/providers/registry.ts'
import {besideAzure, besideGoogle, type Beside} from './beside.ts'
import {tried} from './by-hand.ts'
import type {Seen} from './seen.ts'

/** The operations, as they are seen, each with what an operator calls it. */
const operations: readonly (readonly [string, string])[] = [
  ['store.create', 'make a key'],
  ['store.find', 'find what was made, after a crash'],
  ['store.describe', 'describe a version'],
  ['use.publicKey', 'give the public key'],
  ['use.sign', 'sign'],
  ['use.verify', 'verify'],
  ['use.mac', 'MAC'],
  ['use.encrypt', 'encrypt'],
  ['use.decrypt', 'decrypt'],
  ['use.wrap', 'wrap'],
  ['use.unwrap', 'unwrap'],
  ['life.setAvailability probe', 'hold a version to proofs of possession'],
  ['life.setAvailability enabled', 'enable'],
  ['life.setAvailability historic', 'hold it to what was made before'],
  ['life.setAvailability disabled', 'disable'],
  ['life.setDates', 'keep a version to dates'],
  ['life.rotate', 'add a version'],
  ['life.scheduleDestruction', 'schedule destruction, or destroy at once'],
  ['life.cancelDestruction', 'cancel a destruction'],
  ['deletion.deleteVersion', 'delete what is destroyed'],
  ['deletion.deleteKey', 'delete a key without versions'],
  ['rights.give', 'bind a role on a key'],
  ['rights.strip', 'take all use of a key away'],
  ['grants.give', 'give a grant of one key'],
  ['grants.list', 'list the grants of a key'],
  ['grants.remove', 'take a grant away'],
  ['service.setAlias', 'give and move an alias'],
  ['schedule.set', 'set and take away a schedule of rotation of its own'],
  ['schedule.read', 'tell that schedule'],
  ['keyBackups.take', 'back up one key by itself'],
  ['keyBackups.putBack', 'put one key back'],
  ['random', 'give random bytes'],
  ['move.import', 'bring a key from outside'],
  ['move.export', 'give a key away'],
  ['move.backup', 'give the whole place out as one file'],
  ['move.restore', 'take such a file in'],
  ['evidence.protection', 'say what protects a key'],
  ['evidence.device', 'say model, serial number, firmware'],
  ['evidence.generation', 'count changes'],
]

export function allSeen(): readonly Seen[] {
  const folder = join(import.meta.dirname, 'seen')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Seen)
}

export function providersPage(all: readonly Seen[]): string {
  const columns = all.map(({on}) => on)
  const unseen = Object.entries(providerKinds).filter(([kind]) => !all.some((one) => one.kind === kind))
  return [
    '# Providers: what was seen to work, and on what',
    '',
    'Made by `npm run docs` from what the contract suite saw (`test/providers/contract.ts`), run against each of these as a process of its own or a file.',
    '*Yes*: it worked with every key type that this provider makes and any provider does this with; *with* some: with these, and was tried with no other.',
    '*Refused*: before anything was touched, which the suite demands; where a place keeps no grants, aliases or backups of keys, before it is asked. A dash: never seen. Signatures and ciphertexts are checked with OpenSSL, never with the provider alone.',
    '',
    '| seen on | kind | what it is |',
    '|---|---|---|',
    ...all.map(({on, kind}) => `| ${on} | \`${kind}\` | ${titleOf(kind)} |`),
    ...unseen.map(([kind, {title}]) => `| nothing, by this suite | \`${kind}\` | ${title} |`),
    '',
    '## Key types',
    '',
    ...table(
      ['', ...columns],
      algorithms.map((name) => [name, ...all.map((one) => has(one, 'store.create', name))]),
    ),
    '',
    '## Operations',
    '',
    ...table(
      ['', ...columns],
      operations.map(([operation, words]) => [words, ...all.map((one) => cell(one, operation, all))]),
    ),
    '',
    'Backups that a service writes itself of all its keys (Managed HSM, CloudHSM) are no file that it gives out: `docs/providers/azure.md` and `docs/providers/cloudhsm.md` say what was seen of them.',
    '',
    '## What Azure has beside this',
    '',
    'Asked by tests of its own, on our stand-in for Azure Managed HSM v1 or for a vault; never seen on Azure, nor on anybody else’s software.',
    '',
    ...bySelf(besideAzure),
    '',
    '## What Google has beside this',
    '',
    'Asked by tests of its own, on our stand-in for Google Cloud KMS v1; never seen on Google Cloud, nor on anybody else’s software. What the rows above say of binding roles, of a schedule and of destruction',
    'is of that stand-in too. SLOW: by `npm run test:full` alone.',
    '',
    ...bySelf(besideGoogle),
    '',
    '## What was tried by hand',
    '',
    'By the commands, on other people’s software that no test runs, on 2026-11-29 and 30, once each, and never since. What it does otherwise is in a test of its own, on a stand-in or on an emulator whose answers are changed on the way.',
    '',
    ...table(
      ['', 'kind', 'went as it should', 'does otherwise', 'by the test'],
      tried.map(({what, kind, went, otherwise, test: [file, title]}) => [
        ...[what, `\`${kind}\``, went, otherwise, `\`test/${file}\` "${title}"`],
      ]),
    ),
    '',
    'Not to be had from the registries that these tests are made from, and so not tried: floci, for AWS. A Vault of HashiCorp’s was not tried either.',
    '',
    'ministack and LocalStack are other people’s software that speaks as AWS does; a stand-in is ours. No maker’s HSM and no cloud has been seen by any test. What',
    'makers and clouds do otherwise than these is said, from their documents, in `docs/providers/`.',
    '',
    'Azure and Google Cloud were exercised against stand-ins of ours and the vendors’ own SDKs alone, never on the service itself: no emulator of anybody else’s was to be had.',
    'The vendors’ clients for Python and Go, and Google’s for Java, check the stand-ins, so that not both ends are ours; on that for Azure run the tests that Microsoft publishes with its clients for Python, while those of Google’s',
    'clients ask no service. In Java and Rust Microsoft’s were run on it by hand, as `docs/providers/azure.md` says; in Rust or for .NET none of Google’s was. What other emulators of Cloud KMS may do otherwise was tried on the stand-in, one difference at a time. What this suite does',
    'not ask has its tests in [requirements.md](requirements.md), rows P1 to P9, and is said for each place in its page. Who has an account can see it on the service itself, from a checkout:',
    '`npm run test:live -- --profile NAME` takes a profile that is not of production, says who answers and what it will make, asks for the profile’s name, makes keys called',
    '`live-…`, uses, disables and destroys them, and names what it leaves behind. The ledger has none of it. It was tried on the software of this page, and on no cloud.',
    '',
  ].join('\n')
}

const bySelf = (rows: Beside): string[] =>
  table(
    ['', 'seen on', 'by the test'],
    rows.map(([words, file, title]) => [words, 'our stand-in', `\`test/${file}\` "${title}"`]),
  )

function titleOf(kind: string): string {
  return Object.entries(providerKinds).find(([name]) => name === kind)?.[1].title ?? ''
}

function has({worked, refused}: Seen, operation: string, about: string): string {
  if (worked[operation]?.includes(about) === true) return 'yes'
  return refused[operation]?.includes(about) === true ? 'refused' : '–'
}

/** `yes` where it worked with every type that this provider makes and some provider does this with; else the types. */
function cell({worked, refused}: Seen, operation: string, all: readonly Seen[]): string {
  const done = worked[operation] ?? []
  if (done.length === 0) return refused[operation.split(' ')[0] ?? ''] === undefined ? '–' : 'refused'
  const could = new Set(all.flatMap((one) => one.worked[operation] ?? []))
  const wanted = (worked['store.create'] ?? []).filter((one) => could.has(one))
  const of = done.filter((one) => one !== 'yes')
  return of.length === 0 || wanted.every((one) => of.includes(one))
    ? 'yes'
    : `with ${of.map(short).filter(once).join(', ')}`
}

/** `rsa-2048`, `rsa-3072` and `rsa-4096` are one word in a cell. */
const short = (algorithm: string): string => algorithm.replace(/^(rsa|ml-dsa)-.*/, '$1')
const once = (word: string, at: number, all: readonly string[]): boolean => all.indexOf(word) === at

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line)]
}
