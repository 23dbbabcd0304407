/**
 * The writer: the key that signs this ledger's checkpoints on this machine, outside the home, and the head it signed last (head.ts).
 * A copied home has no key and reads only; a home that does not extend the last head is an older copy and is refused.
 */
import {createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject} from 'node:crypto'
import {existsSync, realpathSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {KeyriteError} from '../base/errors.ts'
import {makePrivateDir, readOwn, replaceOwn, writeNew} from '../base/files.ts'
import {rawPublicKey, type VerifierKey} from './note.ts'

/** Where this machine keeps what must not lie in a home: `$XDG_STATE_HOME/keyrite`. */
export interface StateDir {
  readonly path: string
}

export interface Writer {
  readonly privateKey: KeyObject
  readonly key: VerifierKey
}

export function newWriter(name: string): Writer {
  const {privateKey, publicKey} = generateKeyPairSync('ed25519')
  return {privateKey, key: {name, publicKey: rawPublicKey(publicKey)}}
}

/** Where keys and heads lie. */
export const writers = (state: StateDir): string => join(state.path, 'writers')
const keyPath = (state: StateDir, fingerprint: string): string => join(writers(state), `${fingerprint}.key`)

/** @throws KeyriteError `EXISTS` or `STORAGE`. */
export function storeWriter(state: StateDir, fingerprint: string, writer: Writer): void {
  makePrivateDir(writers(state))
  writeNew(keyPath(state, fingerprint), pemOf(writer))
}

/** Whether this machine has the key that writes this ledger, or something in its place. */
export function hasWriter(state: StateDir, fingerprint: string): boolean {
  return existsSync(keyPath(state, fingerprint))
}

/** The key of a ledger on this machine, whether it writes still or not. @throws KeyriteError `UNSAFE_FILE`. */
export function loadWriter(state: StateDir, fingerprint: string, name: string): Writer | undefined {
  return writerIn(keyPath(state, fingerprint), name)
}

function writerIn(path: string, name: string): Writer | undefined {
  if (!existsSync(path)) return undefined
  const privateKey = privateKeyIn(path)
  return {privateKey, key: {name, publicKey: rawPublicKey(createPublicKey(privateKey))}}
}

/** That the key which lies here never wrote this ledger. */
export function strangeKey(state: StateDir, fingerprint: string): KeyriteError {
  return new KeyriteError(
    'LEDGER_TAMPERED',
    `cannot write: the key in "${keyPath(state, fingerprint)}" is not one that the ledger names`,
    {hints: ['keyrite ledger verify']},
  )
}

/** A key that waits to become the writer's lies under the ledger's name, as its machine may not have the ledger yet. */
const pendingPath = (state: StateDir, name: string): string =>
  join(writers(state), `${name.slice(-32)}.pending`)

/** @returns undefined where none waits. @throws KeyriteError `UNSAFE_FILE`. */
export function loadPending(state: StateDir, name: string): Writer | undefined {
  return writerIn(pendingPath(state, name), name)
}

/** The key that waits on this machine to write this ledger; made if there is none yet. @throws KeyriteError `UNSAFE_FILE`, `STORAGE`. */
export function pendingWriter(state: StateDir, name: string): Writer {
  const waiting = loadPending(state, name)
  if (waiting !== undefined) return waiting
  const writer = newWriter(name)
  makePrivateDir(writers(state))
  writeNew(pendingPath(state, name), pemOf(writer))
  return writer
}

/**
 * The key that waited is from now on the one that writes; the one before it is gone. May be repeated: a crash between the
 * two steps leaves the same key under both names.
 */
export function promotePending(state: StateDir, fingerprint: string, name: string): void {
  const waiting = loadPending(state, name)
  if (waiting === undefined) return
  replaceOwn(keyPath(state, fingerprint), pemOf(waiting))
  rmSync(pendingPath(state, name))
}

const pemOf = ({privateKey}: Writer): Buffer => Buffer.from(privateKey.export({format: 'pem', type: 'pkcs8'}))

function privateKeyIn(path: string): KeyObject {
  const bytes = readOwn(path, 4096)
  try {
    return createPrivateKey({key: bytes, format: 'pem'})
  } catch (cause) {
    throw foreign(path, cause)
  } finally {
    bytes.fill(0)
  }
}

/** What lies there instead of what is ours. */
export function foreign(path: string, cause?: unknown): KeyriteError {
  return new KeyriteError('UNSAFE_FILE', `cannot use "${path}": it is not what keyrite writes there`, {
    cause,
    hints: ['look at who could have changed it', 'keyrite ledger verify'],
  })
}

/** A symbolic link is the same place; a copy is not. */
export function realHome(home: string): string {
  return realpathSync(home)
}
