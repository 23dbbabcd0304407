/** GetKeyLastUsage: the last cryptographic operation that succeeded. */
import {randomUUID} from 'node:crypto'
import type {World} from '../world.ts'
import {needed, type Handler} from './key.ts'

export function used(world: World, arn: string, operation: string): void {
  world.note(arn).lastUse = {operation, at: world.now(), requestId: randomUUID()}
}

export const getKeyLastUsage: Handler = async (context) => {
  const {world} = context
  const {arn, metadata, note} = needed(context)
  const created = metadata['CreationDate']
  const since = Math.max(world.trackingSince, Number(created))
  const {lastUse} = note
  return {
    KeyId: arn,
    KeyCreationDate: created,
    TrackingStartDate: since,
    KeyLastUsage:
      lastUse === undefined
        ? {}
        : {
            Operation: lastUse.operation,
            Timestamp: lastUse.at,
            CloudTrailEventId: lastUse.requestId,
            KmsRequestId: lastUse.requestId,
          },
  }
}
