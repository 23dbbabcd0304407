/** What transit alone has done at it while it dies: a key of others taken over, and the backup of one taken and put back. */
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {generateIdentity, identityToRecipient} from 'age-encryption'
import {expect} from '@jest/globals'
import BackupPutBack from '../../src/commands/backup/put-back.ts'
import BackupTake from '../../src/commands/backup/take.ts'
import KeyAdopt from '../../src/commands/key/adopt.ts'
import type {OpenBao} from '../backends/openbao.ts'
import {fresh, typed, type Dying, type Row, type Said} from './dying-rows.ts'

/** What transit has beside it: the backup of a key that others made exportable, taken and put back to a second mount. */
export function transitRows(dying: Dying, bao: () => OpenBao): Readonly<Record<string, Row>> {
  const {house} = dying
  const run = typed(house)
  const at = (name: string): string => join(house().dir, name)
  const adopt = (key: string) =>
    run(KeyAdopt, 'key adopt', [key, '--profile', 'place', '--class', 'dek', '--owner', 'Orders'])
  const made = async (...may: string[]): Promise<string> => {
    const key = fresh()
    await bao().bao('write', '-f', `transit/keys/${key}`, 'type=aes256-gcm96', ...may)
    return key
  }
  const leaves = async (): Promise<string> => {
    const key = await made('exportable=true', 'allow_plaintext_backup=true')
    // Taken over, and found that it can leave its place: that is what the status says.
    expect(await adopt(key)).toMatchObject({exit: 10, adopted: [key]})
    return key
  }
  const take = async (key: string): Promise<Said> => {
    if (!existsSync(at('identity')))
      writeFileSync(at('identity'), `${await generateIdentity()}\n`, {mode: 0o600})
    const recipient = await identityToRecipient(readFileSync(at('identity'), 'utf8').trim())
    return run(BackupTake, 'backup take', [key, '--recipient', recipient, '--out', at(`${key}.age`)])
  }
  return {
    adopt: {before: () => made(), act: adopt, state: 'active'},
    'backup take': {
      before: leaves,
      act: take,
      state: 'active',
      async ends(key) {
        expect(
          readFileSync(at(`${key}.age`))
            .subarray(0, 21)
            .toString(),
        ).toBe('age-encryption.org/v1')
        rmSync(at(`${key}.age`))
      },
    },
    'backup put-back': {
      async before() {
        const key = await leaves()
        expect(await take(key)).toMatchObject({exit: 0})
        return key
      },
      act: (key) =>
        run(BackupPutBack, 'backup put-back', [
          ...[at(`${key}.age`), '--profile', 'second', '--identity-file', at('identity')],
        ]),
      state: 'active',
      async ends(key) {
        const read = async (mount: string): Promise<{data: {latest_version: number; keys: object}}> =>
          JSON.parse(await bao().bao('read', '-format=json', `${mount}/keys/${key}`)) as never
        expect((await read('second')).data.keys).toEqual((await read('transit')).data.keys)
        // What is there the ledger calls done, and at no point failed.
        const types = await house().using(({ledger}) =>
          Array.from({length: ledger.size}, (_, seq) => ledger.view.entry(seq))
            .filter((entry) => entry?.data['key'] === key && entry.type.startsWith('backup.put'))
            .map((entry) => entry?.type),
        )
        expect(types).toEqual(['backup.put.intended', 'backup.put'])
      },
    },
  }
}
