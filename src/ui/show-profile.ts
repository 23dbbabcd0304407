/** Profiles as documents (`keyrite.profile/1`) and for reading. */
import {keysFold} from '../keys/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {
  generationOf,
  inWords,
  profilesFold,
  readConfig,
  type LocalSettings,
  type Profile,
} from '../profiles/index.ts'
import {providerKind} from '../providers/registry.ts'
import type {Print} from './print.ts'

export interface ProfileDocument {
  readonly name: string
  readonly kind: string
  readonly environment: string
  readonly identity: Readonly<Record<string, string>>
  /** Whether keys there can lie in hardware at all. */
  readonly hardware: string
  readonly prover: string | null
  readonly addedAt: string
  readonly generation: number | null
  readonly keys: readonly string[]
  /** What this machine needs to reach it; null where config.yaml does not say. */
  readonly settings: Readonly<Record<string, string>> | null
  readonly pinFile: string | null
}

export function profileDocument(ledger: Pick<Ledger, 'of'>, home: string, profile: Profile): ProfileDocument {
  const local: LocalSettings | undefined = readConfig(home).get(profile.name)
  return {
    name: profile.name,
    kind: profile.kind,
    environment: profile.environment,
    identity: profile.identity,
    hardware: providerKind(profile.kind).hardware,
    prover: profile.prover,
    addedAt: profile.addedAt,
    generation: generationOf(ledger.of(profilesFold), profile),
    keys: keysAt(ledger, profile.name),
    settings: local?.settings ?? null,
    pinFile: local?.pinFile ?? null,
  }
}

/** The names of the keys that live there. */
export function keysAt(ledger: Pick<Ledger, 'of'>, profile: string): string[] {
  return [...ledger.of(keysFold).keys.values()]
    .filter((key) => key.profile === profile)
    .map(({name}) => name)
    .sort()
}

export function profileLines(print: Print, profile: ProfileDocument): string[] {
  const settings = Object.entries(profile.settings ?? {}).map(([name, value]) => `${name} ${value}`)
  return print.facts([
    ['Profile', profile.name],
    ['Kind', profile.kind],
    ['Environment', profile.environment],
    ['Identity', inWords(profile.identity)],
    ['Hardware', profile.hardware],
    ['Tried by', profile.prover],
    ['Added', profile.addedAt],
    ['Generation', profile.generation],
    ['Keys', profile.keys.length === 0 ? 'none' : profile.keys],
    [
      'From here',
      profile.settings === null ? 'not to be reached: config.yaml does not say where it lies' : settings,
    ],
    ['PIN file', profile.pinFile],
  ])
}
