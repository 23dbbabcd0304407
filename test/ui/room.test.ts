/** The room at a terminal, where nobody answers. */
import {describe, expect, test} from '@jest/globals'
import {KeyriteError} from '../../src/base/errors.ts'
import {generateEd25519, type Person, type Signer} from '../../src/custody/index.ts'
import type {Interruptible} from '../../src/base/world.ts'
import {terminalRoom} from '../../src/ui/room.ts'
import {somebody} from '../support/run.ts'

const {signer, publicKey} = generateEd25519()
const alice: Person = {
  id: 'p-0000000000000001',
  name: 'Alice',
  address: 'alice@example.com',
  keys: [{class: 'stated', key: publicKey.text}],
  recipient: null,
  roles: ['custodian'],
  state: 'active',
}

/** A key whose passphrase is asked for by another program, which ends when it is told to. */
function locked(interruptible: Interruptible, ended: string[]): Signer {
  const sign = (): Promise<Uint8Array> =>
    interruptible(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            ended.push('restored')
            reject(new KeyriteError('CANCELLED', 'interrupted'))
          })
        }),
    )
  return {...signer, sign}
}

describe('the passphrase of a key', () => {
  const roomOf = (idleMs: number, signal: AbortSignal, ended: string[]) =>
    terminalRoom({
      ask: somebody('/key'),
      say: () => undefined,
      keys: new Map(),
      signerFor: async (_path, interruptible) => locked(interruptible, ended),
      idleMs,
      signal,
    })

  test('that nobody types stops the ceremony, once the program that asks has ended', async () => {
    const ended: string[] = []
    const key = await roomOf(30, new AbortController().signal, ended).signer(alice, 'the transcript')
    await expect(key?.sign('keyrite', new Uint8Array())).rejects.toMatchObject({code: 'STOPPED', exit: 9})
    expect(ended).toEqual(['restored'])
  })

  test('is taken back when the ceremony is stopped', async () => {
    const ended: string[] = []
    const stop = new AbortController()
    const key = await roomOf(60_000, stop.signal, ended).signer(alice, 'the transcript')
    const signing = expect(key?.sign('keyrite', new Uint8Array())).rejects.toMatchObject({
      code: 'CANCELLED',
      exit: 130,
    })
    stop.abort()
    await signing
    expect(ended).toEqual(['restored'])
  })
})
