/** Plans to take a backup of one key, and to put one back: pure, and thrown out before anybody is asked. */
import {z} from 'zod'
import {KeyriteError} from '../base/errors.ts'
import {askedFault, demandNoFault, onePhase, profileOf, type Key, type Planned} from '../keys/index.ts'
import type {View} from '../ledger/index.ts'
import type {KeyBackups} from '../providers/key-backups.ts'
import type {Provider} from '../providers/ports.ts'
import {providerKind} from '../providers/registry.ts'
import {formed, type Plan} from '../requests/index.ts'
import {keyBackupsFold, type TakenBackup} from './key-fold.ts'

type Known = Pick<View, 'of'>

const notToBeUsed = ['suspended', 'compromised', 'destruction-scheduled', 'destroyed'] as const

const about = {class: z.string(), id: z.string(), key: z.string(), versions: z.array(z.int().min(1)).min(1)}
const takeForm = z.strictObject({
  ...about,
  recipient: z.string(),
  /** Who opens it, where the service itself encrypts it. */
  opened_by: z.string().exactOptional(),
})
const putForm = z.strictObject({
  ...about,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** What nobody is to use, and is usable again where it is put; absent where there is none. */
  revives: z
    .array(z.strictObject({state: z.enum(notToBeUsed), version: z.int().min(1)}))
    .min(1)
    .exactOptional(),
})

/** @throws TypeError. */
export const takeOf = (plan: Plan): z.infer<typeof takeForm> => formed(takeForm, plan)

/** @throws TypeError. */
export const putOf = (plan: Plan): z.infer<typeof putForm> => formed(putForm, plan)

/** @throws KeyriteError `UNSUPPORTED` naming what the place does instead. */
export function keyBackupsOf({kind, keyBackups}: Pick<Provider, 'kind' | 'keyBackups'>): KeyBackups {
  if (keyBackups !== undefined) return keyBackups
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot take or put back a backup of a key in a place of kind ${kind}: it gives out none of single keys`,
    {
      hints: [
        ...(providerKind(kind).keptBy ?? []),
        'keyrite share split --key NAME, of a key that may leave',
      ],
    },
  )
}

/** All versions that lie under one name at the provider. */
export function versionsUnder({versions}: Pick<Key, 'versions'>, id: string): number[] {
  return versions.filter(({ref}) => ref.key === id).map(({version}) => version)
}

/** @param refusal - why the provider would not give it; undefined where it would. @throws KeyriteError `UNSUPPORTED`, `KEY_STATE`, `POLICY_REFUSES`. */
export function planTake(
  view: Known,
  key: Key,
  recipient: string,
  {refusal, openedBy}: {readonly refusal: string | undefined; readonly openedBy: string | undefined},
): Planned {
  const primary = key.versions.find(({version}) => version === key.primary)
  if (refusal !== undefined)
    throw new KeyriteError('UNSUPPORTED', `cannot take a backup of key "${key.name}": ${refusal}`, {
      hints: [`keyrite key show ${key.name}`, 'bao operator raft snapshot save FILE, of the whole server'],
    })
  if (primary === undefined || primary.state === 'destroyed')
    throw new KeyriteError('KEY_STATE', `cannot take a backup of key "${key.name}": it is destroyed`, {
      hints: [`keyrite key show ${key.name}`],
    })
  const id = primary.ref.key
  const change = {
    ...{class: key.spec.class, id, key: key.name, recipient, versions: versionsUnder(key, id)},
    ...(openedBy === undefined ? {} : {opened_by: openedBy}),
  }
  return onePhase(view, profileOf(view, key.profile), {operation: 'backup.take', name: 'take'}, change, [
    openedBy === undefined
      ? 'the provider says that it was made so that it may leave'
      : 'the provider encrypts what it gives out',
  ])
}

/**
 * The versions of a backup that nobody is to use as the ledger stands, and that could be used again where it is put.
 * @throws KeyriteError `KEY_STATE` if it holds nothing else, for good: from there no path leads back.
 */
export function revivedBy(
  key: Pick<Key, 'name' | 'versions'>,
  versions: readonly number[],
): NonNullable<z.infer<typeof putForm>['revives']> {
  const held = key.versions.filter(({version}) => versions.includes(version))
  if (held.every(({state}) => state === 'compromised' || state === 'destroyed'))
    throw new KeyriteError(
      'KEY_STATE',
      `cannot put key "${key.name}" back: ${held.map(({version, state}) => `version ${version} is ${state}`).join(', ')}, and nothing else is in the backup`,
      {hints: [`keyrite key show ${key.name}`, 'keyrite key create NAME …, for another key']},
    )
  return held.flatMap(({version, state}) => {
    const found = notToBeUsed.find((one) => one === state)
    return found === undefined ? [] : [{state: found, version}]
  })
}

/** @throws KeyriteError `NOT_FOUND` if this ledger knows no such backup, `KEY_EXISTS`, `KEY_STATE`, `POLICY_REFUSES`, `PROFILE_ENVIRONMENT`. */
export function planPut(
  view: Known,
  wish: {readonly sha256: string; readonly profile: string},
  key: Key,
  isThere: boolean,
): Planned {
  const {id, versions} = takenBackup(view, wish.sha256)
  if (isThere)
    throw new KeyriteError(
      'KEY_EXISTS',
      `cannot put key "${key.name}" back in profile "${wish.profile}": a key "${id}" is there`,
      {hints: [`keyrite key sync --profile ${wish.profile}`, 'another profile, of another mount or server']},
    )
  const revives = revivedBy(key, versions)
  const change = {
    ...{class: key.spec.class, id, key: key.name, sha256: wish.sha256, versions: [...versions]},
    ...(revives.length === 0 ? {} : {revives}),
  }
  const put = {operation: 'backup.put-back', name: 'put'} as const
  const planned = onePhase(view, profileOf(view, wish.profile), put, change, [`no key "${id}" is there`])
  demandNoFault(askedFault(view, planned.plan), `put key "${key.name}" back`)
  return planned
}

/** @throws KeyriteError `NOT_FOUND`. */
export function takenBackup(view: Known, sha256: string): TakenBackup {
  const taken = view.of(keyBackupsFold).taken.get(sha256)
  if (taken !== undefined) return taken
  throw new KeyriteError(
    'NOT_FOUND',
    `cannot put a backup back: this ledger has taken none with SHA-256 ${sha256}`,
    {
      hints: [
        'the file that the entry backup.taken names: keyrite ledger show --last 200',
        'the ledger that it was taken under',
      ],
    },
  )
}
