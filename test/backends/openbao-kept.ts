/** OpenBao with a store that outlives it (raft): what a kill leaves is there when it starts again. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Brought} from './bring.ts'
import {freePort, launch} from './launch.ts'
import {asOpenBao, baoOf, type OpenBao} from './openbao.ts'

export interface KeptOpenBao extends OpenBao {
  /** After `kill`: sealed, as every restart leaves it. `again` unseals it too. */
  sealedAgain(): Promise<void>
  unseal(): Promise<void>
}

const audit = (folder: string): string => join(folder, 'audit.jsonl')

function config(folder: string, port: number, clusterPort: number): string {
  return `storage "raft" {
  path = "${folder}/raft"
  node_id = "one"
  performance_multiplier = 1
}
listener "tcp" {
  address = "127.0.0.1:${port}"
  cluster_address = "127.0.0.1:${clusterPort}"
  tls_disable = true
}
api_addr = "http://127.0.0.1:${port}"
cluster_addr = "http://127.0.0.1:${clusterPort}"
audit "file" "main" {
  options { file_path = "${audit(folder)}" }
}
`
}

/** Starts one, initialised and unsealed, with an audit log and without TLS. @param openbao - as `bring('openbao')` gave it. */
export async function startKeptOpenBao(openbao: Brought): Promise<KeptOpenBao> {
  const program = baoOf(openbao)
  const clusterPort = await freePort('127.0.0.1')
  const running = await launch({
    name: 'openbao-kept',
    host: '127.0.0.1',
    program: ({folder, port}) => {
      mkdirSync(join(folder, 'raft'), {recursive: true})
      writeFileSync(join(folder, 'config.hcl'), config(folder, port, clusterPort))
      return [program, 'server', `-config=${folder}/config.hcl`]
    },
    // Sealed (503) and not initialised (501) are answers too.
    ready: async ({port}) => [200, 501, 503].includes((await health(`http://127.0.0.1:${port}`)).status),
    withinMs: 60_000,
  })
  const url = `http://127.0.0.1:${running.port}`
  const made = (await put(`${url}/v1/sys/init`, {secret_shares: 1, secret_threshold: 1})) as {
    keys: [string]
    root_token: string
  }
  const unseal = async (): Promise<void> => {
    await put(`${url}/v1/sys/unseal`, {key: made.keys[0]})
    // It elects itself before it serves.
    while ((await health(url)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await unseal()
  const sealedAgain = running.again.bind(running)
  const bao = asOpenBao(running, {
    program,
    url,
    token: made.root_token,
    caFile: null,
    auditFile: audit(running.folder),
  })
  return Object.assign(bao, {
    sealedAgain,
    unseal,
    again: async () => {
      await sealedAgain()
      await unseal()
    },
  })
}

const health = async (url: string): Promise<Response> =>
  fetch(`${url}/v1/sys/health`, {signal: AbortSignal.timeout(2_000)})

async function put(url: string, body: object): Promise<unknown> {
  const answer = await fetch(url, {method: 'PUT', body: JSON.stringify(body)})
  const said = await answer.text()
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${said}`)
  return JSON.parse(said) as unknown
}
