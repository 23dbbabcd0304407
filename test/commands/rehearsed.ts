/** Rehearsals through the command, and what they leave behind. */
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import Rehearse from '../../src/commands/ceremony/rehearse.ts'
import {runJson, type World} from '../support/run.ts'

export interface Rehearsed {
  readonly id: string
  readonly status: string
  readonly dir: string
  readonly home: string
  readonly bundle: string
  readonly minutes: string
  readonly code?: string
  readonly rehearsal: boolean
  readonly participants: readonly {person: {name: string}; roles: string[]}[]
  readonly times: {
    planned: number
    taken: number
    acts: {id: string; steps: {id: string; taken: number | null}[]}[]
  }
  readonly notMet: readonly {step: string; fact: string}[]
  readonly inEarnest: readonly string[]
  readonly steps: {done: number; of: number; next: string | null}
}

export const rehearse = (world: World, ...args: readonly string[]) =>
  runJson<Rehearsed>(Rehearse, 'ceremony rehearse', args, world)

/** Every file below a folder, by its path in it. */
export function files(folder: string): Map<string, Buffer> {
  if (!existsSync(folder)) return new Map()
  return new Map(
    readdirSync(folder, {recursive: true, withFileTypes: true})
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path)]),
  )
}

const secrets = /-----BEGIN (?:OPENSSH |EC |RSA |ENCRYPTED )?PRIVATE KEY-----|openssh-key-v1/

/** Nothing that could sign or open anything lies there. */
export function expectNoSecrets(folder: string): void {
  const left = files(folder)
  expect(left.size).toBeGreaterThan(2)
  for (const [path, bytes] of left) {
    expect([path, secrets.test(bytes.toString('latin1'))]).toEqual([path, false])
    expect(path).not.toMatch(/\.pin$|\.key$|\.token$|^state/)
  }
}

export const marked = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .filter((line) => !/^REHEARSAL(?: {2}\S| {2,}\S|$)/.test(line))
