/**
 * What must be encrypted again because the material under which it lies must change, in the order in which it is dealt with (K6).
 * Where the data is, and how much, keyrite does not know: of what lies under a key itself it names those who use the key. So what
 * was done of that is what a person said; only of data keys that are wrapped anew is it seen.
 */
import {custodyFold} from '../../custody/index.ts'
import {duties, statusOfDuty, type Duty, type DutyStatus} from '../../duties/index.ts'
import type {Ledger} from '../../ledger/index.ts'
import {dataKeysUnder, envelopes} from '../envelope/state.ts'
import {keysFold} from '../fold.ts'
import {livingUnder} from '../hierarchy/parents.ts'
import {rotations, type Rotation} from '../rotation/state.ts'
import {classifications} from '../spec.ts'
import type {Key, Version} from '../state.ts'

/** Why, the gravest first. */
export const reasons = ['compromised', 'contained', 'going', 'retired', 'wanted'] as const
export type Reason = (typeof reasons)[number]

export interface ToReencrypt {
  readonly key: string
  readonly version: number
  readonly reason: Reason
  /** `data`: under the key itself; `data-key`: wrapped under it, with what that protects; `key`: a key below it. */
  readonly what: 'data' | 'data-key' | 'key'
  /** Of `data` who uses the key; null where nobody is named. Else the name of the data key, or of the key. */
  readonly name: string | null
  /** Whose it is: of the roster, or as it was named. */
  readonly owner: string
  readonly classification: string
  readonly lastUsed: string | null
  /** When the material is to go, where that is known. */
  readonly until: string | null
  readonly act: 'encrypt-again' | 'wrap-anew' | 'new-data-key' | 'rotate'
  /** The duty that keeps what was said of it; null where none was opened. */
  readonly duty: {readonly id: string; readonly status: DutyStatus; readonly due: string} | null
}

type Known = Pick<Ledger, 'of' | 'time' | 'view'>

/** What a duty of it is called: each once for a version, and for who uses it. */
export function dutyNameOf(version: number, at: number): string {
  return `encrypt-again-v${version}-${at}`
}

/** @param wanted - a version that is in use, and shall be treated as if its material had to change. */
export function reencryptPlan(ledger: Known, key: Key, wanted: number | null = null): readonly ToReencrypt[] {
  if (key.spec.purpose === 'sign' || key.spec.purpose === 'mac') return []
  const rotation = ledger.of(rotations).last.get(key.name)
  return key.versions
    .flatMap((version) => {
      const reason = reasonOf(key, version, {rotation, wanted})
      return reason === null ? [] : [...under(ledger, key, version, reason)]
    })
    .sort(worstFirst)
}

/** Of all keys. */
export function wholeReencryptPlan(ledger: Known): readonly ToReencrypt[] {
  return [...ledger.of(keysFold).keys.values()].flatMap((key) => reencryptPlan(ledger, key)).sort(worstFirst)
}

/** Whether nothing is left to be done of it, as far as somebody said so. */
export function isSaidDone({duty}: ToReencrypt): boolean {
  return duty?.status === 'done'
}

function reasonOf(
  {primary}: Key,
  version: Version,
  {rotation, wanted}: {readonly rotation: Rotation | undefined; readonly wanted: number | null},
): Reason | null {
  const {state, containedBy, version: number} = version
  if (state === 'destroyed' || state === 'pre-active') return null
  if (version.compromisedAt !== null) return 'compromised'
  if (containedBy !== null) return 'contained'
  if (state === 'destruction-scheduled') return 'going'
  // One that a rotation or a standby made, and that never was primary, has nothing under it.
  const was = number < primary || (rotation?.to === number && rotation.at.primary !== undefined)
  if (state === 'deactivated' || (state === 'active' && number !== primary && was)) return 'retired'
  return number === wanted ? 'wanted' : null
}

function* under(ledger: Known, key: Key, version: Version, reason: Reason): Generator<ToReencrypt> {
  const {keys} = ledger.of(keysFold)
  const name = namesIn(ledger)
  const common = {
    key: key.name,
    version: version.version,
    reason,
    classification: key.spec.classification,
    lastUsed: version.usedUntil ?? version.activatedAt,
    until: version.destroyAt,
  }
  // Whoever has the material of a key has what lies wrapped under it: then another wrapping mends nothing.
  const exposed = reason === 'compromised' || reason === 'contained'
  if (version.activatedAt !== null && key.spec.purpose !== 'wrap') {
    const users = key.spec.consumers.length === 0 ? [null] : key.spec.consumers
    for (const [at, user] of users.entries())
      yield {
        ...common,
        ...{what: 'data', name: user === null ? null : name(key, user), owner: name(key, key.spec.owner)},
        ...{act: 'encrypt-again', duty: dutyOf(ledger, key, dutyNameOf(version.version, at + 1))},
      }
  }
  for (const one of dataKeysUnder(ledger.of(envelopes), key.name)) {
    if (one.version !== version.version) continue
    yield {
      ...{...common, classification: one.classification, lastUsed: one.wrappedAt},
      ...{what: 'data-key', name: one.name, owner: name(key, key.spec.owner)},
      ...{act: exposed ? 'new-data-key' : 'wrap-anew', duty: null},
    }
  }
  if (!exposed) return
  for (const child of livingUnder(ledger.view, key.name)) {
    const below = keys.get(child)
    if (below === undefined) continue
    yield {
      ...{...common, classification: below.spec.classification},
      ...{what: 'key', name: child, owner: name(below, below.spec.owner), act: 'rotate', duty: null},
    }
  }
}

function namesIn(ledger: Known): (key: Key, party: string) => string {
  const {roster} = ledger.of(custodyFold)
  return (key, party) => key.names[party] ?? roster.get(party)?.name ?? party
}

/** The newest duty of this name on this key. */
function dutyOf(ledger: Known, key: Key, called: string): ToReencrypt['duty'] {
  const found = [...ledger.of(duties).values()].findLast(
    (one: Duty) => one.key === key.name && one.name === called,
  )
  return found === undefined ? null : {id: found.id, status: statusOfDuty(found, ledger.time), due: found.due}
}

/** What was done goes last; then by the reason, by how sensitive it is, by when the material goes, and by when it was used last. */
function worstFirst(a: ToReencrypt, b: ToReencrypt): number {
  const last = '9999'
  return (
    Number(isSaidDone(a)) - Number(isSaidDone(b)) ||
    reasons.indexOf(a.reason) - reasons.indexOf(b.reason) ||
    rank(a) - rank(b) ||
    compare(a.until ?? last, b.until ?? last) ||
    compare(b.lastUsed ?? '', a.lastUsed ?? '') ||
    compare(`${a.key} ${a.version} ${a.name ?? ''}`, `${b.key} ${b.version} ${b.name ?? ''}`)
  )
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

function rank({classification}: ToReencrypt): number {
  return (classifications as readonly string[]).indexOf(classification)
}
