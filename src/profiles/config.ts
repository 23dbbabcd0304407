/**
 * `config.yaml`: what is local to this machine only (file paths). Nothing in it decides where or whether something happens:
 * a path that leads to another place answers with another identity, and that is refused.
 */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {parse, stringify} from 'yaml'
import {z} from 'zod'
import {KeyriteError} from '../base/errors.ts'
import {readOwn, replaceOwn} from '../base/files.ts'

const schema = z.strictObject({
  profiles: z
    .record(
      z.string(),
      z.strictObject({settings: z.record(z.string(), z.string()), 'pin-file': z.string().optional()}),
    )
    .default({}),
})

export interface LocalSettings {
  readonly settings: Readonly<Record<string, string>>
  /** The file that the PIN is read from; undefined where it is asked for. */
  readonly pinFile: string | undefined
}

const path = (home: string): string => join(home, 'config.yaml')

/** @throws KeyriteError `USAGE` naming what is wrong in the file. */
export function readConfig(home: string): ReadonlyMap<string, LocalSettings> {
  if (!existsSync(path(home))) return new Map()
  let parsed
  try {
    parsed = schema.safeParse(parse(readOwn(path(home), 1_000_000).toString('utf8')) ?? {})
  } catch (error) {
    if (error instanceof KeyriteError) throw error
    throw unreadable(home, 'it is not YAML')
  }
  if (!parsed.success) throw unreadable(home, inWords(parsed.error))
  return new Map(
    Object.entries(parsed.data.profiles).map(([name, one]) => [
      name,
      {settings: one.settings, pinFile: one['pin-file']},
    ]),
  )
}

/** Remembers, or with null forgets, what this machine needs to reach a profile. */
export function writeConfig(home: string, name: string, local: LocalSettings | null): void {
  const all = new Map(readConfig(home))
  if (local === null) all.delete(name)
  else all.set(name, local)
  const profiles = Object.fromEntries(
    [...all].map(([one, {settings, pinFile}]) => [
      one,
      {settings, ...(pinFile === undefined ? {} : {'pin-file': pinFile})},
    ]),
  )
  replaceOwn(path(home), Buffer.from(stringify({profiles})))
}

function inWords({issues: [first]}: z.ZodError): string {
  const where = first?.path.join('.') ?? ''
  const fact = first?.message ?? 'it is not of its form'
  return where === '' ? fact : `${where}: ${fact}`
}

function unreadable(home: string, fact: string): KeyriteError {
  return new KeyriteError('USAGE', `cannot read "${path(home)}": ${fact}`, {
    hints: ['mend it, or move it away and add the file paths again with: keyrite profile add'],
  })
}
