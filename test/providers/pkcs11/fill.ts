/** Started by a test as a process of its own: MAC keys as keyrite names them, as many as it is told, onto the token of SOFTHSM2_CONF. `node fill.ts MODULE PIN COUNT [ID LAST-DAY]`. */
import {createRequire} from 'node:module'
import type {PKCS11} from 'pkcs11js'

const [, , file = '', pin = '', count = '0', id = '', lastDay = ''] = process.argv
const {PKCS11: Driver} = createRequire(import.meta.url)('pkcs11js') as {readonly PKCS11: new () => PKCS11}
const module = new Driver()
module.load(file)
module.C_Initialize({flags: 2})
const [slot] = module.C_GetSlotList(true)
if (slot === undefined) throw new Error('there is no token')
const session = module.C_OpenSession(slot, 6)
module.C_Login(session, 1, pin)
const yes = [0x1, 0x2, 0x103, 0x108, 0x10a].map((type) => ({type, value: true}))
for (let at = 1; at <= Number(count); at++) {
  const own = Buffer.alloc(16)
  own.writeUInt32BE(at, 12)
  module.C_CreateObject(session, [
    {type: 0x0, value: 4},
    {type: 0x100, value: 0x10},
    {type: 0x11, value: Buffer.alloc(32, at)},
    {type: 0x102, value: own},
    {type: 0x3, value: `filled-${at} v1 hs256 mac 2026-11-28T09:30:00Z`},
    {type: 0x162, value: false},
    ...yes,
  ])
}
if (id !== '') {
  module.C_FindObjectsInit(session, [
    {type: 0x0, value: 2},
    {type: 0x102, value: Buffer.from(id, 'hex')},
  ])
  const [half] = module.C_FindObjects(session, 1)
  module.C_FindObjectsFinal(session)
  if (half === undefined) throw new Error('there is no such public key')
  module.C_SetAttributeValue(session, half, [{type: 0x111, value: Buffer.from(lastDay)}])
}
module.C_Finalize()
