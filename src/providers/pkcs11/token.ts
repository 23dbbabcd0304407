/** One token of one module, open and logged in: what all ports work on. It lives in the host process (`host.ts`). */
import type {Attribute, Handle, Mechanism, MechanismInfo, PKCS11, TokenInfo} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import {failure, rv, rvOf} from './failures.ts'
import {logIn} from './login.ts'
import {mechanismsOf, noSuchToken, tokensOf, trimmed} from './shown.ts'

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
    this.#session ??= this.#another()
    return this.#session
  }

  /** Some have one session for everybody: then the one that keeps the login works too. */
  #another(): Handle {
    try {
      return this.module.C_OpenSession(this.slot, readWrite)
    } catch (error) {
      if (rvOf(error) !== rv.sessionCount) throw error
      return this.#login
    }
  }

  /** A failed operation can stay open and block its session (0x90): the next one gets another. */
  #guarded<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      const session = this.#session
      if (session !== this.#login) {
        this.#session = undefined
        if (session !== undefined) closeQuietly(this.module, session)
      }
      throw error
    }
  }

  get info(): TokenInfo {
    return this.module.C_GetTokenInfo(this.slot)
  }

  /** What it says that it can do, by number. */
  get mechanisms(): ReadonlyMap<number, MechanismInfo> {
    this.#mechanisms ??= mechanismsOf(this.module, this.slot)
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
      // Some say yes, and give none of it. Views of the driver's own memory: copied.
      const value = one?.value as Uint8Array | undefined
      return value === undefined ? undefined : Buffer.from(value)
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
    logIn(module, slot, session, pin, step)
    return new Token(module, place, slot, session)
  } catch (error) {
    throw failure(what, error)
  }
}

function closeQuietly(module: PKCS11, session: Handle): void {
  try {
    module.C_CloseSession(session)
  } catch {
    // A session of a token that is gone is closed.
  }
}

/** @throws KeyriteError `PROVIDER_UNREACHABLE`, `AMBIGUOUS` where it is not the one token. */
export function slotOf(module: PKCS11, {serial, label}: Place): Handle {
  const seen: string[] = []
  const fitting = tokensOf(module).filter(({info}) => {
    const own = {serial: trimmed(info.serialNumber), label: trimmed(info.label)}
    if (own.serial !== '') seen.push(`${own.serial} (${own.label})`)
    else if (own.label !== '') seen.push(`one without a serial number (${own.label}), which cannot be chosen`)
    return own.serial === serial && (label === null || own.label === label)
  })
  const [only] = fitting
  if (only !== undefined && fitting.length === 1) return only.slot
  if (fitting.length > 1)
    throw new KeyriteError(
      'AMBIGUOUS',
      `cannot tell which token is meant: ${fitting.length} have serial number "${serial}"${label === null ? '' : ` and label "${label}"`}`,
      {
        hints: [
          label === null
            ? '--token-label LABEL'
            : 'give one of them another label with the tool of its maker, or take it out',
        ],
      },
    )
  throw noSuchToken(serial, seen)
}
