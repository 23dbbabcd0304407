/** What a module shows before anybody logs in: its tokens, and who each says it is. */
import type {PKCS11, TokenInfo} from 'pkcs11js'
import type {Identity} from '../ports.ts'

export interface Shown {
  /** Of the token's maker, model and serial number. */
  readonly identity: Identity
  readonly label: string
  /** `CKF_`, section 4.5. */
  readonly flags: number
}

/** Slots without a token, and tokens that nobody made ready, are left out. */
export function shownBy(module: PKCS11): readonly Shown[] {
  return module
    .C_GetSlotList(true)
    .map((slot) => module.C_GetTokenInfo(slot))
    .filter(({serialNumber}) => trimmed(serialNumber) !== '')
    .map((info) => ({identity: identityOf(info, null), label: trimmed(info.label), flags: info.flags}))
}

/** @param label - where the token was chosen by it, as another has the same serial number: then it is part of who it is. */
export function identityOf(info: TokenInfo, label: string | null): Identity {
  return {
    kind: 'pkcs11',
    manufacturer: trimmed(info.manufacturerID),
    model: trimmed(info.model),
    serial: trimmed(info.serialNumber),
    ...(label === null ? {} : {label: trimmed(info.label)}),
  }
}

/** Fields are padded with blanks or zeros. */
export function trimmed(text: string): string {
  return text.replace(/[\0 ]+$/, '').replace(/^[\0 ]+/, '')
}
