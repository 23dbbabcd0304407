/** What a version may do: by its purpose, always; by its state, now. The one place where either is decided. */
import {KeyriteError} from '../../base/errors.ts'
import type {Algorithm} from '../algorithms.ts'
import {probeLabel} from '../ports.ts'
import {demandFitting, operationsFor, type Operation} from '../purposes.ts'
import type {KeySpec} from '../ports.ts'
import type {About, State} from './records.ts'

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
  const possible = operationsFor(object)
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
export function permitSpec(spec: KeySpec, offered: readonly Algorithm[]): void {
  const {label, algorithm} = spec
  demandFitting(spec)
  if (!offered.includes(algorithm))
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot create key "${label}": the software token has no ${algorithm}, but ${offered.join(', ')}`,
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
