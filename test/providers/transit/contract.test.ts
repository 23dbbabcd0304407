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
      decipher: null,
    },
    bench,
  )
else testWhen(openbao, 'the provider contract, on OpenBao', () => undefined)
