/** Rotation on demand and by the calendar of the stand-in's clock. */
import {AwsError, notModelled, optionalNumber, optionalText, paged, truncation, type Json} from '../call.ts'
import {needed, setName, type Context, type Handler, type Key} from './key.ts'
import {completed, rotate, rotationEntry} from './material.ts'

const mostOnDemand = 25
const daySeconds = 86_400

function rotating(context: Context): {readonly key: Key; readonly set: string} {
  const key = needed(context)
  const {KeySpec: spec, Origin: origin} = key.metadata
  if (spec !== 'SYMMETRIC_DEFAULT' || key.note.store !== undefined)
    throw new AwsError(
      'UnsupportedOperationException',
      `${key.arn} cannot be rotated: ${String(spec)}, ${String(origin)}`,
    )
  return {key, set: setName(context.call.account, key.id)}
}

/** Where the key is of several Regions, only the primary turns them all. */
function onPrimary(context: Context, set: string): void {
  const regions = context.world.sets.get(set)
  if (regions !== undefined && regions.primary !== context.call.region)
    throw new AwsError('UnsupportedOperationException', 'a replica key cannot be rotated: its primary can')
}

export const rotateKeyOnDemand: Handler = async (context) => {
  const {world} = context
  const {key, set} = rotating(context)
  if (key.metadata['Origin'] === 'EXTERNAL') throw notModelled('rotation on demand of imported material')
  onPrimary(context, set)
  const all = world.materials.get(set) ?? []
  if (all.some(({from}) => from > world.now()))
    throw new AwsError('ConflictException', `an on-demand rotation of ${key.arn} is in progress`)
  if (all.filter(({type}) => type === 'ON_DEMAND').length >= mostOnDemand)
    throw new AwsError('LimitExceededException', `${key.arn} was rotated on demand ${mostOnDemand} times`)
  rotate(world, set, 'ON_DEMAND', world.now() + world.lagSeconds)
  return {KeyId: key.arn}
}

export const listKeyRotations: Handler = async (context) => {
  const {world, call} = context
  const {key, set} = rotating(context)
  const done = completed(world, set)
  const entries: Json[] = done.map((material, at) => rotationEntry(key.arn, material, at === done.length - 1))
  if (optionalText(call.input, 'IncludeKeyMaterial') === 'ALL_KEY_MATERIAL') {
    if (key.metadata['Origin'] === 'EXTERNAL') throw notModelled('the list of imported materials')
    const raw = await context.up('DescribeKey', {KeyId: key.arn})
    entries.unshift({
      KeyId: key.arn,
      KeyMaterialId: (raw['KeyMetadata'] as Json)['CurrentKeyMaterialId'],
      KeyMaterialState: done.length === 0 ? 'CURRENT' : 'NON_CURRENT',
    })
  }
  const {page, next} = paged(entries, call.input, 100, 1000)
  return {Rotations: page, ...truncation(next)}
}

export const enableKeyRotation: Handler = async (context) => {
  const {world, call, up} = context
  const {key, set} = rotating(context)
  if (key.metadata['Origin'] === 'EXTERNAL')
    throw new AwsError('UnsupportedOperationException', `${key.arn} has imported material`)
  onPrimary(context, set)
  const days = optionalNumber(call.input, 'RotationPeriodInDays') ?? 365
  if (!Number.isInteger(days) || days < 90 || days > 2560)
    throw new AwsError('ValidationException', 'RotationPeriodInDays must be between 90 and 2560')
  await up('EnableKeyRotation', call.input)
  key.note.yearly = {days, next: world.now() + days * daySeconds}
  return {}
}

export const disableKeyRotation: Handler = async (context) => {
  const {key, set} = rotating(context)
  onPrimary(context, set)
  await context.up('DisableKeyRotation', context.call.input)
  delete key.note.yearly
  return {}
}

export const getKeyRotationStatus: Handler = async (context) => {
  const {world} = context
  const {key, set} = rotating(context)
  const {yearly} = key.note
  const turning = (world.materials.get(set) ?? []).find(({from}) => from > world.now())
  return {
    KeyId: key.arn,
    KeyRotationEnabled: yearly !== undefined,
    ...(yearly === undefined ? {} : {RotationPeriodInDays: yearly.days, NextRotationDate: yearly.next}),
    ...(turning === undefined ? {} : {OnDemandRotationStartDate: turning.from - world.lagSeconds}),
  }
}
