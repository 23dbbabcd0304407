/** Deletion that has an end, and multi-Region keys whose primary moves. */
import {AwsError, optionalNumber, text, type Json} from '../call.ts'
import {findKey, needed, setName, type Context, type Handler} from './key.ts'

const daySeconds = 86_400

export const scheduleKeyDeletion: Handler = async (context) => {
  const {world, call, up} = context
  const key = needed(context)
  const days = optionalNumber(call.input, 'PendingWindowInDays') ?? 30
  if (!Number.isInteger(days) || days < 7 || days > 30)
    throw new AwsError('ValidationException', 'PendingWindowInDays must be between 7 and 30')
  await up('ScheduleKeyDeletion', call.input)
  const set = world.sets.get(setName(call.account, key.id))
  const waits = set?.primary === call.region && set.regions.size > 1
  key.note.deletion = waits ? {days} : {days, at: world.now() + days * daySeconds}
  return {
    KeyId: key.arn,
    KeyState: waits ? 'PendingReplicaDeletion' : 'PendingDeletion',
    PendingWindowInDays: days,
    ...(key.note.deletion.at === undefined ? {} : {DeletionDate: key.note.deletion.at}),
  }
}

export const cancelKeyDeletion: Handler = async (context) => {
  const key = needed(context)
  if (key.note.deletion === undefined)
    throw new AwsError('KMSInvalidStateException', `${key.arn} is not pending deletion.`)
  await context.up('CancelKeyDeletion', context.call.input)
  delete key.note.deletion
  return {KeyId: key.arn}
}

function primarySet(context: Context): {
  readonly name: string
  readonly set: NonNullable<ReturnType<typeof setOf>>
} {
  const {call} = context
  const key = needed(context)
  const set = setOf(context)
  if (set === undefined)
    throw new AwsError('UnsupportedOperationException', `${key.arn} is not a multi-Region key.`)
  if (set.primary !== call.region)
    throw new AwsError('UnsupportedOperationException', `${key.arn} is a multi-Region replica key.`)
  return {name: setName(call.account, key.id), set}
}

const setOf = ({world, call, key}: Context): ReturnType<Context['world']['sets']['get']> =>
  key === undefined ? undefined : world.sets.get(setName(call.account, key.id))

export const replicateKey: Handler = async (context): Promise<Json> => {
  const {world, call, upstream} = context
  const key = needed(context)
  const {set} = primarySet(context)
  const region = text(call.input, 'ReplicaRegion')
  if (set.regions.has(region))
    throw new AwsError('AlreadyExistsException', `${key.id} is in ${region} already`)
  const made = await upstream({account: call.account, region: set.origin}, 'ReplicateKey', {
    ...call.input,
    KeyId: key.id,
  })
  const raw = made['ReplicaKeyMetadata'] as Json
  const note = world.note(String(raw['Arn']))
  note.createdAt = world.now()
  if (key.note.mlDsa !== undefined) note.mlDsa = key.note.mlDsa
  set.regions.add(region)
  const there = {...call, region}
  return {...made, ReplicaKeyMetadata: (await findKey(world, upstream, there, key.id)).metadata}
}

export const updatePrimaryRegion: Handler = async (context) => {
  const {world, call, upstream} = context
  const key = needed(context)
  const {set} = primarySet(context)
  const region = text(call.input, 'PrimaryRegion')
  if (region === call.region || !set.regions.has(region))
    throw new AwsError('NotFoundException', `there is no replica of ${key.id} in ${region}`)
  const replica = await findKey(world, upstream, {...call, region}, key.id)
  if (replica.state !== 'Enabled')
    throw new AwsError('KMSInvalidStateException', `${replica.arn} is ${replica.state}`)
  set.primary = region
  return {}
}
