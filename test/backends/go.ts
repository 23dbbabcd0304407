/** Clients of vendors in Go: each built once from its own pinned module, into `.tools/state/backends` (or the folder that KEYRITE_BACKENDS names), with caches of its own beside it. */
import {execFile, execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readFileSync, renameSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import type {Brought} from './bring.ts'
import {locked} from './lock.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

/**
 * What is built runs in seconds, and takes a minute or two to build: only a run with `SLOW=1` does that. To be awaited before any test is registered.
 *
 * @param source - the folder with `go.mod`, `go.sum` and `main.go`
 * @returns `folder` is then the program itself.
 */
export async function bringGo(source: string): Promise<Brought> {
  const what = 'Go'
  const go = version()
  const [, least = ''] = /^go (\S+)$/m.exec(readFileSync(join(source, 'go.mod'), 'utf8')) ?? []
  const how = `install it: Go ${least} or newer`
  if (go === undefined || older(go, least)) return {present: false, what, how, optional: true}
  const digest = createHash('sha256').update(go)
  for (const name of ['go.mod', 'go.sum', 'main.go']) digest.update(readFileSync(join(source, name)))
  const kept = process.env['KEYRITE_BACKENDS'] ?? join(root, '.tools/state/backends')
  const program = join(kept, `go-client-${digest.digest('hex').slice(0, 12)}`)
  const built: Brought = {present: true, what, how, folder: program}
  if (existsSync(program)) return built
  if (process.env['SLOW'] !== '1')
    return {present: false, what: 'SLOW=1', how: 'SLOW=1 builds it, once', optional: true}
  mkdirSync(kept, {recursive: true})
  return locked(`${program}.lock`, async () => {
    if (existsSync(program)) return built
    const env = {
      ...process.env,
      ...{GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly -modcacherw', CGO_ENABLED: '0', GOWORK: 'off'},
      ...{GOMODCACHE: join(kept, 'go/modules'), GOCACHE: join(kept, 'go/cache'), GOPATH: join(kept, 'go')},
    }
    try {
      await run('go', ['build', '-trimpath', '-o', `${program}.new`, '.'], {cwd: source, env})
    } catch (error) {
      const said = ((error as {stderr?: string}).stderr ?? String(error)).trim().split('\n').at(-1) ?? ''
      return {present: false, what, how: `it could not be built (${said.slice(0, 200)})`, optional: false}
    }
    renameSync(`${program}.new`, program)
    return built
  })
}

/** Such as `1.26.8`; undefined where there is no Go. */
function version(): string | undefined {
  try {
    const said = execFileSync('go', ['version'], {
      ...{encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']},
      env: {...process.env, GOTOOLCHAIN: 'local'},
    })
    return /^go version go(\d+\.\d+(?:\.\d+)?)/.exec(said)?.[1]
  } catch {
    return undefined
  }
}

const older = (one: string, least: string): boolean => one.localeCompare(least, 'en', {numeric: true}) < 0
