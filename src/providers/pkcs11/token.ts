/** One token of one module, open and logged in: what all ports work on. It lives in the host process (`host.ts`). */
import type {Attribute, Handle, Mechanism, MechanismInfo, PKCS11, TokenInfo} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import {ckf} from './constants.ts'
import {failure, rv, rvOf, wordsOf} from './failures.ts'
import {demandNotLocked, pinTries} from './pin.ts'
import {trimmed} from './shown.ts'

/** Where a token is. */
export interface Place {
  /** The module's file. */
  readonly module: string
  readonly serial: string
  /** Only where two tokens have one serial number. */
  readonly label: string | null
}

/** C_OpenSession: serial (always), and able to change. */
const readWrite = 0x6
const user = 1
/** What a search brings in one call. */
const page = 256

export class Token {
  readonly module: PKCS11
  readonly slot: Handle
  readonly place: Place
  /** It only keeps the login: that ends with the last session. */
  readonly #login: Handle
  #session: Handle | undefined
  #mechanisms: ReadonlyMap<number, MechanismInfo> | undefined

  constructor(module: PKCS11, place: Place, slot: Handle, login: Handle) {
    this.module = module
    this.place = place
    this.slot = slot
    this.#login = login
  }

  /** The one that works. */
  get session(): Handle {
    this.#session ??= this.module.C_OpenSession(this.slot, readWrite)
    return this.#session
  }

  /** A failed operation can stay open and block its session (0x90): the next one gets another. */
  #guarded<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      const session = this.#session
      this.#session = undefined
      if (session !== undefined) closeQuietly(this.module, session)
      throw error
    }
  }

  get info(): TokenInfo {
    return this.module.C_GetTokenInfo(this.slot)
  }

  /** What it says that it can do, by number. */
  get mechanisms(): ReadonlyMap<number, MechanismInfo> {
    this.#mechanisms ??= new Map(
      this.module
        .C_GetMechanismList(this.slot)
        .map((one) => [one, this.module.C_GetMechanismInfo(this.slot, one)] as const),
    )
    return this.#mechanisms
  }

  /** Every object that has these attributes. */
  search(wanted: readonly Attribute[]): Handle[] {
    const {module, session} = this
    module.C_FindObjectsInit(session, [...wanted])
    try {
      const found: Handle[] = []
      for (;;) {
        const some = module.C_FindObjects(session, page)
        found.push(...some)
        if (some.length === 0) return found
      }
    } finally {
      module.C_FindObjectsFinal(session)
    }
  }

  /** @returns undefined where the object has no such attribute, or does not give it out. */
  attribute(object: Handle, type: number): Buffer | undefined {
    try {
      const [one] = this.module.C_GetAttributeValue(this.session, object, [{type}])
      // Views of the driver's own memory: copied.
      return one === undefined ? undefined : Buffer.from(one.value as Uint8Array)
    } catch (error) {
      // A date that is not set has no bytes, and the driver wants eight.
      if (error instanceof TypeError && /wrong length.*but is 0/.test(error.message)) return undefined
      // Only these say something of the object. A token that went away must not look as if it held nothing.
      const ofObject: readonly (number | undefined)[] = [
        rv.attributeSensitive,
        rv.attributeTypeInvalid,
        rv.objectHandleInvalid,
      ]
      if (ofObject.includes(rvOf(error))) return undefined
      throw error
    }
  }

  /** A missing attribute counts as false. */
  is(object: Handle, type: number): boolean {
    return this.attribute(object, type)?.[0] === 1
  }

  set(object: Handle, attributes: readonly Attribute[]): void {
    this.module.C_SetAttributeValue(this.session, object, [...attributes])
  }

  destroy(object: Handle): void {
    this.module.C_DestroyObject(this.session, object)
  }

  /** Takes away an object of this session; one that was closed took it along. */
  discard(object: Handle): void {
    try {
      this.destroy(object)
    } catch (error) {
      if (rvOf(error) !== rv.objectHandleInvalid) throw error
    }
  }

  sign(mechanism: Mechanism, key: Handle, message: Buffer, longest: number): Buffer {
    return this.#guarded(() => {
      this.module.C_SignInit(this.session, mechanism, key)
      return Buffer.from(this.module.C_Sign(this.session, message, Buffer.alloc(longest)))
    })
  }

  /** A bad signature is false; whatever else fails is thrown. */
  verify(mechanism: Mechanism, key: Handle, message: Buffer, signature: Buffer): boolean {
    try {
      return this.#guarded(() => {
        this.module.C_VerifyInit(this.session, mechanism, key)
        return this.module.C_Verify(this.session, message, signature)
      })
    } catch (error) {
      const value = rvOf(error)
      if (value === rv.signatureInvalid || value === rv.signatureLenRange) return false
      throw error
    }
  }

  encrypt(mechanism: Mechanism, key: Handle, plaintext: Buffer, longest: number): Buffer {
    return this.#guarded(() => {
      this.module.C_EncryptInit(this.session, mechanism, key)
      return Buffer.from(this.module.C_Encrypt(this.session, plaintext, Buffer.alloc(longest)))
    })
  }

  /** What comes back is the caller's to wipe. */
  decrypt(mechanism: Mechanism, key: Handle, ciphertext: Buffer): Buffer {
    const plaintext = Buffer.alloc(ciphertext.length)
    try {
      return this.#guarded(() => {
        this.module.C_DecryptInit(this.session, mechanism, key)
        return Buffer.from(this.module.C_Decrypt(this.session, ciphertext, plaintext))
      })
    } finally {
      plaintext.fill(0)
    }
  }

  close(): void {
    try {
      this.module.C_Logout(this.#login)
      this.module.C_CloseAllSessions(this.slot)
      this.module.C_Finalize()
    } catch {
      // A token that is gone is closed.
    }
  }
}

/**
 * Opens the token and logs in.
 * @param pin - null where the token asks for it by a pad of its own.
 * @param step - is told what is about to be done.
 * @throws KeyriteError `PROVIDER_UNREACHABLE` if it is not there, `CREDENTIALS_REFUSED` with the tries that are left, `AMBIGUOUS`.
 */
export function openToken(
  module: PKCS11,
  place: Place,
  pin: Uint8Array | null,
  step: (now: string) => void,
): Token {
  const slot = slotOf(module, place)
  const what = `open the token ${place.serial}`
  try {
    const session = module.C_OpenSession(slot, readWrite)
    const token = new Token(module, place, slot, session)
    step(pin === null ? 'its keypad is waited for' : 'it is logged in to')
    logIn(token, session, pin)
    return token
  } catch (error) {
    throw failure(what, error)
  }
}

function logIn(token: Token, session: Handle, pin: Uint8Array | null): void {
  const {module, info} = token
  demandNotLocked(info)
  try {
    if (info.flags & ckf.protectedPath || pin === null) module.C_Login(session, user)
    // The driver takes nothing but a string here; it lives in this process alone, which ends with the work.
    else module.C_Login(session, user, Buffer.from(pin).toString('utf8'))
  } catch (error) {
    const value = rvOf(error)
    if (value === rv.userAlreadyLoggedIn) return
    const wrong: readonly (number | undefined)[] = [
      rv.pinIncorrect,
      rv.pinInvalid,
      rv.pinLenRange,
      rv.pinExpired,
      rv.pinLocked,
    ]
    if (!wrong.includes(value)) throw error
    throw new KeyriteError(
      'CREDENTIALS_REFUSED',
      `cannot log in to the token: ${wordsOf(error)}${triesLeft(token.info)}`,
      {
        hints: [
          'look whether it is the PIN of this token; do not try on: many lock for good',
          'keyrite profile check PROFILE',
        ],
      },
    )
  }
}

function closeQuietly(module: PKCS11, session: Handle): void {
  try {
    module.C_CloseSession(session)
  } catch {
    // A session of a token that is gone is closed.
  }
}

function triesLeft(info: TokenInfo): string {
  const said = pinTries(info)
  return said === null ? '' : `; ${said}`
}

function slotOf(module: PKCS11, {serial, label}: Place): Handle {
  const seen: string[] = []
  const fitting = module.C_GetSlotList(true).filter((slot) => {
    const info = module.C_GetTokenInfo(slot)
    if (trimmed(info.serialNumber) !== '') seen.push(`${trimmed(info.serialNumber)} (${trimmed(info.label)})`)
    return trimmed(info.serialNumber) === serial && (label === null || trimmed(info.label) === label)
  })
  const [only] = fitting
  if (only !== undefined && fitting.length === 1) return only
  if (fitting.length > 1)
    throw new KeyriteError(
      'AMBIGUOUS',
      `cannot tell which token is meant: ${fitting.length} have serial number "${serial}"`,
      {
        hints: ['--token-label LABEL'],
      },
    )
  throw new KeyriteError(
    'PROVIDER_UNREACHABLE',
    `cannot find the token with serial number "${serial}": the module shows ${seen.join(', ') || 'none'}`,
    {hints: ['connect it and switch it on, and the same command again', 'keyrite profile list']},
  )
}
