/** A token of SoftHSM2 that was not there before. Making one erases what a token holds, so it is done to nothing else. */
import {existsSync} from 'node:fs'
import type {Handle, PKCS11} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import type {Secret} from '../../base/secret.ts'
import {visibleLine} from '../../base/visible.ts'
import {ckf} from './constants.ts'
import {failure} from './failures.ts'
import {trimmed} from './shown.ts'

/** Where systems put SoftHSM2's module. */
const usual: readonly string[] = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
]

/** The module's file. @param typed - where it lies elsewhere. @throws KeyriteError `UNSUPPORTED`. */
export function softHsmModule(typed: string | undefined): string {
  const found = (typed === undefined ? usual : [typed]).find((path) => existsSync(path))
  if (found !== undefined) return found
  throw new KeyriteError(
    'UNSUPPORTED',
    typed === undefined
      ? 'cannot use SoftHSM2: it is not on this machine, or its module does not lie where systems put it'
      : `cannot use SoftHSM2: there is no module "${typed}"`,
    {hints: ['install it (Debian: apt-get install softhsm2)', '--module FILE, its libsofthsm2.so']},
  )
}

const readWrite = 0x6
/** CKU_SO. */
const officer = 0

export interface SoftToken {
  /** The module's file. */
  readonly module: string
  readonly label: string
  /** Labels of the tokens that were made there before: it shows no other. */
  readonly mine: readonly string[]
}

/**
 * Makes a token in a free slot. SoftHSM2 keeps it in the folder that the file SOFTHSM2_CONF names.
 * @returns its serial number.
 * @throws KeyriteError `NOT_PERMITTED` if the module is not SoftHSM2, or shows a token that is somebody else's.
 */
export function makeSoftToken(module: PKCS11, {label, mine}: SoftToken, soPin: Secret, pin: Secret): string {
  try {
    const {slot} = freeSlot(module, mine)
    // The driver takes nothing but strings here; they live in this process alone, which ends with the work.
    module.C_InitToken(slot, text(soPin), label)
    const session = module.C_OpenSession(slot, readWrite)
    module.C_Login(session, officer, text(soPin))
    module.C_InitPIN(session, text(pin))
    module.C_Logout(session)
    module.C_CloseSession(session)
    return trimmed(module.C_GetTokenInfo(slot).serialNumber)
  } catch (error) {
    throw failure('make a token of SoftHSM2', error)
  }
}

function freeSlot(module: PKCS11, mine: readonly string[]): {readonly slot: Handle} {
  const maker = trimmed(module.C_GetInfo().manufacturerID)
  const refuse = (fact: string): KeyriteError =>
    new KeyriteError(
      'NOT_PERMITTED',
      `cannot make a token there: ${fact}; a token is made in nothing but an empty SoftHSM2`,
      {
        hints: ['--module FILE, the libsofthsm2.so of SoftHSM2'],
      },
    )
  if (!maker.startsWith('SoftHSM')) throw refuse(`the module is by "${visibleLine(maker, 60)}"`)
  const slots = module.C_GetSlotList(true).map((slot) => ({slot, info: module.C_GetTokenInfo(slot)}))
  const made = slots.filter(({info}) => (info.flags & ckf.tokenInitialized) !== 0)
  const other = made.map(({info}) => trimmed(info.label)).find((label) => !mine.includes(label))
  if (other !== undefined) throw refuse(`it shows a token "${visibleLine(other, 60)}"`)
  const free = slots.find((one) => !made.includes(one))
  if (free === undefined) throw refuse('it has no free slot')
  return free
}

function text(secret: Secret): string {
  return secret.use((bytes) => Buffer.from(bytes).toString('utf8'))
}
