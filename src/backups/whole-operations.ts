/** A backup of a whole place is begun, or taken in; what opens its backups elsewhere is given to holders, or taken in; a setting is set: approved, done, looked at. */
import {Secret} from '../base/secret.ts'
import {jcs} from '../base/jcs.ts'
import {KeyriteError} from '../base/errors.ts'
import {seenAs} from '../base/seen-as.ts'
import {askedFault, demandNoFault, keysFold, onePhase, profileOf, type Planned} from '../keys/index.ts'
import {problem, type View} from '../ledger/index.ts'
import type {Holder} from '../providers/whole-backups.ts'
import {formed, undertake, type ActContext, type Operation, type Plan} from '../requests/index.ts'
import {revivedBy} from './key-plans.ts'
import {
  demandSameHolders,
  lookedAt,
  placeSettingsOf,
  setAs,
  someDomain,
  someRestore,
  takenIn,
  wholeBackupsOf,
} from './whole-acts.ts'
import {
  openWholeAct,
  wholeFold,
  wholeForms,
  wholeNames,
  wholeTypes,
  type WholeAct,
  type WholeChange,
} from './whole-state.ts'
import {againInWords, verbs, words} from './whole-words.ts'

/** Whoever runs it brings what opens the storage, and the holders' certificates; and keeps what is given out. */
export interface WholeContext extends ActContext {
  readonly material?: (() => Promise<Secret>) | undefined
  /** @returns the SHA-256 of what was kept. */
  readonly keep?: ((domain: Secret) => Promise<string>) | undefined
  readonly holders?: readonly Holder[] | undefined
}

/** What an earlier run may have had taken in: a security domain, or a backup. */
const some = 'some'

const changeOf = (act: WholeAct, plan: Plan): WholeChange => formed<WholeChange>(wholeForms[act], plan)

export const backupStart = operation('start')
export const backupLoad = operation('load')
export const backupDomain = operation('domain')
export const backupDomainLoad = operation('domain-load')
export const profileSetting = operation('setting')

function operation(act: WholeAct): Operation {
  const {intended, done, failed} = wholeTypes[act]
  return {
    name: wholeNames[act],
    writes: {[intended]: act, [done]: act, [failed]: act},
    begins: [intended],
    formed: (plan) => void changeOf(act, plan),
    inWords: words[act],
    // What else it rests on is at the provider, which says it itself.
    stillTrue: (view, plan) => {
      demandNotEnded(view, changeOf(act, plan))
    },
    judge: (_view, plan, entry) => {
      const members = Object.keys(wholeForms[act].shape)
      const same =
        entry.data['profile'] === plan.profile?.name &&
        members.every((name) => jcs(entry.data[name] ?? null) === jcs(plan.change[name] ?? null))
      return same ? [] : [problem('plan', entry, 'what is done is not what the plan says')]
    },
    matterOf: () => null,
    typed: (plan) => typed(act, plan),
    act: (context: WholeContext, plan) => perform(context, plan, act),
  }
}

/** Where it takes what opens the storage or what holders opened, or gives out what they hold. */
function typed(act: WholeAct, plan: Plan): string | undefined {
  const change = changeOf(act, plan)
  const isAlone = act === 'setting' || ('opens' in change && change.opens === 'identity')
  return isAlone ? undefined : `keyrite ${wholeNames[act].replace('.', ' ')} ${plan.profile?.name ?? ''} …`
}

/** @throws KeyriteError `USAGE` for an address or holders that are none, `KEY_STATE`, `PROFILE_NOT_FOUND`, `POLICY_REFUSES`, `PROFILE_ENVIRONMENT`. */
export function planWhole(
  view: Pick<View, 'of'>,
  act: WholeAct,
  name: string,
  change: Readonly<Record<string, string | number | boolean | null | readonly string[]>>,
): Planned {
  const profile = profileOf(view, name)
  const parsed = wholeForms[act].safeParse(change)
  if (!parsed.success) {
    const [fact, hint] =
      act === 'domain' ? expected.domain : act === 'setting' ? expected.setting : expected.storage
    throw new KeyriteError('USAGE', fact, {hints: [hint]})
  }
  if ('holders' in parsed.data) demandHolders(parsed.data)
  demandNotEnded(view, parsed.data)
  const planned = onePhase(view, profile, {operation: wholeNames[act], name: act}, parsed.data, [])
  demandNoFault(askedFault(view, planned.plan), `take a backup into profile "${name}"`)
  return planned
}

const expected = {
  domain: ['expected 3 to 10 holders, and 2 or more of them needed', '--holder CERTIFICATE.pem … --needed K'],
  setting: ['expected the name of a setting, and true or false', '--setting NAME=false'],
  storage: [
    'expected the address of a container as https://ACCOUNT/CONTAINER, of a backup as https://ACCOUNT/CONTAINER/FOLDER, and nothing that opens it',
    'what opens it: --sas-file FILE',
  ],
} as const

/** What is taken in alone is not what nobody is to use again. @throws KeyriteError `KEY_STATE`. */
function demandNotEnded(view: Pick<View, 'of'>, change: object): void {
  const name = 'key' in change && typeof change.key === 'string' ? change.key : undefined
  const key = name === undefined ? undefined : view.of(keysFold).keys.get(name)
  if (key === undefined) return
  revivedBy(
    key,
    key.versions.map(({version}) => version),
  )
}

/** @throws KeyriteError `USAGE`. */
function demandHolders({
  holders,
  needed,
}: {
  readonly holders: readonly string[]
  readonly needed: number
}): void {
  const refuse = (fact: string): never => {
    throw new KeyriteError('USAGE', `cannot give out the security domain: ${fact}`, {
      hints: ['--holder CERTIFICATE.pem, one of each holder; --needed K'],
    })
  }
  if (new Set(holders).size !== holders.length) refuse('one certificate is given twice')
  if (needed > holders.length) refuse(`${needed} are needed of ${holders.length} holders`)
}

async function perform(context: WholeContext, plan: Plan, act: WholeAct): Promise<void> {
  const {ledger} = context
  const profile = plan.profile?.name ?? ''
  const provider = await context.provider(profile)
  if (act === 'setting') placeSettingsOf(provider)
  else wholeBackupsOf(provider)
  const open = openWholeAct(ledger.of(wholeFold), profile)
  if (open !== undefined && open.act !== act)
    throw new KeyriteError(
      'INDETERMINATE',
      `cannot ${verbs[act]}: entry ${open.seq} began to ${verbs[open.act]}, and has no outcome yet`,
      {
        hints: [`keyrite ledger show ${open.seq}`, 'keyrite request list, and apply the one that was begun'],
      },
    )
  const change = changeOf(act, plan)
  const lacks = (what: string): KeyriteError =>
    new KeyriteError('USAGE', `cannot ${verbs[act]} here: ${what} is not named`, {
      hints: [`${typed(act, plan) ?? ''}, with the same flags as when it was asked for`],
    })
  const token = async (): Promise<Secret | null> => {
    if ('opens' in change && change.opens === 'identity') return null
    if (context.material === undefined)
      throw lacks('domain' in change ? 'what its holders opened' : 'what opens the storage')
    return context.material()
  }
  const {holders, keep} = context
  if ('holders' in change && (holders === undefined || keep === undefined)) throw lacks('where it goes')
  await undertake<string>(context, {
    types: wholeTypes[act],
    about: {profile, ...change},
    intended: {},
    open,
    approved: context.approved,
    // What is taken in is not taken in again by itself; the others may be done again.
    find: async () => {
      const hasLoaded = (): Promise<boolean> => seenAs(() => wholeBackupsOf(provider).hasLoaded(), Boolean, 2)
      const taken = 'from' in change || ('domain' in change && (await hasLoaded()))
      if (!taken) context.progress?.(againInWords(act, open?.seq ?? -1))
      return taken ? some : undefined
    },
    // The service said how it ended: whoever wants it still asks anew, and is in nobody's way.
    ends: ['PROVIDER_FAILED', 'CREDENTIALS_REFUSED', 'FILE_NOT_FOUND', 'INDETERMINATE'],
    act: async () => {
      if ('setting' in change) return setAs(provider, change)
      const backups = wholeBackupsOf(provider)
      if ('holders' in change) {
        demandSameHolders(change.holders, holders ?? [])
        const domain = new Secret(await backups.domain(holders ?? [], change.needed))
        try {
          const kept = (await keep?.(domain)) ?? ''
          // Looked at once it is kept: what somebody might still open is not thrown away.
          domain.use((bytes) => {
            backups.demandFor(bytes, holders ?? [], change.needed)
          })
          return kept
        } finally {
          domain.wipe()
        }
      }
      const access = await token()
      try {
        if ('to' in change) return await backups.start(change.to, access)
        if ('domain' in change) return await takenIn(backups, access, change.under)
        await backups.load(change.from, access, change.key)
        return ''
      } finally {
        access?.wipe()
      }
    },
    confirm: async (done) => {
      // A folder may be called anything.
      if ('domain' in change && done === some) throw someDomain(profile)
      if ('from' in change && done === some)
        throw await someRestore(ledger.view, provider, profile, change.from)
      if (act === 'start') return {folder: done}
      if (act === 'domain') return {sha256: done}
      return act === 'load' ? lookedAt(ledger.view, provider, profile) : {}
    },
  })
}
