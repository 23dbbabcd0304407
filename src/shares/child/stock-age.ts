/**
 * The stock `age` program, for its plugins: keys on hardware. What is sealed and what was opened goes through pipes, never
 * through a file, and what a plugin says to people goes to their terminal.
 */
import {spawn} from 'node:child_process'
import {accessSync, constants, statSync, writeSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {KeyriteError} from '../../base/errors.ts'
import {visible} from '../../base/visible.ts'

/** Where it is, and what its plugins need to be found and to find what they keep. */
export interface StockAge {
  readonly program: string
  readonly path: string
  readonly home: string
}

/** @param act - what cannot be done without it. @throws KeyriteError `UNSUPPORTED`. */
export function stockAge(act: string): StockAge {
  const path = process.env['PATH'] ?? ''
  const program = programIn(path, 'age')
  if (program !== undefined) return {program, path, home: process.env['HOME'] ?? ''}
  throw new KeyriteError('UNSUPPORTED', `cannot ${act}: that takes the program age, and it is not on PATH`, {
    hints: ['apt-get install age, and the plugin'],
  })
}

function programIn(path: string, name: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return statSync(file).isFile()
      } catch {
        return false
      }
    })
}

/** The plugins that an identity file is for, by name. */
export function pluginsIn(identity: Uint8Array): readonly string[] {
  const text = Buffer.from(identity.buffer, identity.byteOffset, identity.byteLength).toString('latin1')
  return Array.from(text.matchAll(/^AGE-PLUGIN-([A-Z0-9+._-]+)-1/gm), ([, name = '']) => name.toLowerCase())
}

/** @throws KeyriteError `UNSUPPORTED` if the plugin is not there, or refuses. */
export async function sealByPlugin(
  text: Uint8Array,
  recipient: string,
  plugin: string,
  stock: StockAge,
  tell: number | null,
): Promise<Buffer> {
  const {status, output, said} = await run(stock, ['-r', recipient], text, tell)
  if (status === 0) return output
  output.fill(0)
  throw refused(stock, [plugin], `seal to plugin "${plugin}"`, said, 'UNSUPPORTED')
}

/** @param files - of identities. @throws KeyriteError `CREDENTIALS_REFUSED`; `UNSUPPORTED` if the plugin is not there. */
export async function openByPlugin(
  sealed: Uint8Array,
  files: readonly string[],
  plugins: readonly string[],
  stock: StockAge,
  tell: number | null,
): Promise<Buffer> {
  const {status, output, said} = await run(
    stock,
    ['-d', ...files.flatMap((file) => ['-i', file])],
    sealed,
    tell,
  )
  if (status === 0) return output
  output.fill(0)
  throw refused(stock, plugins, 'open the share', said, 'CREDENTIALS_REFUSED')
}

function refused(
  {path}: StockAge,
  plugins: readonly string[],
  act: string,
  said: string,
  code: 'UNSUPPORTED' | 'CREDENTIALS_REFUSED',
): KeyriteError {
  const missing = plugins.find((name) => programIn(path, `age-plugin-${name}`) === undefined)
  if (missing === undefined)
    return new KeyriteError(code, `cannot ${act}: ${said === '' ? 'age ended without a word' : said}`, {
      hints: ['look whether the device is there, and the same command again'],
    })
  // A newer age knows some of them by itself.
  return new KeyriteError('UNSUPPORTED', `cannot ${act}: the program age-plugin-${missing} is not on PATH`, {
    hints: [`install age-plugin-${missing}, or an age that needs none for it`],
  })
}

async function run(
  {program, path, home}: StockAge,
  args: readonly string[],
  input: Uint8Array,
  tell: number | null,
): Promise<{readonly status: number | null; readonly output: Buffer; readonly said: string}> {
  const child = spawn(program, args, {env: {PATH: path, HOME: home}, stdio: 'pipe'})
  const chunks: Buffer[] = []
  let said = ''
  child.stdin.on('error', () => undefined) // it refuses before it has read all: its status says so
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => {
    const text = chunk.toString('utf8')
    said = (said + text).slice(-4096)
    // What it says when it fails stands in the refusal; before that it asks people to touch something.
    if (tell !== null && !/^age: (?:error|report)/.test(text))
      writeSync(tell, `${visible(text.trimEnd(), {keepNewlines: true})}\n`)
  })
  const status = await new Promise<number | null>((resolve) => {
    child.once('error', () => {
      resolve(null)
    })
    child.once('close', resolve)
    child.stdin.end(input)
  })
  const output = Buffer.concat(chunks)
  for (const chunk of chunks) chunk.fill(0)
  return {status, output, said: reasonIn(said)}
}

/** The line in which `age` says why. */
function reasonIn(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  const line =
    lines.find((one) => one.startsWith('age: error: '))?.slice('age: error: '.length) ?? lines.at(-1) ?? ''
  return visible(line.trim()).slice(0, 300)
}
