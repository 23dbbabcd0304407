/** What an object on the token says of itself, in its label: a PKCS#11 object has no other place for it. */
import {purposes, schemes} from '../algorithms.ts'
import type {KeySpec} from '../ports.ts'

/** All but the algorithm, which the object's own attributes tell. */
export interface Labelled {
  readonly label: string
  /** Counted from 1. */
  readonly number: number
  readonly scheme: KeySpec['scheme']
  readonly purpose: KeySpec['purpose']
  readonly createdAt: Date
}

/** `NAME v1 SCHEME PURPOSE 2026-11-28T09:30:00Z`. Anybody with the PIN can change it: it is for people, and never an identity. */
export function labelOf({label, number, scheme, purpose, createdAt}: Labelled): string {
  return `${label} v${number} ${scheme} ${purpose} ${createdAt.toISOString().replace(/\.\d+Z$/, 'Z')}`
}

const form =
  /^([a-z][a-z0-9-]{0,62}) v([1-9]\d{0,5}) ([a-z0-9-]+) ([a-z]+) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/

/** @returns undefined where somebody else named the object. */
export function parseLabel(text: string): Labelled | undefined {
  const [, label = '', number, scheme, purpose, time = ''] = form.exec(text) ?? []
  const known = {
    scheme: schemes.find((one) => one === scheme),
    purpose: purposes.find((one) => one === purpose),
  }
  const createdAt = new Date(time)
  if (known.scheme === undefined || known.purpose === undefined || Number.isNaN(createdAt.getTime()))
    return undefined
  return {label, number: Number(number), scheme: known.scheme, purpose: known.purpose, createdAt}
}
