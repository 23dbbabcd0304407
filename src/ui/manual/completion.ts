/** The completion script of a shell. */
import {bashScript} from './bash.ts'
import {commandLine, type CommandLine, type ManifestCommand} from './commands.ts'
import {fishScript} from './fish.ts'
import type {Shell} from './shells.ts'
import {zshScript} from './zsh.ts'

const made = {bash: bashScript, zsh: zshScript, fish: fishScript} as const satisfies Record<
  Shell,
  (line: CommandLine) => string
>

/** What the script is made of, as oclif's configuration has it. */
interface Config {
  readonly commands: readonly unknown[]
  readonly pjson: {readonly oclif: {readonly topics?: unknown}}
}

export function scriptFor(shell: Shell, {commands, pjson}: Config): string {
  const all = commands as readonly ManifestCommand[]
  const topics = (pjson.oclif.topics ?? {}) as Parameters<typeof commandLine>[1]
  return made[shell](commandLine({commands: Object.fromEntries(all.map((one) => [one.id, one]))}, topics))
}
