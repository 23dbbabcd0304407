/** What keyrite tells people to type, typed in a shell as it stands. */
import {spawnSync} from 'node:child_process'
import {dirname, join} from 'node:path'
import {packageRoot} from '../../src/base/package.ts'
import {everybody, type House} from '../ceremony/room.ts'

export interface Typed {
  readonly exit: number | null
  readonly said: Readonly<Record<string, unknown>>
}

/** @returns what types a line in this house, as alice. */
export function typing(house: House): (line: string) => Typed {
  return (line) => {
    const ran = spawnSync('sh', ['-c', `${line} --as alice --json`], {
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${join(packageRoot(), 'bin')}:${process.env['PATH'] ?? ''}`,
        KEYRITE_HOME: house.world.home,
        XDG_STATE_HOME: dirname(house.world.state),
      },
    })
    return {exit: ran.status, said: JSON.parse(ran.stdout) as Record<string, unknown>}
  }
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
