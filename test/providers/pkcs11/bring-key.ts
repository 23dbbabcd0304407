/** Started by a test as a process of its own: a MAC key of somebody else, which may leave the token. `node bring-key.ts MODULE PIN LABEL HEX`. */
import {createRequire} from 'node:module'
import type {PKCS11} from 'pkcs11js'

const [, , file = '', pin = '', label = '', value = ''] = process.argv
const {PKCS11: Driver} = createRequire(import.meta.url)('pkcs11js') as {readonly PKCS11: new () => PKCS11}
const module = new Driver()
module.load(file)
module.C_Initialize({flags: 2})
const [slot] = module.C_GetSlotList(true)
if (slot === undefined) throw new Error('there is no token')
const session = module.C_OpenSession(slot, 6)
module.C_Login(session, 1, pin)
// TOKEN, PRIVATE, SENSITIVE, EXTRACTABLE, SIGN, VERIFY
const yes = [0x1, 0x2, 0x103, 0x162, 0x108, 0x10a].map((type) => ({type, value: true}))
module.C_CreateObject(session, [
  {type: 0x0, value: 4},
  {type: 0x100, value: 0x10},
  {type: 0x11, value: Buffer.from(value, 'hex')},
  {type: 0x102, value: Buffer.from(label)},
  {type: 0x3, value: label},
  ...yes,
])
module.C_Finalize()
