/**
 * The command line as data, from the manifest that the build makes of the commands: what completion, the man page and
 * docs/cli.md are made of. So none of them can say what is not there.
 */
import {valueOf, type Value} from './values.ts'

/** What is read of oclif's manifest; `config.commands` has the same fields. */
export interface Manifest {
  readonly commands: Readonly<Record<string, ManifestCommand>>
}

export interface ManifestCommand {
  readonly id: string
  readonly summary?: string
  readonly description?: string
  readonly hidden?: boolean
  readonly strict?: boolean
  readonly args: Readonly<Record<string, ManifestArg>>
  readonly flags: Readonly<Record<string, ManifestFlag>>
  readonly examples?: readonly (string | {readonly command: string})[]
}

interface ManifestArg {
  readonly name: string
  readonly description?: string
  readonly required?: boolean
  readonly options?: readonly string[]
}

interface ManifestFlag {
  readonly name: string
  readonly type: string
  readonly summary?: string
  readonly helpValue?: string | readonly string[]
  readonly helpGroup?: string
  readonly multiple?: boolean
  readonly required?: boolean
  readonly options?: readonly string[]
}

export interface FlagText {
  readonly name: string
  readonly summary: string
  /** null where it takes none. */
  readonly value: Value | null
  /** How the value is written in help; empty where it takes none. */
  readonly placeholder: string
  readonly multiple: boolean
  readonly required: boolean
}

/** What a flag is, with the values that it takes where they are not in its placeholder. */
export function meaningOf({summary, value, placeholder, required, multiple}: FlagText): string {
  const options = value?.kind === 'options' && !placeholder.includes('|') ? value.options.join(', ') : ''
  const manner = [...(required ? ['required'] : []), ...(multiple ? ['repeatable'] : [])].join(', ')
  return `${summary}${options === '' ? '' : `: ${options}`}${manner === '' ? '' : ` (${manner})`}`
}

export interface ArgText {
  readonly name: string
  readonly description: string
  readonly required: boolean
  readonly value: Value
}

export interface CommandText {
  /** As it is typed: `ceremony run`. */
  readonly words: string
  readonly summary: string
  readonly description: string
  readonly args: readonly ArgText[]
  /** Whether its last argument may be given several times. */
  readonly many: boolean
  /** Its own, without those that every command has. */
  readonly flags: readonly FlagText[]
  readonly examples: readonly string[]
}

export interface CommandLine {
  readonly commands: readonly CommandText[]
  /** The first words of two-word commands, each with what it is about. */
  readonly topics: ReadonlyMap<string, string>
  /** The flags of every command. */
  readonly global: readonly FlagText[]
}

/** @param topics - `oclif.topics` of package.json: what each is about. */
export function commandLine(
  {commands}: Manifest,
  topics: Readonly<Record<string, {readonly description: string}>>,
): CommandLine {
  const shown = Object.values(commands)
    .filter(({hidden}) => hidden !== true)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const firsts = [...new Set(shown.flatMap(({id}) => (id.includes(':') ? [id.split(':', 1)[0] ?? ''] : [])))]
  return {
    commands: shown.map(commandText),
    topics: new Map(firsts.map((name) => [name, topics[name]?.description ?? ''])),
    global: Object.values(shown[0]?.flags ?? {})
      .filter(isGlobal)
      .map((flag) => flagText(flag, shown[0]?.id ?? '')),
  }
}

const isGlobal = ({helpGroup}: ManifestFlag): boolean => helpGroup === 'GLOBAL'

function commandText({
  id,
  summary = '',
  description = '',
  strict = true,
  args,
  flags,
  examples = [],
}: ManifestCommand): CommandText {
  const words = id.replaceAll(':', ' ')
  return {
    words,
    summary,
    description,
    args: Object.values(args).map((arg) => ({
      name: arg.name,
      description: arg.description ?? '',
      required: arg.required ?? false,
      value: valueOf({
        command: words,
        name: arg.name,
        placeholder: arg.name.toUpperCase(),
        options: arg.options,
      }),
    })),
    many: !strict,
    flags: Object.values(flags)
      .filter((flag) => !isGlobal(flag))
      .sort((a, b) => Number(b.required ?? false) - Number(a.required ?? false) || (a.name < b.name ? -1 : 1))
      .map((flag) => flagText(flag, words)),
    examples: examples.map((one) =>
      (typeof one === 'string' ? one : one.command)
        .replaceAll('<%= config.bin %>', 'keyrite')
        .replaceAll('<%= command.id %>', words),
    ),
  }
}

function flagText(flag: ManifestFlag, command: string): FlagText {
  const {name, type, summary = '', helpValue, options, multiple = false, required = false} = flag
  const takesOne = type === 'option'
  const given = typeof helpValue === 'string' ? helpValue : helpValue?.join(' ')
  const few = options !== undefined && options.join('|').length <= 40 ? options.join('|') : undefined
  const placeholder = takesOne ? (given ?? few ?? name.toUpperCase()) : ''
  const value = takesOne ? valueOf({command, name, placeholder, options}) : null
  return {name, summary, value, placeholder, multiple, required}
}

/** `keyrite ceremony sign CEREMONY […]`, with the flags that must be given. */
export function usageOf({words, args, many, flags}: CommandText): string {
  const places = args.map(({name, required}, at) => {
    const shown = `${name.toUpperCase()}${many && at === args.length - 1 ? '…' : ''}`
    return required ? shown : `[${shown}]`
  })
  const needed = flags
    .filter(({required}) => required)
    .map(({name, placeholder}) => `--${name} ${placeholder}`)
  return ['keyrite', words, ...places, ...needed, '[…]'].join(' ')
}
