/** A backup of one key with all its versions, sealed before it is anywhere, and put back: approved, done, and tried there. */
import {jcs} from '../base/jcs.ts'
import {KeyriteError} from '../base/errors.ts'
import type {Secret} from '../base/secret.ts'
import {keysFold, triedAgain, type Key, type ProbeResult} from '../keys/index.ts'
import {problem, type Entry, type Problem} from '../ledger/index.ts'
import {undertake, type ActContext, type Operation, type Plan} from '../requests/index.ts'
import {keyBackupsFold, openKeyBackup} from './key-fold.ts'
import {keyBackupsOf, putOf, revivedBy, takeOf} from './key-plans.ts'

/** Whoever runs it has the file: where the backup goes, sealed, or where it comes from. */
export interface KeyBackupContext extends ActContext {
  /** Seals the backup and keeps it. @returns the SHA-256 of what was kept. The secret stays the act's to wipe. */
  readonly keep?: (backup: Secret) => Promise<string>
  /** Opens the file. */
  readonly material?: () => Promise<Secret>
}

export const backupTake: Operation = {
  name: 'backup.take',
  writes: {'backup.take.intended': 'take', 'backup.taken': 'take', 'backup.take.failed': 'take'},
  begins: ['backup.take.intended'],
  formed: (plan) => void takeOf(plan),
  inWords: (plan) => {
    const {key, versions, recipient, opened_by: openedBy} = takeOf(plan)
    return [
      `Take key "${key}" out of profile "${plan.profile?.name ?? ''}", version ${versions.join(', ')}, as a backup that is sealed to ${recipient}.`,
      ...(openedBy === undefined
        ? [
            'WHOEVER HOLDS THE IDENTITY OF THAT RECIPIENT HAS THE KEY, with this file: nothing else is asked. keyrite cannot tell who holds it.',
          ]
        : [
            `What the service gives out is opaque, and encrypted by it: ${openedBy}. keyrite seals it once more.`,
            'Whoever holds the identity of that recipient, and may restore keys there, has the key back as it was, also after it was disabled or destroyed.',
          ]),
      'It is as many people’s as its identity was split among: keyrite share split.',
    ]
  },
  stillTrue: (view, plan) => void keyCalled(view.of(keysFold).keys.get(takeOf(plan).key), takeOf(plan).key),
  judge: (_view, plan, entry) => judged(plan, entry, ['key', 'id', 'versions', 'recipient']),
  matterOf: () => null,
  typed: (plan) => takes(takeOf(plan).key),
  act: take,
}

export const backupPutBack: Operation = {
  name: 'backup.put-back',
  writes: {'backup.put.intended': 'put', 'backup.put': 'put', 'backup.put.failed': 'put'},
  begins: ['backup.put.intended'],
  formed: (plan) => void putOf(plan),
  inWords: (plan) => {
    const {key, id, versions, sha256, revives = []} = putOf(plan)
    return [
      `Put key "${key}", version ${versions.join(', ')}, back into profile "${plan.profile?.name ?? ''}" (${plan.profile?.environment ?? ''}) as "${id}", from the backup with SHA-256 ${sha256}.`,
      ...revives.map(
        ({version, state}) =>
          `VERSION ${version} IS ${state.toUpperCase()}, AND CAN BE USED AGAIN THERE: disable it there, by that place’s own means, before anybody else reaches it.`,
      ),
      'Where it lies elsewhere too, both can be used: what is disabled or destroyed in one place is not so in the other.',
    ]
  },
  stillTrue: (view, plan) => {
    const {key: name, versions, revives = []} = putOf(plan)
    const key = keyCalled(view.of(keysFold).keys.get(name), name)
    if (jcs(revivedBy(key, versions)) === jcs(revives)) return
    throw new KeyriteError(
      'KEY_STATE',
      `cannot put key "${name}" back: the states of its versions are not those that people approved`,
      {hints: [`keyrite key show ${name}`, 'the same command anew, to be approved as it is now']},
    )
  },
  judge: (_view, plan, entry) => judged(plan, entry, ['key', 'id', 'versions', 'sha256']),
  matterOf: () => null,
  typed: ({profile}) => putsBack(profile?.name ?? ''),
  act: putBack,
}

function judged(plan: Plan, entry: Entry, members: readonly string[]): readonly Problem[] {
  const same =
    entry.data['profile'] === plan.profile?.name &&
    members.every((name) => jcs(entry.data[name] ?? null) === jcs(plan.change[name] ?? null))
  return same ? [] : [problem('plan', entry, 'what is done is not what the plan says')]
}

async function take(context: KeyBackupContext, plan: Plan): Promise<void> {
  const {key, id, versions, recipient} = takeOf(plan)
  const profile = plan.profile?.name ?? ''
  const {keep} = context
  if (keep === undefined) throw elsewhere(`take a backup of key "${key}"`, takes(key))
  const backups = keyBackupsOf(await context.provider(profile))
  await undertake<string>(context, {
    types: {intended: 'backup.take.intended', done: 'backup.taken', failed: 'backup.take.failed'},
    about: {profile, key, id, versions, recipient},
    intended: {},
    open: openKeyBackup(context.ledger.of(keyBackupsFold), 'backup.take.intended', profile, key),
    approved: context.approved,
    find: () => Promise.resolve(undefined), // taking it again changes nothing
    act: async () => {
      const backup = await backups.take(id)
      try {
        return await keep(backup)
      } finally {
        backup.wipe()
      }
    },
    confirm: (sha256) => Promise.resolve({sha256}),
  })
}

async function putBack(context: KeyBackupContext, plan: Plan): Promise<void> {
  const {key: name, id, versions, sha256} = putOf(plan)
  const profile = plan.profile?.name ?? ''
  const {ledger, material} = context
  if (material === undefined) throw elsewhere(`put key "${name}" back`, putsBack(profile))
  const provider = await context.provider(profile)
  const backups = keyBackupsOf(provider)
  const key = keyCalled(ledger.of(keysFold).keys.get(name), name)
  await undertake<true>(context, {
    types: {intended: 'backup.put.intended', done: 'backup.put', failed: 'backup.put.failed'},
    about: {profile, key: name, id, versions, sha256},
    intended: {},
    open: openKeyBackup(ledger.of(keyBackupsFold), 'backup.put.intended', profile, name),
    approved: context.approved,
    find: async () => ((await backups.has(id)) ? true : undefined),
    act: async () => {
      const backup = await material()
      try {
        await backups.putBack(id, backup)
      } finally {
        backup.wipe()
      }
      return true
    },
    confirm: async () => {
      const results: ProbeResult[] = []
      for (const version of key.versions)
        if (versions.includes(version.version))
          results.push(...(await triedAgain(ledger.view, provider, key, version)))
      const bad = results.find(({ok}) => !ok)
      if (bad === undefined && results.length > 0) return {results: results.map((one) => ({...one}))}
      // It is there, and what was asked of it got no answer: that is no failure, and stays open for the same command.
      if (bad?.evidence === 'asserted')
        throw new KeyriteError(
          'INDETERMINATE',
          `cannot tell whether key "${name}" is good where it was put back: ${bad.detail}`,
          {changed: true, hints: ['the same command again: it puts nothing back, and tries it once more']},
        )
      throw new KeyriteError(
        'KEY_NOT_AS_PLANNED',
        `cannot call key "${name}" put back: ${bad?.detail ?? 'nothing of it could be tried'}`,
        {changed: true, hints: [`look at "${id}" in profile "${profile}"`]},
      )
    },
  })
}

function keyCalled(key: Key | undefined, name: string): Key {
  if (key !== undefined) return key
  throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${name}"`, {hints: ['keyrite key list']})
}

const takes = (key: string): string => `keyrite backup take ${key} … --out FILE`
const putsBack = (profile: string): string =>
  `keyrite backup put-back FILE --profile ${profile} … --identity-file FILE`

function elsewhere(what: string, command: string): KeyriteError {
  return new KeyriteError('USAGE', `cannot ${what} here: its file is not named`, {
    hints: [`${command}, with the same flags as when it was asked for`],
  })
}
