/** Copying, deleting and restoring a backup that a service keeps: approved, done, and looked at there. */
import {KeyriteError} from '../base/errors.ts'
import {problem, type Entry, type Problem, type View} from '../ledger/index.ts'
import {providerKind} from '../providers/registry.ts'
import type {HsmClusters, KeptBackup, KeptBackups, Provider} from '../providers/ports.ts'
import {undertake, type ActContext, type Operation, type Plan} from '../requests/index.ts'
import {backupId, backupsFold, regionName} from './fold.ts'
import {demandPossible, type Found} from './plans.ts'
import {backupTypes, openBackupAct, type BackupAct} from './state.ts'

export const backupCopy = operation('copy')
export const backupDelete = operation('delete')
export const backupRestore = operation('restore')

function operation(act: BackupAct): Operation {
  const {intended, done, failed} = backupTypes[act]
  return {
    name: `backup.${act}`,
    writes: {[intended]: act, [done]: act, [failed]: act},
    begins: [intended],
    formed: changeOf,
    inWords: (plan) => inWords(act, plan),
    // What it rests on is the provider's: that is asked again in the act, before anything is intended.
    stillTrue: () => undefined,
    judge: (_view: View, plan: Plan, entry: Entry): readonly Problem[] => {
      const {backup, region, profile} = entry.data
      const planned = changeOf(plan)
      return backup === planned.backup && region === planned.region && profile === plan.profile?.name
        ? []
        : [problem('plan', entry, 'what is done is not what the plan says')]
    },
    matterOf: () => null,
    act: (context, plan) => perform(context, plan, act),
  }
}

/** @throws TypeError. */
function changeOf({change}: Plan): {
  readonly backup: string
  readonly region: string | null
  readonly last: boolean
} {
  const backup = backupId.safeParse(change['backup'])
  const region = change['region'] === undefined ? null : regionName.safeParse(change['region'])
  if (!backup.success || region?.success === false) throw new TypeError('a plan for a backup names it')
  return {backup: backup.data, region: region?.data ?? null, last: change['last'] === true}
}

function inWords(act: BackupAct, plan: Plan): readonly string[] {
  const {backup, region, last} = changeOf(plan)
  const where = `of profile "${plan.profile?.name ?? ''}" (${plan.profile?.environment ?? ''})`
  if (act === 'copy')
    return [
      `Copy backup "${backup}" ${where} to region ${region ?? ''}. Whoever may make a cluster from it there has every key that is in it.`,
    ]
  if (act === 'restore') return [`Take back the deletion of backup "${backup}" ${where}.`]
  return [
    `Delete backup "${backup}" ${where}. It can be restored until the service removes it for good, after days.`,
    ...(last
      ? [
          'IT IS THE ONLY ONE THAT IS READY in its region: without it, what only the HSMs hold is lost with them.',
        ]
      : []),
  ]
}

/** @throws KeyriteError `UNSUPPORTED` naming what the place is. */
export function keptBackups({kind, backups}: Pick<Provider, 'kind' | 'backups'>): KeptBackups {
  if (backups !== undefined) return backups
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot use backups of kind "${kind}": its service makes none by itself`,
    {
      hints: [
        ...(providerKind(kind).keptBy ?? []),
        'a profile of kind cloudhsm has them: keyrite profile list',
      ],
    },
  )
}

/** @throws KeyriteError `UNSUPPORTED` where no service manages clusters there. */
export function hsmClustersOf({kind, clusters}: Pick<Provider, 'kind' | 'clusters'>): HsmClusters {
  if (clusters !== undefined) return clusters
  throw new KeyriteError('UNSUPPORTED', `cannot list clusters of kind "${kind}": it is no cluster of HSMs`, {
    hints: ['a profile of kind cloudhsm is one: keyrite profile list'],
  })
}

/** @throws KeyriteError `NOT_FOUND`. */
export async function findBackup(backups: KeptBackups, id: string, profile: string): Promise<Found> {
  const backup = await backups.describe(id)
  if (backup === undefined)
    throw new KeyriteError('NOT_FOUND', `cannot find backup "${id}" in profile "${profile}"`, {
      hints: [`keyrite backup list ${profile}`],
    })
  for await (const other of backups.list(null))
    if (other.id !== id && other.state === 'ready') return {backup, isLast: false}
  return {backup, isLast: true}
}

async function perform(context: ActContext, plan: Plan, act: BackupAct): Promise<void> {
  const {ledger} = context
  const {backup, region, last} = changeOf(plan)
  const profile = plan.profile?.name ?? ''
  const backups = keptBackups(await context.provider(profile))
  const open = openBackupAct(ledger.of(backupsFold), profile, backup)
  if (open !== undefined && open.act !== act)
    throw new KeyriteError(
      'INDETERMINATE',
      `cannot ${act} backup "${backup}": entry ${open.seq} began to ${open.act} it`,
      {
        hints: [`keyrite ledger show ${open.seq}`, 'keyrite request list, and apply the one that was begun'],
      },
    )
  if (open === undefined) demandUnmoved(act, await findBackup(backups, backup, profile), last, profile)
  const to = region ?? ''
  await undertake<KeptBackup>(context, {
    types: backupTypes[act],
    about: {profile, backup, region},
    intended: {},
    open,
    approved: context.approved,
    // A deletion and its taking back are done again with the same effect. A copy would be a second one.
    find: async ({id}) => {
      if (act !== 'copy') return undefined
      const copies: KeptBackup[] = []
      for await (const copy of backups.list(to)) if (copy.intent === id) copies.push(copy)
      if (copies.length > 1)
        throw new KeyriteError(
          'AMBIGUOUS',
          `cannot tell which copy of backup "${backup}" was meant: there are ${copies.length}`,
          {
            hints: [`keyrite backup list ${profile} --region ${to}`],
          },
        )
      return copies[0]
    },
    act: ({id}) =>
      act === 'copy'
        ? backups.copy(backup, to, id)
        : act === 'delete'
          ? backups.delete(backup)
          : backups.restore(backup),
    confirm: async (result) => {
      const now = act === 'copy' ? result : (await findBackup(backups, backup, profile)).backup
      if ((act === 'delete') !== (now.state === 'deleted'))
        throw new KeyriteError(
          'PROVIDER_FAILED',
          `cannot ${act} backup "${backup}": it was asked for, and it is ${now.state}`,
          {
            changed: true,
            hints: [`keyrite backup list ${profile}`, 'the same command again: it asks what was done'],
          },
        )
      return {
        state: now.state,
        copy: act === 'copy' ? now.id : null,
        gone_at: now.goneAt?.toISOString() ?? null,
      }
    },
  })
}

/** @throws KeyriteError `PLAN_MOVED`, `UNSUPPORTED`. */
function demandUnmoved(act: BackupAct, {backup, isLast}: Found, last: boolean, profile: string): void {
  demandPossible(act, backup, profile)
  if (act === 'delete' && isLast && !last)
    throw new KeyriteError(
      'PLAN_MOVED',
      `cannot delete backup "${backup.id}": it is the only one that is ready by now`,
      {
        hints: ['ask anew, if that is what is wanted'],
      },
    )
}
