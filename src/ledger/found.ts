/** Founding: a new home, a writer key, and the first entry. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {hex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {makePrivateDir} from '../base/files.ts'
import type {Draft} from './draft.ts'
import {Ledger} from './ledger.ts'
import type {LedgerWorld} from './ledger-world.ts'
import {vkeyText} from './note.ts'
import {newWriter, storeWriter} from './writer.ts'

/** What the first entry holds beside what the ledger itself puts there. */
export interface Founding {
  readonly organisation: string
  readonly data: Draft['data']
  readonly actor: Draft['actor']
  /** The ledger of a rehearsal: nothing that is signed for it counts anywhere else. */
  readonly rehearsal?: boolean
}

/**
 * Makes the workspace and the first entry.
 * @throws KeyriteError `EXISTS` if a ledger lies there, `USAGE` if the organisation cannot be part of a name, `STORAGE`.
 */
export async function foundLedger(world: LedgerWorld, founding: Founding): Promise<Ledger> {
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(founding.organisation)) {
    throw new KeyriteError(
      'USAGE',
      `cannot found a ledger for "${founding.organisation}": expected a domain name such as example.com`,
    )
  }
  makePrivateDir(world.home)
  if (existsSync(join(world.home, 'ledger.db'))) {
    throw new KeyriteError('EXISTS', `cannot found a ledger: there is one in "${world.home}"`, {
      hints: ['keyrite ledger verify', 'keyrite --home DIR init …, for another one'],
    })
  }
  const writer = newWriter(`${founding.organisation}/ledger/${hex(world.random.bytes(16))}`)
  const ledger = Ledger.empty(world, writer, (fingerprint) => {
    storeWriter(world.state, fingerprint, writer)
  })
  await ledger.append([
    {
      type: 'ledger.opened',
      data: {
        ...founding.data,
        organisation: founding.organisation,
        vkey: vkeyText(writer.key),
        ...(founding.rehearsal === true ? {rehearsal: true} : {}),
      },
      actor: founding.actor,
    },
  ])
  return ledger
}
