import type {KeyVaultKey} from '@azure/keyvault-keys'
import {KeyriteError} from '../../base/errors.ts'
import {seenAs} from '../../base/seen-as.ts'
import {visibleLine} from '../../base/visible.ts'
import {noDates, type Dates} from '../dates.ts'
import type {Found, IntentId, KeySpec, KeyStore, VersionRef} from '../ports.ts'
import {operationsOf, permitSpec, shapeOf} from './algorithms.ts'
import {deletedListed, keyNames, versionsListed} from './listed.ts'
import type {Service} from './service.ts'
import {settled} from './settling.ts'
import {deletedKey, describe, lookUp, onlyBringsIn, orNone, pending, tags, versionIds} from './versions.ts'

export function keyStore(service: Service): KeyStore {
  // A name that is there gets a further version, silently: so one at a time, and looked at first.
  let last: Promise<unknown> = Promise.resolve()
  const alone = async <T>(act: () => Promise<T>): Promise<T> => {
    const mine = last.then(act, act)
    last = mine.catch(() => undefined)
    return mine
  }
  return {
    async create(spec, intent, dates = noDates) {
      service.demandOpen()
      permitSpec(service.place, spec)
      return alone(async () => {
        await demandNew(service, spec, intent)
        const ref = refOf(await make(service, spec, intent, dates))
        await settled(`make key "${spec.label}"`, () => lookUp(service, ref))
        const all = await versionIds(service, spec.label)
        if (all.length > 1)
          throw new KeyriteError(
            'AMBIGUOUS',
            `cannot tell whose key "${spec.label}" is: somebody made one of that name in the same moment, and it has ${all.length} versions`,
            {changed: true, hints: [`keyrite key show ${spec.label}`]},
          )
        return ref
      })
    },

    async describe(ref) {
      // Nothing is taken to be gone by one look.
      const found = await seenAs(
        () => lookUp(service, ref),
        (one) => one !== undefined,
        1,
      )
      return found === undefined ? undefined : describe(found)
    },

    async *list() {
      for (const name of await keyNames(service))
        for (const version of await versionIds(service, name)) {
          const found = await lookUp(service, {key: name, version})
          const shown = found === undefined || onlyBringsIn(found.key) ? undefined : describe(found)
          if (shown !== undefined) yield shown
        }
      for (const {name} of await deletedListed(service)) {
        const deleted = await deletedKey(service, name)
        const shown = deleted === undefined || onlyBringsIn(deleted) ? undefined : describe(pending(deleted))
        if (shown !== undefined) yield shown
      }
    },

    async find(intent, before) {
      // A list that is late would have it made once more.
      return seenAs(
        () => find(service, intent, before),
        ({kind}) => kind !== 'none',
        2,
      )
    },
  }
}

export const refOf = ({name, properties}: KeyVaultKey): VersionRef => ({
  key: name,
  version: properties.version ?? '',
})

/** As the clients call them. */
export function datesFor({from, until}: Dates): {readonly notBefore?: Date; readonly expiresOn?: Date} {
  return {
    ...(from === null ? {} : {notBefore: from}),
    ...(until === null ? {} : {expiresOn: until}),
  }
}

/** A further version where the key is there. Asked once. */
export async function make(
  service: Service,
  spec: KeySpec,
  intent: IntentId,
  dates: Dates,
  what = `make key "${spec.label}"`,
): Promise<KeyVaultKey> {
  const {kty, keySize, curve} = shapeOf(spec.algorithm, service.place.protection === 'hsm')
  const made = await service.ask(what, () =>
    service.once.createKey(spec.label, kty, {
      ...(keySize === undefined ? {} : {keySize}),
      ...(curve === undefined ? {} : {curve}),
      keyOps: operationsOf(spec.purpose, 'enabled'),
      tags: tagsOf(spec, intent),
      ...datesFor(dates),
    }),
  )
  if (made.keyType === kty) return made
  throw new KeyriteError(
    'KEY_NOT_AS_PLANNED',
    `cannot rely on key "${spec.label}": ${kty} was asked for, and the service made ${visibleLine(String(made.keyType), 40)}, version ${visibleLine(made.properties.version ?? '', 64)}`,
    {
      changed: true,
      hints: [
        'it is there, and nobody’s: delete it at its place',
        'a vault without an HSM: a profile with --protection software',
      ],
    },
  )
}

export function tagsOf({algorithm, scheme, purpose}: KeySpec, intent: IntentId): Record<string, string> {
  return {
    ...{[tags.intent]: intent, [tags.scheme]: scheme, [tags.purpose]: purpose},
    [tags.algorithm]: algorithm,
  }
}

/** @throws KeyriteError `KEY_EXISTS` if the name is given, also to what is deleted and can be recovered, or the intent was carried out. */
export async function demandNew(service: Service, {label}: KeySpec, intent: IntentId): Promise<void> {
  // Azure would make one more version of it. Others do not tell what is disabled, but in lists.
  const isThere =
    (await versionIds(service, label)).length > 0 ||
    (await orNone(service, `look at key "${label}"`, () => service.patient.getKey(label))) !== undefined
  if (isThere)
    throw new KeyriteError('KEY_EXISTS', `cannot make key "${label}": the vault has one of that name`)
  if ((await deletedKey(service, label)) !== undefined)
    throw new KeyriteError(
      'KEY_EXISTS',
      `cannot make key "${label}": one of that name is deleted and can be recovered, so the name is taken`,
    )
  await demandUnused(service, label, intent)
}

/** @throws KeyriteError `KEY_EXISTS`. */
export async function demandUnused(service: Service, label: string, intent: IntentId): Promise<void> {
  if ((await find(service, intent, [])).kind !== 'none')
    throw new KeyriteError('KEY_EXISTS', `cannot make key "${label}": what was intended was made already`)
}

interface Made extends VersionRef {
  readonly at: number
}

/** By the tag that each version bears. A version that the vault made by its own schedule may bear those of the one before it: the oldest of a key is what was intended. */
async function find(service: Service, intent: IntentId, before: readonly VersionRef[]): Promise<Found> {
  const was = new Set(before.map(({key, version}) => `${key}/${version}`))
  const made: Made[] = []
  for (const key of await keyNames(service))
    for (const {version, tags: said, createdAt} of await versionsListed(service, key))
      if (said[tags.intent] === intent && !was.has(`${key}/${version}`))
        made.push({key, version, at: createdAt?.getTime() ?? 0})
  for (const {name, tags: said} of await deletedListed(service))
    if (said[tags.intent] === intent) {
      const deleted = await deletedKey(service, name)
      if (deleted !== undefined) made.push({...refOf(deleted), at: 0})
    }
  const refs = made
    .filter((one) => !made.some(({key, at}) => key === one.key && at < one.at))
    .map(({key, version}) => ({key, version}))
  const [only] = refs
  if (only === undefined) return {kind: 'none'}
  return refs.length === 1 ? {kind: 'one', ref: only} : {kind: 'ambiguous', refs}
}
