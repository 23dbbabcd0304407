/** The machine: what keyrite runs on and in, what it can use, and where secrets in its memory could reach a disk. */
import {accessSync, constants, existsSync, readFileSync, statfsSync, statSync} from 'node:fs'
import {basename, delimiter, dirname, join} from 'node:path'
import {fault, good, note, warning, type Finding} from './finding.ts'

/** What is looked at; a test gives its own. */
export interface Machine {
  readonly node: string
  readonly env: NodeJS.ProcessEnv
  /** Signs that another program could steer this one. */
  readonly instruments: readonly string[]
  /** Where room is needed. */
  readonly home: string
  /** A file of the system; undefined where there is none. */
  readonly read: (path: string) => string | undefined
}

/** Reads a file of the system, such as one below /proc. */
export function readSystem(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined // not a Linux, or not ours to read
  }
}

const leastFreeBytes = 100_000_000

export function machineFindings(machine: Machine): Finding[] {
  return [
    nodeFinding(machine.node),
    environmentFinding(machine),
    ...programs.map((one) => programFinding(one, machine.env)),
    diskFinding(machine.home),
    swapFinding(machine),
    coreFinding(machine),
  ]
}

/** Node 24.15 or newer, or 26 and later. */
export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const suits = (major === 24 && minor >= 15) || major >= 26
  return suits
    ? good('node', `Node ${version}`)
    : fault(
        'node',
        `Node ${version} is not one that keyrite is made for`,
        'install Node 24.15 or newer, or start bin/keyrite of a checkout',
      )
}

/** Variables by which Node loads, trusts or tells what nobody asked it to. */
const steering: readonly (readonly [name: string, value: RegExp])[] = [
  ['NODE_PATH', /./],
  ['NODE_DEBUG', /./],
  ['NODE_V8_COVERAGE', /./],
  ['NODE_TLS_REJECT_UNAUTHORIZED', /^0$/],
]

function environmentFinding({env, instruments}: Machine): Finding {
  const set = steering.flatMap(([name, value]) => (value.test(env[name] ?? '') ? [`${name} is set`] : []))
  const seen = [...instruments, ...set]
  if (seen.length === 0) return good('environment', 'nothing steers this program')
  const names = seen.flatMap((one) => /^([A-Z][A-Z0-9_]+) is set$/.exec(one)?.[1] ?? [])
  return warning(
    'environment',
    `${seen.join(', ')}: ${instruments.length > 0 ? 'ceremonies record it, and production refuses it' : 'Node does what nobody asked it to'}`,
    names.length > 0 ? `unset ${names.join(' ')}` : 'start keyrite without a debugger and without a tracer',
  )
}

interface Program {
  readonly name: string
  /** What is lost without it. */
  readonly use: string
  readonly debian: string
}

const programs: readonly Program[] = [
  {name: 'ssh-keygen', use: 'people with key files and security keys sign by it', debian: 'openssh-client'},
  {name: 'ssh-agent', use: 'people sign with keys that it holds', debian: 'openssh-client'},
  {name: 'openssl', use: 'others verify public keys and signatures with it', debian: 'openssl'},
  {name: 'sha256sum', use: 'others verify the files of a bundle with it', debian: 'coreutils'},
  {name: 'python3', use: 'bundles are verified by it without keyrite', debian: 'python3'},
]

/** Needed by those who have an age recipient. */
export const age: Program = {
  name: 'age',
  use: 'people open with it what is encrypted to their recipient',
  debian: 'age',
}

export function programFinding({name, use, debian}: Program, env: NodeJS.ProcessEnv): Finding {
  const found = (env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram)
  return found === undefined
    ? warning(name, `not on PATH: ${use}`, `apt-get install ${debian}`)
    : good(name, found)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false // not there, or not ours to run
  }
}

function diskFinding(home: string): Finding {
  let folder = home
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder)
  const {bavail, bsize} = statfsSync(folder)
  const free = bavail * bsize
  const detail = `${Math.floor(free / 1_000_000)} MB free at "${folder}"`
  return free >= leastFreeBytes ? good('disk', detail) : fault('disk', detail, `make room: df -h ${folder}`)
}

function swapFinding({read}: Machine): Finding {
  const areas = lines(read('/proc/swaps'))
    .slice(1)
    .flatMap((line) => line.split(/\s+/, 1))
  if (areas.length === 0) return good('swap', 'no swap')
  const open = areas.filter((area) => !isSealed(area, read))
  return open.length === 0
    ? good('swap', 'encrypted, or compressed in memory')
    : warning(
        'swap',
        `not encrypted: ${open.join(', ')}; secrets in memory may reach that disk`,
        `swapoff ${open.join(' ')}`,
      )
}

/** Compressed memory, or a device of dm-crypt. */
function isSealed(area: string, read: Machine['read']): boolean {
  if (/^\/dev\/zram\d+$/.test(area)) return true
  const device = basename(area)
  return read(`/sys/class/block/${device}/dm/uuid`)?.startsWith('CRYPT-') === true
}

function coreFinding({read}: Machine): Finding {
  const limit = lines(read('/proc/self/limits')).find((line) => line.startsWith('Max core file size'))
  const off = limit === undefined || /^Max core file size\s+0\s/.test(limit)
  if (off) return good('core dumps', 'off')
  const piped = read('/proc/sys/kernel/core_pattern')?.startsWith('|') === true
  return warning(
    'core dumps',
    `on: a crash would ${piped ? 'hand' : 'write'} this program's memory, secrets and all, to a ${piped ? 'collector' : 'file'}`,
    'ulimit -c 0',
  )
}

const lines = (text: string | undefined): string[] => (text ?? '').split('\n').filter((line) => line !== '')

/** Whether somebody has a recipient, and nothing to open with. */
export function ageFinding(needed: boolean, env: NodeJS.ProcessEnv): Finding {
  const found = programFinding(age, env)
  if (found.ok || needed) return found
  return note(
    'age',
    'not on PATH; needed by those who have an age recipient, and nobody has',
    `apt-get install ${age.debian}`,
  )
}
