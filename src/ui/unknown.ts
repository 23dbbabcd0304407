import type {Config} from '@oclif/core'
import {KeyriteError} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import {visibleLine} from '../base/visible.ts'

/** What a command line asks for: one command with its arguments, or help on something. */
export type Wanted =
  | {readonly kind: 'command'; readonly id: string; readonly rest: readonly string[]}
  | {readonly kind: 'help'; readonly argv: readonly string[]}

/** The flags of every command: people type them before the command too. Those that take a value. */
const withValue = ['--home', '--as']
const bare = ['--json', '--plain', '--no-color', '--no-input']

/** Puts flags of every command that stand before the command's words behind them, as oclif wants them. */
function commandFirst(argv: readonly string[]): readonly string[] {
  let at = 0
  for (let word = argv[at]; word !== undefined; word = argv[at]) {
    if (withValue.includes(word) && argv[at + 1] !== undefined) at += 2
    else if (bare.includes(word) || withValue.some((flag) => word.startsWith(`${flag}=`))) at += 1
    else break
  }
  const rest = argv.slice(at)
  const words = rest.findIndex((word) => isFlag(word))
  const end = words < 0 ? Math.min(rest.length, 2) : Math.min(words, 2)
  return [...rest.slice(0, end), ...argv.slice(0, at), ...rest.slice(end)]
}

const isFlag = (word: string | undefined): boolean => word?.startsWith('-') ?? false

/**
 * Finds the command that the words name: `topic verb`, or one word. oclif would also take longer runs of words for a
 * name, offer to run what is merely similar, and answer a mistyped verb with help and status 0.
 *
 * @throws KeyriteError UNKNOWN_COMMAND with the nearest commands, or USAGE where a command's own flags come before it
 */
export function findWanted(config: Config, typed: readonly string[]): Wanted {
  const argv = commandFirst(typed)
  const help = asksForHelp(argv)
  const [first, second] = argv
  if (first === undefined || first === '--help') return {kind: 'help', argv: ['--help']}
  if (isFlag(first)) {
    throw new KeyriteError('USAGE', `cannot run ${shown([first])}: flags come after the command`, {
      hints: ['keyrite --help'],
    })
  }
  const two = second === undefined || isFlag(second) ? undefined : `${first}:${second}`
  for (const [length, id] of [[2, two] as const, [1, first] as const]) {
    if (id === undefined || config.findCommand(id) === undefined) continue
    return help ? {kind: 'help', argv: [id, '--help']} : {kind: 'command', id, rest: argv.slice(length)}
  }
  if (two === undefined && config.findTopic(first) !== undefined)
    return {kind: 'help', argv: [first, '--help']}
  const words = two === undefined ? [first] : [first, String(second)]
  throw new KeyriteError(
    'UNKNOWN_COMMAND',
    `cannot run ${shown(['keyrite', ...words])}: there is no such command`,
    {
      hints: [...suggestions(config, words).map((name) => `keyrite ${name}`), 'keyrite --help'],
    },
  )
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end < 0 ? argv : argv.slice(0, end)).includes('--help')
}

/** Up to three commands: those spelled most alike, then others of the topic that was probably meant. */
function suggestions(config: Config, words: readonly string[]): string[] {
  const names = config.commands
    .filter((command) => !command.hidden)
    .map((command) => command.id.replaceAll(':', ' '))
    .sort()
  const topics = new Set(names.map((name) => name.split(' ', 1)[0] ?? name))
  const [topic] = nearest(words[0] ?? '', topics)
  const alike = [...nearest(words.join(' '), names, 3), ...nearest(words[0] ?? '', names, 3)]
  const sameTopic = topic === undefined ? [] : names.filter((name) => name.startsWith(`${topic} `))
  return [...new Set([...alike, ...sameTopic])].slice(0, 3)
}

/** Words as they were typed: quoted, short, and safe to show. */
function shown(words: readonly string[]): string {
  return `"${visibleLine(words.join(' '), 60)}"`
}
