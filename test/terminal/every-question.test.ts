/**
 * Threat T22: no question is left out of the tests that break questions off. What can be asked, and by which command, is read
 * from the source: a question that nothing here knows, and a command that can ask and is not known, fail.
 */
import {globSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {commands} from '../docs/cli.ts'
import {root} from '../docs/markdown.ts'

const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const source = new Map(globSync('src/**/*.ts', {cwd: root}).map((file) => [file, read(file)]))
/** What puts questions of others, and is none itself. */
const layer = ['ui/outside.ts', 'ui/ask.ts', 'ui/terminal.ts', 'ui/command.ts'].map((one) => `src/${one}`)
const call =
  /\bask\)?\??\.(?:confirm|text|choose|secret|letters|passphrase)\b(?: \?\? ask\.\w+\))?(?:<[^>]*>)?\(/g
const sites = new Map(
  [...source]
    .filter(([file]) => !layer.includes(file))
    .map(([file, text]) => [file, text.match(call)?.length ?? 0] as const)
    .filter(([, count]) => count > 0),
)

/** Every question: where it is put, words of it, and the test that breaks it off in a terminal. */
const questions: readonly (readonly [file: string, words: string, test: string])[] = [
  ['src/app.ts', 'of profile "', 'commands'],
  ['src/ui/actor.ts', 'Who are you', 'prompts'],
  ['src/ui/ceremony-opening.ts', 'message: asked', 'commands'],
  ['src/ui/ceremony-opening.ts', 'Who is ', 'prompts'],
  ['src/ui/ceremony-values.ts', '${name}: ${text}', 'commands'],
  ['src/ui/gather.ts', 'Ask for this', 'commands'],
  ['src/ui/gather/answer.ts', 'Who answers ', 'prompts'],
  ['src/ui/gather/answer.ts', 'Key file (private', 'commands'],
  ['src/ui/gather/answer.ts', 'the plan above', 'commands'],
  ['src/ui/gather/answer.ts', 'Key file (private', 'commands'],
  ['src/ui/gather/confirm.ts', 'Type "', 'commands'],
  ['src/ui/incident/questions.ts', 'Which key', 'night'],
  ['src/ui/incident/questions.ts', 'Why', 'night'],
  ['src/ui/incident/signs.ts', 'Key file by which', 'night'],
  ['src/ui/incident/unrecorded.ts', 'Type "unrecorded"', 'commands'],
  ['src/ui/material-room.ts', 'Passphrase of ', 'ceremony'],
  ['src/ui/room-questions.ts', 'message: prompt', 'ceremony'],
  ['src/ui/shares/card.ts', 'on a disk that stays', 'shares'],
  ['src/ui/shares/hands.ts', 'Cover the camera', 'shares'],
  ['src/ui/shares/hands.ts', 'a passphrase for your share', 'shares'],
  ['src/ui/shares/read.ts', 'Passphrase of', 'shares'],
  ['src/ui/shares/screen.ts', 'Then press Enter, and they are hidden', 'shares'],
  ['src/ui/shares/screen.ts', 'Row ', 'shares'],
  ['src/ui/shares/screen.ts', 'Press Enter to hide them', 'shares'],
  ['src/ui/shares/typing.ts', 'Row ', 'shares'],
  ['src/commands/ceremony/abort.ts', 'End ceremony ', 'commands'],
  ['src/commands/key/import.ts', 'Passphrase of', 'commands'],
  ['src/commands/ledger/clock.ts', 'Type the day that it is', 'commands'],
  ['src/commands/profile/add.ts', 'The same ', 'commands'],
  ['src/commands/profile/add.ts', 'about}', 'prompts'],
  ['src/commands/profile/remove.ts', 'Type the name', 'prompts'],
  ['src/commands/request/sign.ts', 'Sign ', 'commands'],
  ['src/commands/share/receive.ts', 'key file to sign the receipt with', 'shares'],
]

test('every question that the source can put is broken off in a terminal', () => {
  const known: Record<string, number> = {}
  for (const [file] of questions) known[file] = (known[file] ?? 0) + 1
  expect(known).toEqual(Object.fromEntries(sites))
  for (const [file, words, where] of questions) {
    expect([file, source.get(file)?.includes(words)]).toEqual([file, true])
    // What a test waits for, without the marks of a regular expression.
    const broken = read(`test/terminal/${where}.test.ts`).replaceAll('\\', '')
    expect([file, words, broken.includes(brokenBy[words] ?? words)]).toEqual([file, words, true])
  }
})

/** Where a test looks for other words than the source has. */
const brokenBy: Readonly<Record<string, string>> = {
  'message: asked': 'ceremony run: a value',
  '${name}: ${text}': 'ceremony new: a value',
  'Type "': 'Type "payments@main"',
  'The same ': 'same PIN again',
  'message: prompt': 'Is it done, and as it says',
  'Sign ': 'Sign rd+ as above',
  'about}': 'PIN of profile "typed"',
}

/** What every command has: the PIN of a place is asked for by it. */
const common = [...layer, 'src/app.ts']

/** The files with questions that a command imports, and what that imports, in values: types ask nothing. */
function reach(command: string): ReadonlySet<string> {
  const seen = new Set<string>()
  const next = [`src/commands/${command.replaceAll(' ', '/')}.ts`]
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    const text = source.get(file)
    if (text === undefined || seen.has(file) || common.includes(file)) continue
    seen.add(file)
    for (const [, one, other] of text.matchAll(imported)) next.push(join(dirname(file), one ?? other ?? ''))
  }
  const who = [...seen].some((file) => source.get(file)?.includes('this.actor(')) ? ['src/ui/actor.ts'] : []
  return new Set([...[...seen].filter((file) => sites.has(file)), ...who])
}
const imported = /(?:^|\n)(?:import|export)(?! type)[^'";]*? from '(\.[^']+)'|import\('(\.[^']+)'\)/g

const terminal = ['commands', 'prompts', 'ceremony', 'shares', 'night']
  .map((one) => read(`test/terminal/${one}.test.ts`))
  .join('\n')
const typed = (command: string): boolean =>
  new RegExp(`(?<!(?:Next|this): )keyrite ${command}(?![\\w-])`).test(terminal)

/** Commands that ask what others ask, by the same code: those are broken off. */
const asOthers: readonly (readonly [like: readonly string[], those: string])[] = [
  [['request apply'], 'duty done, duty waive, key reencrypt, key sync, ledger compare, request withdraw'],
  [
    ['request apply'],
    'incident absorb, incident note, incident postmortem, key prove, key usage, key rewrap',
  ],
  [['request apply'], 'key wrap, rotation hooks, rotation pause, rotation run'],
  [['key activate'], 'backup copy, backup delete, backup restore, backup take, key adopt, key alias'],
  [
    ['key activate'],
    'key cancel-destroy, key deactivate, key grant, key hold, key release-hold, key replicate',
  ],
  [['key activate'], 'key resume, key set, key standby, key suspend, key ungrant, profile make, profile set'],
  [['key activate'], 'rotation plan, rotation policy, rotation rollback'],
  [['key destroy'], 'key compromise, key delete'],
  [['share combine'], 'backup domain, backup domain-load, backup domain-share, backup load, backup put-back'],
  [['share combine'], 'backup start, share check'],
  [['share split'], 'share reseal'],
  [['ceremony run'], 'ceremony deviation, ceremony sign, key certify, request add'],
  [['ceremony run', 'ceremony new'], 'ceremony rehearse'],
]

/** Commands that use a part of what can ask, and not that one; of some a place may ask for its PIN, as `profile check` is asked. */
const neverAsk =
  'backup list, ceremony bundle, ceremony minutes, ceremony show, demo, doctor, key destruction, policy explain, request export, request list, request show, share drill'

const listed = (names: string): readonly string[] => names.split(', ')

describe('a command that can ask', () => {
  const asking = [...commands.keys()].filter((one) => reach(one).size > 0)

  test('is broken off in a terminal, or asks what one asks that is, or is known to ask nothing', () => {
    const known = [...asOthers.flatMap(([, those]) => listed(those)), ...listed(neverAsk)]
    expect(asking.filter((one) => !typed(one) && !known.includes(one))).toEqual([])
    expect(known.filter((one) => !asking.includes(one) || typed(one))).toEqual([])
  })

  test.each(asOthers)('that asks as %s puts no question that is not put there: %s', (like, those) => {
    expect(like.filter((one) => !typed(one))).toEqual([])
    const put = new Set(like.flatMap((one) => [...reach(one)]))
    for (const one of listed(those))
      expect([one, [...reach(one)].filter((file) => !put.has(file))]).toEqual([one, []])
  })
})
