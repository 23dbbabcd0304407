/** Who else can reach a key, as the service itself says it. */
import {KeyriteError} from '../base/errors.ts'
import type {Access, LastUse, Provider, Replica} from '../providers/ports.ts'
import type {Right} from '../providers/rights.ts'
import type {RotationSchedule} from '../providers/schedule.ts'
import type {Key} from './state.ts'

export interface KeyAccess extends Access {
  readonly replicas: readonly Replica[]
  /** What the service keeps with the key and with what it lies in, as roles of members; null where it has no such thing. */
  readonly rights: readonly Right[] | null
  /** Null where the service keeps none for such a key. */
  readonly schedule: RotationSchedule | null
  /** Null where the service does not say. */
  readonly lastUse: LastUse | null
}

/** @throws KeyriteError `UNSUPPORTED` where the place of the key has no such service. */
export async function accessOf(provider: Provider, key: Key): Promise<KeyAccess> {
  const {service, rights, told} = provider
  const version = key.versions.find((one) => one.version === key.primary)
  if ((service === undefined && rights === undefined && told === undefined) || version === undefined)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot ask who can reach key "${key.name}": a place of kind ${provider.kind} keeps no grants, roles or aliases`,
      {hints: [`keyrite key show ${key.name}`]},
    )
  const {ref} = version
  return {
    ...((await service?.access(ref)) ?? {
      aliases: [],
      grants: (await provider.grants?.list(ref)) ?? [],
      policy: (await told?.policy(ref.key)) ?? null,
    }),
    rights: (await rights?.read(ref.key)) ?? (await told?.rights(ref.key)) ?? null,
    replicas: (await service?.replicas(ref)) ?? [],
    schedule: await orNull(async () => provider.schedule?.read(ref.key) ?? null),
    lastUse: await orNull(async () => service?.lastUse(ref) ?? null),
  }
}

/** Not every service has it, and not for every key. */
async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof KeyriteError && error.code === 'UNSUPPORTED') return null
    throw error
  }
}
