/** What a place says of one version, past keyrite: by somebody else's program, in its own words. */
import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'
import type {Hammer} from './hammer.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, 'told.py')

/** By the vendor's client in Python. */
export async function toldByClient(
  python: string,
  args: readonly string[],
  env = process.env,
): Promise<string> {
  return (await run(python, [program, ...args], {env})).stdout.trim()
}

/** By OpenBao's own program. @param id - of the key there. */
export async function toldByBao(
  bao: string,
  id: string,
  version: number,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const said = await run(bao, ['read', '-format=json', `transit/keys/${id}`], {env}).then(
    ({stdout}) => stdout,
    (error: unknown) => {
      if (String((error as {stderr?: unknown}).stderr).includes('No value found')) return null
      throw error
    },
  )
  if (said === null) return 'gone'
  const {data} = JSON.parse(said) as {data: Readonly<Record<string, unknown>>}
  const [least, encrypts, deleted] = [
    Number(data['min_decryption_version']),
    Number(data['min_encryption_version']),
    data['soft_deleted'] === true,
  ]
  if (!Object.hasOwn(data['keys'] as object, String(version))) return version < least ? 'too old' : 'gone'
  return deleted ? 'soft-deleted' : encrypts > version ? 'reads only' : 'there'
}

/** By OpenSC's. @param id - CKA_ID, in hexadecimal digits. */
export async function toldByPkcs11Tool(
  tool: string,
  hsm: {readonly module: string; readonly pin: string},
  id: string,
): Promise<string> {
  const {stdout} = await run(
    tool,
    [
      ...['--module', hsm.module, '--token-label', 'lab', '--login', '--pin', hsm.pin],
      ...['--list-objects', '--type', 'privkey', '--id', id],
    ],
    {env: process.env},
  )
  const own = stdout.split(/\n(?=\S)/).find((one) => one.includes(id))
  return own === undefined ? 'gone' : (/Usage:\s+(.*)$/m.exec(own)?.[1] ?? 'none').trim()
}

/** Whether a client can use it now: of the first try that it makes. */
export async function isUsed(hammer: Hammer): Promise<boolean> {
  try {
    for (;;) {
      const [first] = hammer.tries
      if (first !== undefined) return first.ok
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  } finally {
    await hammer.stop()
  }
}
