/** What the clock brings: deletions that complete, imported material that ends, rotations by the calendar, and what was promised to come later. */
import type {Json} from '../call.ts'
import type {Upstream, Where} from '../upstream.ts'
import type {KeyNote, World} from '../world.ts'
import {setName} from './key.ts'
import {rotate} from './material.ts'

const daySeconds = 86_400

export async function whatIsDue(world: World, upstream: Upstream): Promise<void> {
  const now = world.now()
  for (const note of world.keys.values()) {
    if (note.gone) continue
    const {where, id} = placeOf(note.arn)
    if (note.later !== undefined && note.later.at <= now) {
      const {operation} = note.later
      delete note.later
      await upstream(where, operation, {KeyId: note.arn})
    }
    if (note.importValidTo !== undefined && note.importValidTo <= now) {
      delete note.importValidTo
      await upstream(where, 'DeleteImportedKeyMaterial', {KeyId: note.arn})
    }
    if (note.yearly !== undefined) await turned(world, upstream, note, where, id)
    if (note.deletion?.at !== undefined && note.deletion.at <= now)
      await gone(world, upstream, note, where, id)
  }
}

function placeOf(arn: string): {readonly where: Where; readonly id: string} {
  const [, , , region = '', account = '', resource = ''] = arn.split(':')
  return {where: {account, region}, id: resource.replace(/^key\//, '')}
}

async function turned(
  world: World,
  upstream: Upstream,
  note: KeyNote,
  where: Where,
  id: string,
): Promise<void> {
  const {yearly} = note
  if (yearly === undefined || yearly.next > world.now()) return
  const described = (await upstream(where, 'DescribeKey', {KeyId: id}))['KeyMetadata'] as Json
  if (described['KeyState'] !== 'Enabled' || note.deletion !== undefined) return
  while (yearly.next <= world.now()) {
    rotate(world, setName(where.account, id), 'AUTOMATIC', yearly.next)
    yearly.next += yearly.days * daySeconds
  }
}

async function gone(
  world: World,
  upstream: Upstream,
  note: KeyNote,
  where: Where,
  id: string,
): Promise<void> {
  const at = note.deletion?.at ?? world.now()
  note.gone = true
  const {Aliases: aliases} = await upstream(where, 'ListAliases', {})
  for (const alias of aliases as Json[])
    if (alias['TargetKeyId'] === id) await upstream(where, 'DeleteAlias', {AliasName: alias['AliasName']})
  const set = world.sets.get(setName(where.account, id))
  if (set === undefined) return
  set.regions.delete(where.region)
  const primary = world.keys.get(`arn:aws:kms:${set.primary}:${where.account}:key/${id}`)
  if (set.regions.size === 1 && primary?.deletion !== undefined && primary.deletion.at === undefined)
    primary.deletion = {...primary.deletion, at: at + primary.deletion.days * daySeconds}
}
