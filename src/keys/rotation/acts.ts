/** What a rotation does at the provider: another version of the key, and another one primary. */
import {KeyriteError} from '../../base/errors.ts'
import {Blob} from '../../ledger/index.ts'
import {isPair} from '../../providers/algorithms.ts'
import type {Dates} from '../../providers/dates.ts'
import type {KeySpec, Provider, VersionRef} from '../../providers/ports.ts'
import {undertake, type ActContext} from '../../requests/index.ts'
import {datesToKeep, demandKept, textOfDates} from '../dates.ts'
import {keysFold} from '../fold.ts'
import {availabilityOf} from '../lifecycle.ts'
import {keyVersion} from '../prove.ts'
import {openIntent, type Key, type ProbeResult} from '../state.ts'
import {isOfAlgorithm} from '../verify-signature.ts'
import {protectionIn} from '../protection.ts'
import {versionSchemas} from './entries.ts'
import {movedAliases, moveAliases, type Moving} from './aliases.ts'
import type {Made} from './native.ts'

/** Which version is made, and how. */
export interface Making {
  readonly number: number
  readonly made: Made
  /** Whether it takes the place of another, or waits. */
  readonly as: 'successor' | 'standby'
}

const typesOf = {
  successor: {intended: 'key.rotate.intended', done: 'key.rotated', failed: 'key.rotate.failed'},
  standby: {intended: 'key.standby.intended', done: 'key.standby.made', failed: 'key.standby.failed'},
} as const

/**
 * Makes another version where the key lies, in the way of that place: of the same key there, or as a key of its own. The
 * versions that are there are written down first, so that after a crash it is known whether one came to be.
 * @throws KeyriteError `AMBIGUOUS` if more than one did: which is ours, a person decides. `KEY_NOT_AS_PLANNED`.
 */
export async function makeVersion(
  context: ActContext,
  name: string,
  {number, made, as}: Making,
): Promise<void> {
  const {ledger} = context
  const {key, version: primary} = keyVersion(context, name, keyPrimary(context, name))
  const provider = await context.provider(key.profile)
  const open = openIntent(ledger.of(keysFold), as === 'standby' ? 'standby' : 'rotate', name, number)
  const before = open === undefined ? await versionsThere(provider, key) : versionsBefore(context, open.seq)
  const dates = datesAhead(provider, key, ledger.time)
  await undertake<VersionRef>(context, {
    types: typesOf[as],
    about: {key: name, version: number, profile: key.profile},
    intended: {before: before.map((ref) => ({...ref}))},
    open,
    approved: context.approved,
    find: async ({id}) => {
      const found = await provider.store.find(id, before)
      if (found.kind === 'ambiguous')
        throw new KeyriteError(
          'AMBIGUOUS',
          `cannot tell which version of key "${name}" was made: ${found.refs.length} appeared since entry ${open?.seq ?? ''}`,
          {
            hints: [
              ...found.refs.map(({version}) => `look at version ${version} at the provider`),
              'remove there what is not wanted, and the same command again',
            ],
          },
        )
      return found.kind === 'one' ? found.ref : undefined
    },
    act: ({id}) =>
      made === 'key'
        ? provider.store.create(ownSpec(key, number), id, dates)
        : provider.life.rotate(primary.ref.key, id, dates),
    confirm: (ref) => confirmVersion(provider, key, ref, dates),
  })
}

/** A further version ends when its key does; where that is over already, nobody has said when. */
function datesAhead({kind}: Provider, {spec}: Key, now: Date): Dates | undefined {
  const expires = spec.expires !== null && spec.expires > now.toISOString() ? spec.expires : null
  const from = spec.not_before ?? null
  return datesToKeep(kind, {expires, not_before: from !== null && from > now.toISOString() ? from : null})
}

/** A version that is a key of its own there has a name of its own too. */
function ownSpec({name, spec}: Key, number: number): KeySpec {
  const end = `-v${number}`
  const {algorithm, scheme, purpose} = spec
  return {label: `${name.slice(0, 63 - end.length)}${end}`, algorithm, scheme, purpose}
}

function keyPrimary({ledger}: Pick<ActContext, 'ledger'>, name: string): number {
  return ledger.of(keysFold).keys.get(name)?.primary ?? 0
}

/** Every version of the key that the provider has now. */
async function versionsThere(provider: Provider, key: Key): Promise<readonly VersionRef[]> {
  const own = new Set(key.versions.map(({ref}) => ref.key))
  const there: VersionRef[] = []
  for await (const {ref} of provider.store.list()) if (own.has(ref.key)) there.push(ref)
  return there.sort((a, b) => (`${a.key}/${a.version}` < `${b.key}/${b.version}` ? -1 : 1))
}

function versionsBefore({ledger}: ActContext, seq: number): readonly VersionRef[] {
  const entry = ledger.view.entry(seq)
  if (entry === undefined) throw new TypeError('an open intent stands in the ledger')
  return versionSchemas['key.rotate.intended'].parse(entry.data).before
}

async function confirmVersion(provider: Provider, key: Key, ref: VersionRef, dates: Dates | undefined) {
  const {algorithm, scheme, purpose} = key.spec
  const wrong = (fact: string): KeyriteError =>
    new KeyriteError('KEY_NOT_AS_PLANNED', `cannot accept a version of key "${key.name}": ${fact}`, {
      changed: true,
      hints: ['look at the provider'],
    })
  if (key.versions.some((one) => one.ref.key === ref.key && one.ref.version === ref.version))
    throw wrong('the provider calls a version that was there before the new one')
  const now = await provider.store.describe(ref)
  if (now?.spec.algorithm !== algorithm || now.spec.scheme !== scheme || now.spec.purpose !== purpose)
    throw wrong('the provider made another than was planned')
  demandKept(key.name, dates, now)
  const spki = isPair(algorithm) ? await provider.use.publicKey(ref) : null
  if (spki !== null && !isOfAlgorithm(algorithm, spki)) throw wrong(`its public key is not ${algorithm}`)
  return {
    ref: {...ref},
    public: spki === null ? null : new Blob(spki, 'application/pkix-spki'),
    protection: await protectionIn(provider, ref),
    generation: await provider.evidence.generation(),
    ...(dates === undefined ? {} : {dates: {...textOfDates(dates)}}),
  }
}

/**
 * Another version is the one to be used from now on. It must be there and usable: the provider is asked.
 * @param aliases - that stand for it from then on, where its service has such names
 */
export async function makePrimary(
  context: ActContext,
  name: string,
  {from, to, aliases}: {readonly from: number; readonly to: number; readonly aliases: readonly string[]},
): Promise<void> {
  const {ledger} = context
  const {key, version} = keyVersion(context, name, to)
  const provider = await context.provider(key.profile)
  const open = openIntent(ledger.of(keysFold), 'primary', name, to)
  const moving: Moving = {
    // What was begun with some is ended with the same.
    aliases: open === undefined ? aliases : aliasesBegun(context, open.seq),
    from: keyVersion(context, name, from).version.ref,
    to: version.ref,
  }
  await undertake<null>(context, {
    types: {intended: 'key.primary.intended', done: 'key.primary.changed', failed: 'key.primary.failed'},
    about: {key: name, from, to, profile: key.profile},
    intended: moving.aliases.length === 0 ? {} : {aliases: [...moving.aliases]},
    open,
    approved: context.approved,
    find: () => Promise.resolve(undefined), // asking again does no harm
    // Which version is primary, the ledger says; a place that has a primary one of its own is told.
    act: async () => {
      await provider.life.setPrimary?.(version.ref)
      await moveAliases(provider, moving)
      return null
    },
    confirm: async () => {
      const now = await provider.store.describe(version.ref)
      const ok = now?.availability === availabilityOf.active
      if (!ok)
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          `cannot make version ${to} of key "${name}" primary: the provider says ${now?.availability ?? 'that it is gone'}`,
          {hints: [`keyrite key show ${name}`]},
        )
      const told: ProbeResult[] =
        provider.life.setPrimary === undefined
          ? []
          : [
              {
                probe: 'primary',
                ok: true,
                evidence: 'asserted',
                detail: `the provider was told that version ${to} is primary, and says so where it has one`,
              },
            ]
      const {moved, results} = await movedAliases(provider, moving)
      return {
        ...(moving.aliases.length === 0 ? {} : {aliases: [...moved]}),
        results: [
          ...[...told, ...results].map((one) => ({...one})),
          {
            probe: 'available',
            ok,
            evidence: 'asserted',
            detail: `the provider says that version ${to} is ${now.availability}`,
          },
        ],
        generation: await provider.evidence.generation(),
      }
    },
  })
}

function aliasesBegun({ledger}: ActContext, seq: number): readonly string[] {
  const entry = ledger.view.entry(seq)
  if (entry === undefined) throw new TypeError('an open intent stands in the ledger')
  return versionSchemas['key.primary.intended'].parse(entry.data).aliases ?? []
}
