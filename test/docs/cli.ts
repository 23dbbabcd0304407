/** Every command as it is in src/commands, and what is wrong with a command line that a document shows. */
import {globSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import type {Command} from '@oclif/core'
import {root} from './markdown.ts'

/** By what is typed: "ceremony run". */
export const commands = new Map<string, Command.Class>()
for (const file of globSync('src/commands/**/*.ts', {cwd: root}).sort()) {
  const words = file.slice('src/commands/'.length, -'.ts'.length).replaceAll('/', ' ')
  const loaded = (await import(pathToFileURL(join(root, file)).href)) as {readonly default: Command.Class}
  commands.set(words, loaded.default)
}

const topics = new Set([...commands.keys()].map((words) => words.split(' ')[0] ?? ''))
/** What oclif gives to all of them. */
const everywhere = new Set(['help', 'version'])

/** The flags of a command, with those that all have. */
function flagsOf(command: Command.Class): Readonly<Record<string, Command.Class['flags'][string]>> {
  return {...command.baseFlags, ...command.flags}
}

/**
 * What is wrong with a line such as `keyrite ceremony run FILE --answers FILE`; undefined if nothing is.
 * A line that names a topic only, or a command without what it needs, is prose and good.
 */
export function faultIn(line: string): string | undefined {
  const [first = '', ...rest] = wordsOf(line)
  if (/^--(help|version)$/.test(first)) return undefined
  const [second = ''] = rest
  const twoWords = commands.get(`${first} ${second}`)
  if (twoWords !== undefined) return faultOfFlags(`${first} ${second}`, twoWords, rest.slice(1))
  const one = commands.get(first)
  if (one !== undefined) return faultOfFlags(first, one, rest)
  return topics.has(first) && (second === '' || second === '--help')
    ? undefined
    : `there is no "keyrite ${first} ${second}"`
}

/** Words as a shell has them, without the brackets of what may be left out, up to a comment, a pipe or a redirection, and without global flags before the command. */
function wordsOf(line: string): string[] {
  const bare = line.replaceAll(/[[\]]/g, '').replaceAll('"$@"', '')
  const words = (bare.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []).slice(1)
  const end = words.findIndex((word) => /^(#|\||\|\||&&|;|>|<|2>|>>|…)/.test(word))
  const typed = end === -1 ? words : words.slice(0, end)
  return /^--(home|as)$/.test(typed[0] ?? '') ? typed.slice(2) : typed
}

function faultOfFlags(name: string, command: Command.Class, words: readonly string[]): string | undefined {
  const flags = flagsOf(command)
  let given = 0
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (!word.startsWith('--')) {
      given++
      continue
    }
    const [flag = '', inline] = word.slice(2).split(/=(.*)/s)
    if (everywhere.has(flag)) continue
    const known = flags[flag]
    if (known === undefined) return `"keyrite ${name}" has no --${flag}`
    if (known.type === 'boolean') continue
    const value = inline ?? words[++at]
    if (value === undefined) return `"keyrite ${name}" needs a value after --${flag}`
    const wrong = value.split('|').find((one) => /^[a-z]/.test(one) && known.options?.includes(one) === false)
    if (wrong !== undefined) return `"keyrite ${name}" takes no --${flag} ${wrong}`
  }
  const most = Object.keys(command.args).length
  return given > most && command.strict
    ? `"keyrite ${name}" takes ${most} arguments, not ${given}`
    : undefined
}
