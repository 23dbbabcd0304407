/**
 * Clients of vendors in Go and Java, each from its own pinned module: built, or its libraries brought, once into `.tools/state/backends` (or the folder
 * that KEYRITE_BACKENDS names), with what Go and Maven keep beside it. It runs in seconds then, and takes a minute or two to bring: only a run with
 * `SLOW=1` does that. To be awaited before any test is registered.
 */
import {execFile, execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import type {Brought} from './bring.ts'
import {locked} from './lock.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

/** @param source - the folder with `go.mod`, `go.sum` and `main.go`. @returns `folder` is then the program itself. */
export async function bringGo(source: string): Promise<Brought> {
  const [, least = ''] = /^go (\S+)$/m.exec(readFileSync(join(source, 'go.mod'), 'utf8')) ?? []
  const version = said('go', ['version'], /go(\d+\.\d+(?:\.\d+)?)/)
  const how = `install it: Go ${least} or newer`
  if (version === undefined || older(version, least)) return {present: false, what: 'Go', how, optional: true}
  const files = ['go.mod', 'go.sum', 'main.go'].map((name) => join(source, name))
  return once('go-client', [version], files, async (program, kept) => {
    const env = {
      ...process.env,
      ...{GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly -modcacherw', CGO_ENABLED: '0', GOWORK: 'off'},
      ...{GOMODCACHE: join(kept, 'go/modules'), GOCACHE: join(kept, 'go/cache'), GOPATH: join(kept, 'go')},
    }
    await run('go', ['build', '-trimpath', '-o', program, '.'], {cwd: source, env})
  })
}

/** @param source - the folder with `pom.xml`. @returns `folder` then has its libraries. */
export async function bringJava(source: string): Promise<Brought> {
  const [java, maven] = [said('java', ['-version'], /version "(\d+)/), said('mvn', ['-v'], /Maven (\d)/)]
  const how = 'install it: Java 17 or newer, and Maven'
  if (java === undefined || older(java, '17') || maven === undefined)
    return {present: false, what: 'Java', how, optional: true}
  return once('java-client', [], [join(source, 'pom.xml')], async (folder, kept) => {
    const args = ['-q', '-B', `-Dmaven.repo.local=${join(kept, 'maven')}`, 'dependency:copy-dependencies']
    await run('mvn', [...args, `-DoutputDirectory=${folder}`], {cwd: source, env: process.env})
  })
}

/** Whole or not at all. @param make - into a path that is not there. */
async function once(
  name: string,
  about: readonly string[],
  files: readonly string[],
  make: (path: string, kept: string) => Promise<void>,
): Promise<Brought> {
  const digest = createHash('sha256').update(about.join())
  for (const file of files) digest.update(readFileSync(file))
  const kept = process.env['KEYRITE_BACKENDS'] ?? join(root, '.tools/state/backends')
  const path = join(kept, `${name}-${digest.digest('hex').slice(0, 12)}`)
  const there: Brought = {present: true, what: name, how: '', folder: path}
  if (existsSync(path)) return there
  const how = 'SLOW=1 brings it, once'
  if (process.env['SLOW'] !== '1') return {present: false, what: 'SLOW=1', how, optional: true}
  mkdirSync(kept, {recursive: true})
  return locked(`${path}.lock`, async () => {
    if (existsSync(path)) return there
    const fresh = `${path}.new`
    rmSync(fresh, {recursive: true, force: true})
    try {
      await make(fresh, kept)
    } catch (error) {
      const {stderr = '', message} = error as {stderr?: string; message: string}
      const why = (stderr.trim() || message).split('\n').at(-1) ?? ''
      return {
        present: false,
        what: name,
        how: `it could not be brought (${why.slice(0, 200)})`,
        optional: false,
      }
    }
    renameSync(fresh, path)
    return there
  })
}

/** What a program says of itself, on whichever stream; undefined where there is none. */
function said(program: string, args: readonly string[], wanted: RegExp): string | undefined {
  try {
    const both = execFileSync('sh', ['-c', 'exec "$0" "$@" 2>&1', program, ...args], {
      encoding: 'utf8',
      env: {...process.env, GOTOOLCHAIN: 'local'},
    })
    return wanted.exec(both)?.[1]
  } catch {
    return undefined
  }
}

const older = (one: string, least: string): boolean => one.localeCompare(least, 'en', {numeric: true}) < 0
