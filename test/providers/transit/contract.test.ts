import {keepsTheProviderContract, type Bench} from '../contract.ts'
import {testWhen} from '../../support/needs.ts'
import {openAs, openbao, placeOf, startTransit} from './bao.ts'

async function bench(): Promise<Bench> {
  const bao = await startTransit({tls: true})
  const open = async () => openAs(placeOf(bao), bao.token)
  const here: Bench = {
    open: await open(),
    async reopen() {
      await here.open.close()
      here.open = await open()
    },
    empty: () => Promise.reject(new Error('transit has no backup of its keys')),
    forward: () => undefined,
    async leaving() {
      const may = ['exportable=true', 'allow_plaintext_backup=true']
      await bao.bao('write', '-f', 'transit/keys/left', 'type=aes256-gcm96', ...may)
      return 'left'
    },
    async lose(key) {
      await bao.bao('write', `transit/keys/${key}/config`, 'deletion_allowed=true')
      await bao.bao('delete', `transit/keys/${key}`)
    },
    async close() {
      await here.open.close()
      await bao.stop()
    },
  }
  return here
}

if (openbao.present)
  keepsTheProviderContract(
    {
      kind: 'transit',
      on: 'OpenBao 2.7.2',
      refuses: ['export', 'backup'],
      enforces: ['enabled', 'disabled'],
      destructionDays: {least: 0, most: 0},
      level: 'software',
      has: ['keyBackups', 'schedule'],
      decipher: null,
    },
    bench,
  )
else testWhen(openbao, 'the provider contract, on OpenBao', () => undefined)
