/**
 * The local software token: one encrypted file, opened with a PIN.
 *
 * It enforces by itself what each version may be used for. It protects keys at rest as well as the PIN is good;
 * while it is open they are in this process's memory, and it never says otherwise.
 */
import type {Provider} from '../ports.ts'
import {keyEvidence} from './evidence.ts'
import {keyLife} from './life.ts'
import {keyMove} from './move.ts'
import {makeTokenFile, openTokenFile} from './open.ts'
import type {ExistingToken, NewToken} from './open.ts'
import {keyStore} from './store.ts'
import type {LocalToken} from './token.ts'
import {keyUse} from './use.ts'

export {identityOf} from './evidence.ts'
export {tokenIdentity} from './open.ts'
export type {ExistingToken, NewToken} from './open.ts'

/**
 * Makes a token file and opens it. May not be repeated.
 * @throws KeyriteError `EXISTS` if the file is there, `USAGE` for a bad name or PIN, `UNSAFE_FILE`, `STORAGE`.
 */
export async function createToken(token: NewToken): Promise<Provider> {
  return providerOf(await makeTokenFile(token))
}

/**
 * @throws KeyriteError `CREDENTIALS_REFUSED` if the PIN does not open it, `TOKEN_ROLLED_BACK` if it is older than `leastGeneration`
 * or its rows are not those that its header names, `TOKEN_TAMPERED` if anything does not open, `FILE_NOT_FOUND`, `UNSAFE_FILE`, `LOCKED`, `STORAGE`.
 */
export async function openToken(token: ExistingToken): Promise<Provider> {
  return providerOf(await openTokenFile(token))
}

function providerOf(token: LocalToken): Provider {
  return {
    kind: 'local',
    store: keyStore(token),
    use: keyUse(token),
    life: keyLife(token),
    move: keyMove(token),
    evidence: keyEvidence(token),
    time: () => null,
    async close() {
      token.close()
    },
  }
}
