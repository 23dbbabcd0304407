/** What a module shows before anybody logs in: its tokens, and who each says it is. */
import type {Handle, MechanismInfo, PKCS11, TokenInfo} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'
import type {Identity} from '../ports.ts'
import {ckf} from './constants.ts'
import {isGone, rvOf} from './failures.ts'

export interface Shown {
  /** Of the token's maker, model and serial number. */
  readonly identity: Identity
  readonly label: string
  /** `CKF_`, section 4.5. */
  readonly flags: number
}

/** Which token is none of those that the module shows, or was not said. @param seen - each in words. */
export function noSuchToken(serial: string | null, seen: readonly string[]): KeyriteError {
  const shows = `the module shows ${seen.join(', ') || 'none'}`
  if (serial === null)
    return new KeyriteError('USAGE', `cannot tell which token is meant: ${shows}`, {
      hints: ['the same command with --token-serial SERIAL'],
    })
  return new KeyriteError(
    'PROVIDER_UNREACHABLE',
    `cannot find the token with serial number "${serial}": ${shows}`,
    {hints: ['connect it and switch it on, and the same command again', 'keyrite profile list']},
  )
}

/** Slots without a token, and tokens that nobody made ready, are left out. */
export function shownBy(module: PKCS11): readonly Shown[] {
  return tokensOf(module)
    .filter(({info}) => trimmed(info.serialNumber) !== '')
    .map(({info}) => ({identity: identityOf(info, null), label: trimmed(info.label), flags: info.flags}))
}

/**
 * Every token that can be asked who it is. One slot that fails, as an empty one that a module lists, hides no other; and one that
 * nobody made ready, as the slot that some keep for the next token, is none beside the token that has the same serial number.
 */
export function tokensOf(module: PKCS11): readonly {readonly slot: Handle; readonly info: TokenInfo}[] {
  const all = module.C_GetSlotList(true).flatMap((slot) => {
    try {
      return [{slot, info: module.C_GetTokenInfo(slot)}]
    } catch (error) {
      if (rvOf(error) === undefined) throw error
      return []
    }
  })
  const isReady = ({flags}: TokenInfo): boolean => (flags & ckf.tokenInitialized) !== 0
  const ready = new Set(all.filter(({info}) => isReady(info)).map(({info}) => trimmed(info.serialNumber)))
  return all.filter(({info}) => isReady(info) || !ready.has(trimmed(info.serialNumber)))
}

/** What a token says that it can do, by number. */
export function mechanismsOf(module: PKCS11, slot: Handle): ReadonlyMap<number, MechanismInfo> {
  return new Map(module.C_GetMechanismList(slot).map((one) => [one, infoOf(module, slot, one)] as const))
}

/** Some list what they say nothing of: then nothing is held against it, and nothing for it. */
function infoOf(module: PKCS11, slot: Handle, mechanism: number): MechanismInfo {
  try {
    return module.C_GetMechanismInfo(slot, mechanism)
  } catch (error) {
    if (rvOf(error) === undefined || isGone(error)) throw error
    return {minKeySize: 0, maxKeySize: 0, flags: 0}
  }
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

/** Fields are padded with blanks or zeros; after a zero some leave what lay in memory before. */
export function trimmed(text: string): string {
  const [first = ''] = text.replace(/^[\0 ]+/, '').split('\0')
  return first.trimEnd()
}
