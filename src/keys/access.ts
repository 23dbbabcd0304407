/** Who else can reach a key, as the service itself says it. */
import {KeyriteError} from '../base/errors.ts'
import type {Access, LastUse, Provider, Replica} from '../providers/ports.ts'
import type {RotationSchedule} from '../providers/schedule.ts'
import type {Key} from './state.ts'

export interface KeyAccess extends Access {
  readonly replicas: readonly Replica[]
  /** Null where the service keeps none for such a key. */
  readonly schedule: RotationSchedule | null
  /** Null where the service does not say. */
  readonly lastUse: LastUse | null
}

/** @throws KeyriteError `UNSUPPORTED` where the place of the key has no such service. */
export async function accessOf(provider: Provider, key: Key): Promise<KeyAccess> {
  const {service} = provider
  const version = key.versions.find((one) => one.version === key.primary)
  if (service === undefined || version === undefined)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot ask who can reach key "${key.name}": a place of kind ${provider.kind} keeps no grants or aliases`,
      {hints: [`keyrite key show ${key.name}`]},
    )
  const {ref} = version
  return {
    ...(await service.access(ref)),
    replicas: await service.replicas(ref),
    schedule: await orNull(async () => provider.schedule?.read(ref.key) ?? null),
    lastUse: await orNull(() => service.lastUse(ref)),
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
