/** Backups that a service keeps: shown, and the way of every command that changes one with people's approval. */
import {Args} from '@oclif/core'
import {
  backupsFold,
  findBackup,
  keptBackups,
  openBackupAct,
  planBackup,
  type BackupAct,
} from '../backups/index.ts'
import {profileOf} from '../keys/index.ts'
import type {KeptBackup} from '../providers/ports.ts'
import {requests, type Request} from '../requests/index.ts'
import {AskingCommand, type ChangeFlags} from './asking-command.ts'
import type {Shown} from './command.ts'
import {demandName, gatherAndApply} from './gather.ts'

export const backupArgs = {
  profile: Args.string({description: 'the profile of kind cloudhsm', required: true}),
  backup: Args.string({description: 'the id of the backup', required: true}),
}

export interface BackupDocument {
  readonly id: string
  readonly state: string
  readonly madeAt: string | null
  readonly goneAt: string | null
  readonly keptForEver: boolean
  readonly copyOf: {readonly region: string; readonly backup: string} | null
}

export function backupDocument({id, state, madeAt, goneAt, keptForEver, copyOf}: KeptBackup): BackupDocument {
  return {
    id,
    state,
    madeAt: madeAt?.toISOString() ?? null,
    goneAt: goneAt?.toISOString() ?? null,
    keptForEver,
    copyOf,
  }
}

/** A change of one backup. */
export interface BackupWish {
  readonly act: BackupAct
  readonly profile: string
  readonly backup: string
  readonly region: string | null
  /** What was typed to confirm it; null where that is not asked for. */
  readonly confirmed?: string | undefined
}

export abstract class BackupChange extends AskingCommand {
  /** With `--dry-run` the plan is shown and nothing is touched; without enough signatures the request is (exit 8). */
  protected async change(wish: BackupWish, flags: ChangeFlags): Promise<Shown> {
    const {ledger} = this.app
    const {name} = profileOf(ledger.view, wish.profile)
    const backups = keptBackups(await this.app.provider(name))
    const final =
      wish.act === 'delete'
        ? {
            name: `${wish.backup}@${name}`,
            given: wish.confirmed,
            warning: 'When the service has removed it, there is no way back.',
          }
        : undefined
    const done = async (): Promise<Shown> => {
      const {backup} = await findBackup(backups, wish.backup, name)
      const copies = []
      if (wish.region !== null)
        for await (const one of backups.list(wish.region))
          if (one.copyOf?.backup === wish.backup) copies.push(one)
      const document = {...backupDocument(backup), copies: copies.map(backupDocument)}
      return this.show({schema: 'keyrite.backup/1', profile: name, region: wish.region, ...document}, [
        `Backup ${backup.id} is ${backup.state}${backup.goneAt === null ? '' : `, and gone at ${backup.goneAt.toISOString()}`}.`,
        ...copies.map((copy) => `In ${String(wish.region)} backup ${copy.id} is ${copy.state}.`),
      ])
    }
    const begun = this.#begun(wish, name)
    if (begun !== undefined && !flags['dry-run']) {
      ledger.demandWriter()
      if (final !== undefined) await demandName(this.app, final)
      const say = (line: string): void => {
        this.say(line)
      }
      await gatherAndApply(this.app, begun, {actor: await this.actor(), signWith: [], say})
      return done()
    }
    const planned = planBackup(ledger.view, wish, await findBackup(backups, wish.backup, name))
    return this.asked(planned, flags, done, {final})
  }

  /** The request by which it was begun and not ended: what the service did by then is no reason to refuse it. */
  #begun({act, backup, region}: BackupWish, profile: string): Request | undefined {
    const {ledger} = this.app
    const open = openBackupAct(ledger.of(backupsFold), profile, backup)
    if (open?.act !== act || open.region !== region) return undefined
    const {all, byMet} = ledger.of(requests)
    return all.get(byMet.get(open.approved ?? -1) ?? -1)
  }
}
