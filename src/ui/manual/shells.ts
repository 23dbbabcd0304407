/** What the completion of every shell is made of. */
import type {CommandLine, CommandText, FlagText} from './commands.ts'
import type {Value} from './values.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

export interface WordText {
  readonly word: string
  readonly summary: string
}

/** The opening comment of a script. */
export function head(shell: Shell): string {
  return `# Completion of keyrite for ${shell}. Made by: keyrite completion ${shell}`
}

/** By what stands before: the words that may follow. `''` is the beginning. */
export function firstWords({commands, topics}: CommandLine): ReadonlyMap<string, readonly WordText[]> {
  const alone = commands.filter(({words}) => !words.includes(' '))
  const first = [...topics].map(([word, summary]) => ({word, summary}))
  const rows: [string, WordText[]][] = [
    ['', [...first, ...alone.map(({words, summary}) => ({word: words, summary}))].sort(byWord)],
  ]
  for (const topic of topics.keys())
    rows.push([
      topic,
      commands.flatMap(({words, summary}) =>
        words.startsWith(`${topic} `) ? [{word: words.slice(topic.length + 1), summary}] : [],
      ),
    ])
  return new Map(rows)
}

const byWord = (a: WordText, b: WordText): number => (a.word < b.word ? -1 : 1)

/** All flags that can be typed after a command, help among them. */
export function flagsOf({global}: CommandLine, {flags}: CommandText): readonly FlagText[] {
  return [...flags, ...global, help]
}

const help: FlagText = {
  name: 'help',
  summary: 'say what the command does',
  value: null,
  placeholder: '',
  multiple: false,
  required: false,
}

/** Every place of a value: `ceremony run --answers`, `* --home` of every command, `key show 1` for the first argument, `request add many`. */
export function allValues({
  commands,
  global,
}: CommandLine): readonly (readonly [place: string, value: Value])[] {
  const ofFlag = (words: string, {name, value}: FlagText): [string, Value][] =>
    value === null ? [] : [[`${words} --${name}`, value]]
  return [
    ...global.flatMap((flag) => ofFlag('*', flag)),
    ...commands.flatMap(({words, args, flags, many}) => [
      ...flags.flatMap((flag) => ofFlag(words, flag)),
      ...args.map(({value}, at): [string, Value] => [`${words} ${at + 1}`, value]),
      ...(many ? args.slice(-1).map(({value}): [string, Value] => [`${words} many`, value]) : []),
    ]),
  ]
}

/** In single quotes, as sh, bash and zsh read them. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
