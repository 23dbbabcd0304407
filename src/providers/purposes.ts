/** What holds of a key at every place, before the place is asked: which operations its purpose has, and what goes together. */
import {KeyriteError} from '../base/errors.ts'
import {isPair, purposes, purposesOf, schemesOf, type Purpose} from './algorithms.ts'
import type {KeySpec} from './ports.ts'

export type Operation = 'sign' | 'verify' | 'encrypt' | 'decrypt' | 'wrap' | 'unwrap' | 'mac' | 'publicKey'

/** One key has one purpose (K8). A MAC is checked by whoever holds the key, so `verify` belongs to `mac` too. */
const operationsOf = {
  sign: ['sign', 'verify', 'publicKey'],
  encrypt: ['encrypt', 'decrypt'],
  wrap: ['wrap', 'unwrap', 'publicKey'],
  mac: ['mac', 'verify'],
  decrypt: ['decrypt', 'publicKey'],
} as const satisfies Record<Purpose, readonly Operation[]>

/** What a key can ever do: its purpose, and a public half only where it has one. */
export function operationsFor({
  purpose,
  algorithm,
}: Pick<KeySpec, 'purpose' | 'algorithm'>): readonly Operation[] {
  return operationsOf[purpose].filter((one) => one !== 'publicKey' || isPair(algorithm))
}

/** @throws KeyriteError `UNSUPPORTED` naming what the key can do. */
export function demandOperation(spec: Omit<KeySpec, 'scheme'>, operation: Operation): void {
  const can = operationsFor(spec)
  if (!can.includes(operation))
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot ${operation} with key "${spec.label}": a key to ${spec.purpose} can ${can.join(', ')}`,
    )
}

/** @throws KeyriteError `USAGE` for a bad label, `UNSUPPORTED` where algorithm, scheme and purpose never go together. */
export function demandFitting({label, algorithm, scheme, purpose}: KeySpec): void {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(label))
    throw new KeyriteError('USAGE', 'expected a key label of 1 to 63 of a-z 0-9 -, starting with a letter')
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot create key "${label}": ${fact}`)
  }
  const schemes: readonly string[] = schemesOf[algorithm]
  if (!schemes.includes(scheme)) refuse(`${algorithm} has no scheme ${scheme}, but ${schemes.join(', ')}`)
  const fitting = purposesOf(scheme)
  if (!purposes.includes(purpose) || !fitting.includes(purpose))
    refuse(`the purpose of ${scheme} is ${fitting.join(' or ')}, not ${purpose}`)
}
