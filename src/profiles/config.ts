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
  channels: z
    .record(z.string(), z.strictObject({'secret-file': z.string(), 'ca-file': z.string().optional()}))
    .default({}),
  logs: z
    .record(
      z.string(),
      z.strictObject({
        files: z.array(z.string()).default([]),
        workspace: z.string().nullable().default(null),
        endpoint: z.string().nullable().default(null),
      }),
    )
    .default({}),
})
type Config = z.infer<typeof schema>

export interface LocalSettings {
  readonly settings: Readonly<Record<string, string>>
  /** The file that the PIN is read from; undefined where it is asked for. */
  readonly pinFile: string | undefined
}

/** What this machine needs to use a channel of the policy. */
export interface LocalChannel {
  /** The file with what nobody else may know: a key, an address, a password. */
  readonly secretFile: string
  /** Certificates, PEM, that the server's must lead to; undefined for those that Node trusts. */
  readonly caFile: string | undefined
}

/** Where the log of a profile's place is, where the place itself does not say. */
export type LocalLog = Readonly<Config['logs'][string]>

const path = (home: string): string => join(home, 'config.yaml')

/** @throws KeyriteError `USAGE` naming what is wrong in the file. */
export function readConfig(home: string): ReadonlyMap<string, LocalSettings> {
  return new Map(
    Object.entries(read(home).profiles).map(([name, one]) => [
      name,
      {settings: one.settings, pinFile: one['pin-file']},
    ]),
  )
}

/** Remembers, or with null forgets, what this machine needs to reach a profile. */
export function writeConfig(home: string, name: string, local: LocalSettings | null): void {
  change(
    home,
    'profiles',
    name,
    local && {
      settings: {...local.settings},
      ...(local.pinFile === undefined ? {} : {'pin-file': local.pinFile}),
    },
  )
}

/** @throws KeyriteError `USAGE` naming what is wrong in the file. */
export function readChannels(home: string): ReadonlyMap<string, LocalChannel> {
  return new Map(
    Object.entries(read(home).channels).map(([name, one]) => [
      name,
      {secretFile: one['secret-file'], caFile: one['ca-file']},
    ]),
  )
}

/** Remembers, or with null forgets, what this machine needs to use a channel. */
export function writeChannel(home: string, name: string, local: LocalChannel | null): void {
  change(
    home,
    'channels',
    name,
    local && {
      'secret-file': local.secretFile,
      ...(local.caFile === undefined ? {} : {'ca-file': local.caFile}),
    },
  )
}

/** @throws KeyriteError `USAGE` naming what is wrong in the file. */
export function readLogs(home: string): ReadonlyMap<string, LocalLog> {
  return new Map(Object.entries(read(home).logs))
}

/** Remembers where the log of a profile's place is. */
export function writeLog(home: string, name: string, log: LocalLog): void {
  change(home, 'logs', name, {...log, files: [...log.files]})
}

function read(home: string): Config {
  if (!existsSync(path(home))) return {profiles: {}, channels: {}, logs: {}}
  let parsed
  try {
    parsed = schema.safeParse(parse(readOwn(path(home), 1_000_000).toString('utf8')) ?? {})
  } catch (error) {
    if (error instanceof KeyriteError) throw error
    throw unreadable(home, 'it is not YAML')
  }
  if (!parsed.success) throw unreadable(home, inWords(parsed.error))
  return parsed.data
}

function change<K extends keyof Config>(
  home: string,
  part: K,
  name: string,
  value: Config[K][string] | null,
): void {
  const config = read(home)
  const others = Object.entries(config[part]).filter(([one]) => one !== name)
  const next = {...config, [part]: Object.fromEntries(value === null ? others : [...others, [name, value]])}
  // A part that has nothing is not written: what was never used leaves no trace.
  const written = Object.fromEntries(
    Object.entries(next).filter(([one, all]) => one === 'profiles' || Object.keys(all).length > 0),
  )
  replaceOwn(path(home), Buffer.from(stringify(written)))
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
