/** What goes between keyrite and the host process. It goes over a pipe between the two, and nowhere else. */
import type {ErrorCode} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'

export interface Question {
  readonly id: number
  readonly port: 'look' | 'offered' | 'make' | 'open' | 'store' | 'use' | 'life' | 'move' | 'evidence'
  readonly method: string
  readonly args: readonly unknown[]
}

/** Said before each step of opening: of one that hangs it is known which. */
export interface Step {
  readonly step: string
}

export type Answer = {readonly id: number} & (
  | {readonly value: unknown}
  | {
      readonly error: {
        readonly code: ErrorCode
        readonly message: string
        readonly hints: string[]
        readonly changed: boolean
      }
    }
  | {readonly bug: string}
)

/** What crosses as something else: a secret as its bytes, a time as its number. */
interface Bare {
  readonly 'keyrite secret': Uint8Array
}
interface Moment {
  readonly 'keyrite time': number
}

/** A copy, also of a secret's bytes: whoever sends it wipes it afterwards. */
export function toWire(value: unknown): unknown {
  if (value instanceof Secret) return value.use((bytes): Bare => ({'keyrite secret': Uint8Array.from(bytes)}))
  if (value instanceof Date) return {'keyrite time': value.getTime()} satisfies Moment
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  return Array.isArray(value) ? value.map(toWire) : mapped(value, toWire)
}

export function fromWire(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  if (isBare(value)) return new Secret(value['keyrite secret'])
  if ('keyrite time' in value) return new Date(Number(value['keyrite time']))
  return Array.isArray(value) ? value.map(fromWire) : mapped(value, fromWire)
}

export function wipe(value: unknown): void {
  if (isBare(value)) value['keyrite secret'].fill(0)
}

function isBare(value: unknown): value is Bare {
  return typeof value === 'object' && value !== null && 'keyrite secret' in value
}

function mapped(value: object, act: (one: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, act(one)]))
}
