/**
 * What keyrite calls a key at the server: `label.scheme.purpose.intent`. Transit has no other place for them: its keys bear
 * neither labels nor a purpose, and after a crash a key must be found again by the intent that made it.
 */
import {purposes, purposesOf, schemes, schemesOf, type Algorithm} from '../algorithms.ts'
import type {IntentId, KeySpec} from '../ports.ts'

export interface Name extends Omit<KeySpec, 'algorithm'> {
  readonly intent: IntentId
}

/** What a key of others can be to keyrite: the server fixes neither scheme nor purpose, so it is the first of each. */
export function othersName(text: string, algorithm: Algorithm): Omit<Name, 'intent'> & {intent: null} {
  const scheme = schemesOf[algorithm][0]
  return {label: text, scheme, purpose: purposesOf(scheme)[0] ?? 'sign', intent: null}
}

/** What the server calls a key, by anybody. */
export const anyName = /^\w(?:[\w.-]{0,250}\w)?$/

export function nameOf({label, scheme, purpose}: Omit<KeySpec, 'algorithm'>, intent: IntentId): string {
  return `${label}.${scheme}.${purpose}.${intent}`
}

/** @returns undefined for what keyrite did not make. */
export function readName(text: string): Name | undefined {
  const [label = '', scheme, purpose, intent = '', ...more] = text.split('.')
  const knownScheme = schemes.find((one) => one === scheme)
  const knownPurpose = purposes.find((one) => one === purpose)
  if (more.length > 0 || knownScheme === undefined || knownPurpose === undefined) return undefined
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(label) || !/^[0-9a-f]{32}$/.test(intent)) return undefined
  if (!purposesOf(knownScheme).includes(knownPurpose)) return undefined
  return {label, scheme: knownScheme, purpose: knownPurpose, intent}
}
