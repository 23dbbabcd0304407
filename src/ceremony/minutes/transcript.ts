/** What minutes are written from: the replayed state and the entries of one ceremony. */
import {jcs, type Json} from '../../base/jcs.ts'
import {custodyFold, type Person, type Roster} from '../../custody/index.ts'
import {isPrivate, type Entry, type View} from '../../ledger/index.ts'
import type {Operations} from '../../requests/index.ts'
import type {Ceremony} from '../state.ts'
import {scriptOf, type Script} from './script.ts'

export interface Minuted {
  readonly view: View
  /** Those of this ceremony, in order, and all that say what was erased; others may stand among them. */
  readonly entries: readonly Entry[]
  /** How plans are put into words. */
  readonly operations: Operations
  readonly ceremony: Ceremony
  /** What of the private values may be read. */
  readonly level: 'full' | 'restricted' | 'public'
}

/** The same, with what every part of the minutes asks for. */
export class Transcript {
  readonly view: View
  readonly ceremony: Ceremony
  readonly operations: Operations
  /** Of this ceremony, in order, without bundles made of it: making a bundle must not change what is in it. */
  readonly entries: readonly Entry[]
  readonly script: Script
  readonly level: Minuted['level']
  readonly roster: Roster
  /** The day it began, `2026-11-24`. */
  readonly day: string

  readonly #erased: ReadonlySet<string>

  /** @throws KeyriteError `TEMPLATE_INVALID`. */
  constructor({view, entries, operations, ceremony, level}: Minuted) {
    this.view = view
    this.ceremony = ceremony
    this.operations = operations
    this.entries = entries.filter((one) => one.ceremony === ceremony.id && one.type !== 'bundle.made')
    this.level = level
    this.#erased = new Set(entries.flatMap(erasedBy))
    this.script = scriptOf(view, ceremony, (commitment) => this.missing(commitment))
    this.roster = view.of(custodyFold).roster
    this.day = ceremony.opened.time.slice(0, 10)
  }

  of(type: string): readonly Entry[] {
    return this.entries.filter((one) => one.type === type)
  }

  person(id: string): Person | undefined {
    return this.roster.get(id)
  }

  /** What a person is called: name, else address, else id. */
  name(id: string): string {
    const person = this.person(id)
    return person?.name ?? person?.address ?? id
  }

  names(ids: readonly string[]): string {
    return ids.map((id) => this.name(id)).join(', ')
  }

  /** The people of a ceremony role. */
  holders(role: string): readonly string[] {
    return this.ceremony.participants.find((one) => one.role === role)?.people ?? []
  }

  /** What stands in place of a private value that is not here. */
  missing(commitment: string): string {
    return this.#erased.has(commitment) ? '[erased]' : '[withheld]'
  }

  /** A value of an entry in words; a private one opened. */
  text(value: Json | undefined): string {
    if (isPrivate(value)) {
      const opened = this.view.open(value)
      return opened === undefined ? this.missing(value.$) : this.text(opened)
    }
    if (value === undefined || value === null) return 'unknown'
    if (typeof value === 'string') return value
    if (Array.isArray(value) && value.length === 0) return 'none'
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ')
    return jcs(value)
  }

  /** `14:03:22`, with the date before it where that is not the day on which the ceremony began. All UTC. */
  time(at: string): string {
    const clock = at.slice(11, 19)
    return at.startsWith(this.day) ? clock : `${at.slice(0, 10)} ${clock}`
  }
}

function erasedBy({type, data}: Entry): readonly string[] {
  const {commitments} = data
  return type === 'openings.erased' && Array.isArray(commitments) ? commitments.map(String) : []
}

/** `2026-11-24 14:03:22 UTC`. */
export function utc(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`
}
