/** What keyrite tells people to type, taken apart by a shell as it stands, and run in this process. */
import {spawnSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {packageRoot} from '../../src/base/package.ts'
import {everybody, type House} from '../ceremony/room.ts'
import {runCommand, type CommandClass} from '../support/run.ts'

export interface Typed {
  readonly exit: number
  readonly said: Readonly<Record<string, unknown>>
}

/** @returns what types lines in this house, as alice: one, or several one after another. */
export function typing(house: House): {
  readonly one: (line: string) => Promise<Typed>
  readonly each: (lines: readonly string[]) => Promise<readonly Typed[]>
} {
  const one = async (line: string): Promise<Typed> => {
    const [program, ...words] = wordsOf(line)
    if (program !== 'keyrite') throw new Error(`"${line}" is no line of keyrite`)
    const fileOf = (count: number): string =>
      join(packageRoot(), 'src/commands', `${words.slice(0, count).join('/')}.ts`)
    const count = [1, 2].find((many) => existsSync(fileOf(many))) ?? 0
    const {default: command} = (await import(fileOf(count))) as {readonly default: CommandClass}
    const argv = [...words.slice(count), '--as', 'alice', '--json']
    const ran = await runCommand(command, words.slice(0, count).join(' '), argv, house.world)
    return {exit: ran.exit, said: JSON.parse(ran.stdout) as Record<string, unknown>}
  }
  const each = async (lines: readonly string[]): Promise<readonly Typed[]> => {
    const all: Typed[] = []
    for (const line of lines) all.push(await one(line))
    return all
  }
  return {one, each}
}

/** The words of a line, as a shell takes them apart. */
export function wordsOf(line: string): readonly string[] {
  return spawnSync('sh', ['-c', `printf '%s\\n' ${line}`], {encoding: 'utf8', env: process.env})
    .stdout.trimEnd()
    .split('\n')
}

/** The flags by which everybody signs. */
export const signedByAll = (house: House): string =>
  everybody.map((one) => `--sign-with ${one}=${house.keyOf(one)}`).join(' ')
