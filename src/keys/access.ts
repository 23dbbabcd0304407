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
  /** What its service does not tell by this way, where `policy` is that by which it gives the key itself away; null where it is who may use the key. */
  readonly beyond: string | null
  /** Null where the service keeps none for such a key. */
  readonly schedule: RotationSchedule | null
  /** Null where the service does not say. */
  readonly lastUse: LastUse | null
  /** What the service has and did not tell when it was asked, and why: of these nothing is known, which is not none. */
  readonly untold: readonly Untold[]
}

export interface Untold {
  readonly what: 'access' | 'copies' | 'schedule' | 'last use'
  readonly why: string
}

/**
 * What is told besides who can reach the key (copies, schedule, last use) may get no answer, and hides nothing of the rest.
 * @throws KeyriteError `UNSUPPORTED` where the place of the key has no such service, and what `KeyStore` throws where it does not say who can reach it.
 */
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
  const untold: Untold[] = []
  const besides = async <T>(what: Untold['what'], ask: () => Promise<T> | undefined): Promise<T | null> => {
    try {
      return (await ask()) ?? null
    } catch (error) {
      if (!(error instanceof KeyriteError)) throw error
      // Not every service has it, and not for every key.
      if (error.code !== 'UNSUPPORTED') untold.push(untoldOf(what, error))
      return null
    }
  }
  return {
    ...((await service?.access(ref)) ?? {
      aliases: [],
      grants: (await provider.grants?.list(ref)) ?? [],
      policy: (await told?.policy(ref.key)) ?? null,
    }),
    rights: (await rights?.read(ref.key)) ?? (await told?.rights(ref.key)) ?? null,
    beyond: told?.beyond(ref.key) ?? null,
    replicas: (await besides('copies', () => service?.replicas(ref))) ?? [],
    schedule: await besides('schedule', () => provider.schedule?.read(ref.key)),
    lastUse: await besides('last use', () => service?.lastUse(ref)),
    untold,
  }
}

export const untoldOf = (what: Untold['what'], {code, message}: KeyriteError): Untold => ({
  what,
  why: `${code}: ${message}`,
})
