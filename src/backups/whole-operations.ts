/** A backup of a whole place is begun, or taken in; what opens its backups elsewhere is given to holders: approved, done, looked at. */
import {sha256Hex} from '../base/bytes.ts'
import {Secret} from '../base/secret.ts'
import {jcs} from '../base/jcs.ts'
import {KeyriteError} from '../base/errors.ts'
import {keysFold, profileOf, type Planned} from '../keys/index.ts'
import {problem, type View} from '../ledger/index.ts'
import {policyFold, ruleFor} from '../policy/index.ts'
import {factsOf} from '../profiles/index.ts'
import type {Provider} from '../providers/ports.ts'
import {providerKind} from '../providers/registry.ts'
import type {Holder, WholeBackups} from '../providers/whole-backups.ts'
import {phase, undertake, type ActContext, type Operation, type Plan} from '../requests/index.ts'
import {revivedBy} from './key-plans.ts'
import {openWholeAct, wholeFold, wholeForms, wholeTypes, type WholeAct} from './whole-state.ts'

/** Whoever runs it brings what opens the storage, and the holders' certificates; and keeps what is given out. */
export interface WholeContext extends ActContext {
  readonly material?: () => Promise<Secret>
  /** @returns the SHA-256 of what was kept. */
  readonly keep?: (domain: Secret) => Promise<string>
  readonly holders?: readonly Holder[]
}

const where = (plan: Plan): string =>
  `profile "${plan.profile?.name ?? ''}" (${plan.profile?.kind ?? ''}, ${plan.profile?.environment ?? ''})`

function formed<A extends WholeAct>(
  act: A,
  {change}: Pick<Plan, 'change'>,
): ReturnType<(typeof wholeForms)[A]['parse']> {
  const parsed = wholeForms[act].safeParse(change)
  if (!parsed.success) throw new TypeError('a plan for a backup of a whole place says where it lies')
  return parsed.data as ReturnType<(typeof wholeForms)[A]['parse']>
}

const opensInWords = {
  token: 'a token that whoever runs this brings',
  identity: 'the identity that the place has there',
} as const

const words: Readonly<Record<WholeAct, (plan: Plan) => readonly string[]>> = {
  start: (plan) => [
    `Have the service of ${where(plan)} write a backup of all its keys to ${formed('start', plan).to}, which ${opensInWords[formed('start', plan).opens]} opens for it.`,
    'The service encrypts it: keyrite never sees what is in it. Only a place of the same kind with the same security domain opens it; who has the holders of that, and the storage, has every key.',
  ],
  load: (plan) => {
    const {from, key} = formed('load', plan)
    return key === null
      ? [
          `Have the service of ${where(plan)} take in the backup at ${from}, IN PLACE OF EVERY KEY THAT IS THERE NOW.`,
          'While it does, no key there can be used. What was made, disabled or destroyed since that backup is as it was then.',
        ]
      : [
          `Have the service of ${where(plan)} take in key "${key}" alone from the backup at ${from}, with all its versions, in place of what is there of it.`,
          'What was disabled or destroyed of it since that backup is as it was then.',
        ]
  },
  domain: (plan) => {
    const {holders, needed} = formed('domain', plan)
    return [
      `Have the service of ${where(plan)} give out its security domain, sealed to ${holders.length} holders, of whom ANY ${needed} TOGETHER open it.`,
      `The holders’ certificates have SHA-256 ${holders.join(', ')}.`,
      'Whoever opens it, and has a backup, has every key of this place. Without it nobody, the service neither, brings a backup back to another place. A new place is activated by it.',
    ]
  },
}

export const backupStart = operation('start')
export const backupLoad = operation('load')
export const backupDomain = operation('domain')

function operation(act: WholeAct): Operation {
  const {intended, done, failed} = wholeTypes[act]
  return {
    name: `backup.${act}`,
    writes: {[intended]: act, [done]: act, [failed]: act},
    begins: [intended],
    formed: (plan) => void formed(act, plan),
    inWords: words[act],
    // What else it rests on is at the provider, which says it itself.
    stillTrue: (view, plan) => {
      demandNotEnded(view, formed(act, plan))
    },
    judge: (_view, plan, entry) => {
      const members = Object.keys(wholeForms[act].shape)
      const same =
        entry.data['profile'] === plan.profile?.name &&
        members.every((name) => jcs(entry.data[name] ?? null) === jcs(plan.change[name] ?? null))
      return same ? [] : [problem('plan', entry, 'what is done is not what the plan says')]
    },
    matterOf: () => null,
    act: (context: WholeContext, plan) => perform(context, plan, act),
  }
}

/** @throws KeyriteError `UNSUPPORTED` naming what the place does instead. */
export function wholeBackupsOf({kind, wholeBackups}: Pick<Provider, 'kind' | 'wholeBackups'>): WholeBackups {
  if (wholeBackups !== undefined) return wholeBackups
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot back up a place of kind "${kind}" whole: it is a Managed HSM of Azure that does`,
    {
      hints: [...(providerKind(kind).keptBy ?? []), 'keyrite backup list PROFILE, of kind cloudhsm'],
    },
  )
}

/** @throws KeyriteError `USAGE` for an address or holders that are none, `KEY_STATE`, `PROFILE_NOT_FOUND`, `POLICY_REFUSES`. */
export function planWhole(
  view: Pick<View, 'of'>,
  act: WholeAct,
  name: string,
  change: Readonly<Record<string, string | number | null | readonly string[]>>,
): Planned {
  const profile = profileOf(view, name)
  const parsed = wholeForms[act].safeParse(change)
  if (!parsed.success)
    throw new KeyriteError(
      'USAGE',
      act === 'domain'
        ? 'expected 3 to 10 holders, and 2 or more of them needed'
        : 'expected the address of a container as https://ACCOUNT/CONTAINER, of a backup as https://ACCOUNT/CONTAINER/FOLDER, and nothing that opens it',
      {
        hints: [
          act === 'domain' ? '--holder CERTIFICATE.pem … --needed K' : 'what opens it: --sas-file FILE',
        ],
      },
    )
  if ('holders' in parsed.data) demandHolders(parsed.data)
  demandNotEnded(view, parsed.data)
  const operation = `backup.${act}` as const
  const plan: Plan = {
    type: 'keyrite.plan/1',
    operation,
    change: parsed.data,
    phases: [phase(act)],
    profile: factsOf(profile),
    rests: [`profile "${name}" answers with the identity above`],
    rule: ruleFor(view.of(policyFold).policy, {operation, class: null, kind: profile.kind}).id,
  }
  return {plan, names: {}}
}

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
  const backups = wholeBackupsOf(provider)
  const open = openWholeAct(ledger.of(wholeFold), profile)
  if (open !== undefined && open.act !== act)
    throw new KeyriteError(
      'INDETERMINATE',
      `cannot ${act}: entry ${open.seq} began to ${open.act}, and has no outcome yet`,
      {
        hints: [`keyrite ledger show ${open.seq}`, 'keyrite request list, and apply the one that was begun'],
      },
    )
  const change = formed(act, plan)
  const lacks = (what: string): KeyriteError =>
    new KeyriteError('USAGE', `cannot ${act} here: ${what} is not named`, {
      hints: [`keyrite backup ${act} ${profile} …, with the same flags as when it was asked for`],
    })
  const token = async (): Promise<Secret | null> => {
    if (!('opens' in change) || change.opens === 'identity') return null
    if (context.material === undefined) throw lacks('what opens the storage')
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
    find: () => Promise.resolve(undefined), // each may be done again
    // The service said how it ended: whoever wants it still asks anew, and is in nobody's way.
    ends: ['PROVIDER_FAILED', 'CREDENTIALS_REFUSED', 'FILE_NOT_FOUND'],
    act: async () => {
      if ('holders' in change) {
        demandSameHolders(change.holders, holders ?? [])
        const domain = new Secret(await backups.domain(holders ?? [], change.needed))
        try {
          return (await keep?.(domain)) ?? ''
        } finally {
          domain.wipe()
        }
      }
      const access = await token()
      try {
        if ('to' in change) return await backups.start(change.to, access)
        await backups.load(change.from, access, change.key)
        return ''
      } finally {
        access?.wipe()
      }
    },
    confirm: async (done) =>
      act === 'start'
        ? {folder: done}
        : act === 'domain'
          ? {sha256: done}
          : lookedAt(ledger.view, provider, profile),
  })
}

/** @throws KeyriteError `PLAN_MOVED`. */
function demandSameHolders(approved: readonly string[], brought: readonly Holder[]): void {
  const now = brought.map(({certificate}) => sha256Hex(certificate)).toSorted()
  if (jcs(now) !== jcs(approved.toSorted()))
    throw new KeyriteError(
      'PLAN_MOVED',
      'cannot give out the security domain: these are not the holders that were approved',
      {
        hints: ['the certificates that were approved, or ask anew'],
      },
    )
}

/** Which of the ledger's living versions are there after a restore. */
async function lookedAt(
  view: View,
  provider: Provider,
  profile: string,
): Promise<{readonly there: number; readonly missing: string[]}> {
  const missing = new Set<string>()
  let there = 0
  for (const key of view.of(keysFold).keys.values())
    for (const {state, ref} of key.profile === profile ? key.versions : [])
      if (state !== 'destroyed') {
        if ((await provider.store.describe(ref)) === undefined) missing.add(key.name)
        else there++
      }
  return {there, missing: [...missing].toSorted()}
}
