/** The rotation policy of a key in a vault or a Managed HSM. */
import type {KeyRotationLifetimeAction, KeyRotationPolicy, KeyVaultKey} from '@azure/keyvault-keys'
import {KeyriteError} from '../../base/errors.ts'
import {seenAs} from '../../base/seen-as.ts'
import {
  demandKnown,
  noTerms,
  type KeySchedule,
  type RotationSchedule,
  type ScheduleTerms,
  type Term,
} from '../schedule.ts'
import type {Service} from './service.ts'
import {dateIn, newestOf, orNone} from './versions.ts'

const dayMs = 86_400_000

export function keySchedule(service: Service): KeySchedule {
  const {isHsm} = service.place
  const knows: readonly Term[] = [
    ...(['everyDays', 'beforeExpiryDays', 'expireAfterDays'] as const),
    // A Managed HSM tells nobody.
    ...(isHsm ? [] : (['notifyBeforeExpiryDays'] as const)),
  ]

  async function permitted(key: string, terms: ScheduleTerms): Promise<string> {
    const what = `set the schedule of key "${key}"`
    demandKnown(what, isHsm ? 'a Managed HSM' : 'a vault', knows, terms)
    demandPossible(what, isHsm, terms)
    await newest(service, key)
    return what
  }

  return {
    knows,

    async read(key) {
      return scheduleOf(await newest(service, key), await policyOf(service, key), isHsm)
    },

    async permit(key, terms) {
      await permitted(key, terms)
    },

    async set(key, terms) {
      const what = await permitted(key, terms)
      await service.ask(what, () =>
        service.patient.updateKeyRotationPolicy(key, {
          lifetimeActions: actionsOf(terms),
          ...(terms.expireAfterDays === null ? {} : {expiresIn: `P${terms.expireAfterDays}D`}),
        }),
      )
      const look = async (): Promise<RotationSchedule> =>
        scheduleOf(await newest(service, key), await policyOf(service, key), isHsm)
      return seenAs(look, (now) => knows.every((term) => now[term] === terms[term]))
    },
  }
}

/** @throws KeyriteError `UNSUPPORTED`: what Azure is known to refuse is not sent. */
function demandPossible(what: string, isHsm: boolean, terms: ScheduleTerms): void {
  const {
    everyDays: every,
    beforeExpiryDays: before,
    expireAfterDays: end,
    notifyBeforeExpiryDays: notice,
  } = terms
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot ${what}: ${fact}`)
  }
  const least = isHsm ? 28 : 7
  if (every !== null && before !== null)
    refuse('Azure rotates so long after the version before, or so long before it expires, and not both')
  if (every !== null && every < least)
    refuse(`${isHsm ? 'a Managed HSM' : 'a vault'} rotates every ${least} days at most`)
  if (before !== null && before < 7) refuse('a vault rotates 7 days or more before a version expires')
  if (end !== null && end < 28) refuse('Azure lets what it makes expire after 28 days or more')
  if (before !== null && end === null)
    refuse('before a version expires it must have an end: expire-after is missing')
  if (before !== null && end !== null && end - before < least)
    refuse(`it would rotate every ${end - before} days, and ${least} are the least`)
  if (notice !== null && end === null)
    refuse('before a version expires it must have an end: expire-after is missing')
  if (notice !== null && end !== null && notice >= end)
    refuse('a notice must come within the life of a version')
}

function actionsOf(terms: ScheduleTerms): KeyRotationLifetimeAction[] {
  const {everyDays: every, beforeExpiryDays: before, notifyBeforeExpiryDays: notice} = terms
  return [
    ...(every === null ? [] : [{action: 'Rotate', timeAfterCreate: `P${every}D`} as const]),
    ...(before === null ? [] : [{action: 'Rotate', timeBeforeExpiry: `P${before}D`} as const]),
    ...(notice === null ? [] : [{action: 'Notify', timeBeforeExpiry: `P${notice}D`} as const]),
  ]
}

/** @throws KeyriteError `KEY_NOT_FOUND`. */
async function newest(service: Service, key: string): Promise<KeyVaultKey> {
  service.demandOpen()
  const found = /^[0-9a-zA-Z-]{1,127}$/.test(key) ? await newestOf(service, key) : undefined
  if (found !== undefined) return found
  throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${key}": the vault has no such key`)
}

async function policyOf(service: Service, key: string): Promise<KeyRotationPolicy> {
  const what = `read the schedule of key "${key}"`
  // Azure tells one where nobody set any; others say that there is none.
  return (await orNone(service, what, () => service.patient.getKeyRotationPolicy(key))) ?? {}
}

/**
 * A notice that stands where nobody set a policy is Azure’s own. To a policy without one a vault adds the same, 30 days before
 * the end of a version, and takes it from nobody: where the policy gives what it makes no end it is not told as a term.
 */
function scheduleOf({properties}: KeyVaultKey, policy: KeyRotationPolicy, isHsm: boolean): RotationSchedule {
  const {expiresIn, lifetimeActions = [], id} = policy
  const of = (wanted: string): KeyRotationLifetimeAction | undefined =>
    lifetimeActions.find(({action}) => action.toLowerCase() === wanted)
  const rotate = of('rotate')
  const told = id === undefined || isHsm ? undefined : of('notify')
  const isAzures = told !== undefined && expiresIn === undefined && daysIn(told.timeBeforeExpiry) === 30
  const notice = isAzures ? undefined : told
  const terms = {
    everyDays: daysIn(rotate?.timeAfterCreate),
    beforeExpiryDays: daysIn(rotate?.timeBeforeExpiry),
    expireAfterDays: daysIn(expiresIn),
    notifyBeforeExpiryDays: daysIn(notice?.timeBeforeExpiry),
  }
  const [made, ends] = [dateIn(properties.createdOn)?.getTime(), dateIn(properties.expiresOn)?.getTime()]
  const next =
    terms.everyDays !== null && made !== undefined
      ? new Date(made + terms.everyDays * dayMs)
      : terms.beforeExpiryDays !== null && ends !== undefined
        ? new Date(ends - terms.beforeExpiryDays * dayMs)
        : null
  const waits = terms.beforeExpiryDays !== null && ends === undefined
  const inexact = [
    rotate?.timeAfterCreate,
    rotate?.timeBeforeExpiry,
    expiresIn,
    notice?.timeBeforeExpiry,
  ].filter((text): text is string => text !== undefined && /[YM]/.test(text))
  return {
    ...noTerms,
    ...terms,
    next,
    notes: [
      ...(rotate === undefined ? [] : ['What it makes is current at once, for whoever names no version.']),
      ...(isAzures
        ? ['A vault adds a notice by itself, 30 days before a version that has an end expires.']
        : []),
      ...(waits ? ['The newest version has no end: nothing rotates before one that has is made.'] : []),
      ...(inexact.length === 0
        ? []
        : [`Azure says ${inexact.join(', ')}: a month is counted as 30 days, a year as 365.`]),
    ],
  }
}

/** ISO 8601, as far as Azure has it: years, months, days. */
function daysIn(duration: string | undefined): number | null {
  const [, years = '0', months = '0', days = '0'] =
    /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?$/.exec(duration ?? '') ?? []
  const all = Number(years) * 365 + Number(months) * 30 + Number(days)
  return all === 0 ? null : all
}
