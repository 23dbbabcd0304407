/** Local tokens that cost little: what makes a PIN slow to guess makes tests slow, and it is the same each time. */
import {createHash} from 'node:crypto'
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {makePrivateDir} from '../../src/base/files.ts'
import {Secret} from '../../src/base/secret.ts'
import {createToken} from '../../src/providers/local/index.ts'
import {stretching} from '../../src/providers/local/pin.ts'
import {random} from '../providers/support.ts'

const slowly = stretching.by
const stretched = new Map<string, Promise<Buffer>>()

// The same key as ever, of what was stretched in this file before.
stretching.by = async (salt, pin) => {
  const which = pin.use((bytes) => createHash('sha256').update(salt).update(bytes).digest('hex'))
  const key = stretched.get(which) ?? slowly(salt, pin)
  stretched.set(which, key)
  return Buffer.from(await key)
}

const tokens = new Map<string, Promise<Buffer>>()

/** Puts an empty token there, if nothing is. Those of one name and PIN in one test file are copies: whoever holds two against each other names them apart. */
export async function tokenAt(path: string, name: string, pin: string): Promise<void> {
  if (existsSync(path)) return
  const which = JSON.stringify([name, pin])
  const bytes = tokens.get(which) ?? freshToken(name, pin)
  tokens.set(which, bytes)
  makePrivateDir(dirname(path))
  writeFileSync(path, await bytes, {mode: 0o600, flag: 'wx'})
}

async function freshToken(name: string, pin: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-token-'))
  const path = join(folder, 'new.token')
  try {
    const secret = new Secret(Buffer.from(pin))
    await (await createToken({path, name, pin: secret, random, clock: {now: () => new Date()}})).close()
    return readFileSync(path)
  } finally {
    rmSync(folder, {recursive: true})
  }
}
