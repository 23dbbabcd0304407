/** What a version may do: by its purpose, always; by its state, now. The one place where either is decided. */
import {KeyriteError} from '../../base/errors.ts'
import type {Algorithm, Purpose} from '../algorithms.ts'
import {algorithms, isPair, purposes, purposesOf, schemesOf} from '../algorithms.ts'
import {probeLabel} from '../ports.ts'
import type {KeySpec} from '../ports.ts'
import type {About, State} from './records.ts'

export type Operation = 'sign' | 'verify' | 'encrypt' | 'decrypt' | 'wrap' | 'unwrap' | 'mac' | 'publicKey'

/** One key has one purpose. A MAC is checked by whoever holds the key, so `verify` belongs to `mac` too. */
const operationsOf = {
  sign: ['sign', 'verify', 'publicKey'],
  encrypt: ['encrypt', 'decrypt'],
  wrap: ['wrap', 'unwrap', 'publicKey'],
  mac: ['mac', 'verify'],
  decrypt: ['decrypt', 'publicKey'],
} as const satisfies Record<Purpose, readonly Operation[]>

type Rule = 'yes' | 'labelled' | 'no'
const nothing = {
  sign: 'no',
  verify: 'no',
  encrypt: 'no',
  decrypt: 'no',
  wrap: 'no',
  unwrap: 'no',
  mac: 'no',
  publicKey: 'no',
} as const

/** `labelled`: only over messages, plaintexts and materials that begin with `probeLabel`; decrypting gives out no others. */
const allowedIn: Readonly<Record<State, Readonly<Record<Operation, Rule>>>> = {
  probe: {
    ...{sign: 'labelled', verify: 'yes', encrypt: 'labelled', decrypt: 'labelled'},
    ...{wrap: 'labelled', unwrap: 'labelled', mac: 'labelled', publicKey: 'yes'},
  },
  enabled: {
    ...{sign: 'yes', verify: 'yes', encrypt: 'yes', decrypt: 'yes'},
    ...{wrap: 'yes', unwrap: 'yes', mac: 'yes', publicKey: 'yes'},
  },
  historic: {...nothing, verify: 'yes', decrypt: 'yes', unwrap: 'yes', publicKey: 'yes'},
  disabled: nothing,
  'destruction-pending': nothing,
  destroyed: nothing,
}

/**
 * @param content - what is to be signed, encrypted, wrapped; null where it is known only afterwards (see `permitOutput`) or does not matter.
 * @throws KeyriteError `UNSUPPORTED` if its purpose does not allow the operation, `KEY_STATE` if its state does not.
 */
export function permit(object: About, operation: Operation, content: Uint8Array | null): void {
  const possible: readonly Operation[] = operationsOf[object.purpose].filter(
    (one) => one !== 'publicKey' || isPair(object.algorithm),
  )
  if (!possible.includes(operation)) {
    const can = possible.map((one) => (one === 'publicKey' ? 'give its public half' : one)).join(', ')
    throw new KeyriteError(
      'UNSUPPORTED',
      `${cannot(object, operation)}: a key to ${object.purpose} can ${can}`,
    )
  }
  const rule = allowedIn[object.state][operation]
  if (rule === 'no' || (rule === 'labelled' && content !== null && !isLabelled(content)))
    throw refused(object, operation)
}

/** The same for what an operation is about to give out. @throws KeyriteError `KEY_STATE` */
export function permitOutput(object: About, operation: Operation, content: Uint8Array): void {
  if (allowedIn[object.state][operation] === 'labelled' && !isLabelled(content))
    throw refused(object, operation)
}

/** @throws KeyriteError `USAGE` for a bad label, `UNSUPPORTED` if algorithm, scheme and purpose do not go together here. */
export function permitSpec(
  {label, algorithm, scheme, purpose}: KeySpec,
  offered: readonly Algorithm[],
): void {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(label))
    throw new KeyriteError('USAGE', 'expected a key label of 1 to 63 of a-z 0-9 -, starting with a letter')
  const cannot = `cannot create key "${label}"`
  if (!algorithms.includes(algorithm) || !offered.includes(algorithm))
    throw new KeyriteError(
      'UNSUPPORTED',
      `${cannot}: the software token has no ${algorithm}, but ${offered.join(', ')}`,
    )
  const schemes: readonly string[] = schemesOf[algorithm]
  if (!schemes.includes(scheme))
    throw new KeyriteError(
      'UNSUPPORTED',
      `${cannot}: ${algorithm} has no scheme ${scheme}, but ${schemes.join(', ')}`,
    )
  const fitting = purposesOf(scheme)
  if (!purposes.includes(purpose) || !fitting.includes(purpose))
    throw new KeyriteError(
      'UNSUPPORTED',
      `${cannot}: the purpose of ${scheme} is ${fitting.join(' or ')}, not ${purpose}`,
    )
}

function refused(object: About, operation: Operation): KeyriteError {
  const fact = object.state === 'probe' ? 'available for probes only' : object.state
  return new KeyriteError('KEY_STATE', `${cannot(object, operation)}: version ${object.version} is ${fact}`, {
    hints: [`keyrite key show ${object.label}`],
  })
}

function cannot({label}: About, operation: Operation): string {
  return `cannot ${operation === 'publicKey' ? 'give the public half of' : `${operation} with`} key "${label}"`
}

function isLabelled(content: Uint8Array): boolean {
  const label = Buffer.from(probeLabel)
  return label.equals(content.subarray(0, label.length))
}
