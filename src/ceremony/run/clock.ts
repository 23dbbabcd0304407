/** `clock`: the room compares this machine's time with a clock that it trusts. */
import type {DraftObject} from '../../ledger/index.ts'
import type {StepBase} from '../step.ts'
import {ceremonyOf, type RunContext} from '../run-context.ts'
import {demandYes} from './confirm.ts'

export async function runClock(context: RunContext, step: StepBase): Promise<DraftObject> {
  const {app, room} = context
  const {profile} = ceremonyOf(context)
  const external = profile === null ? null : (await app.provider(profile)).time()
  const now = app.clock.now()
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  room.say([
    `This machine says ${now.toISOString()} (UTC).`,
    `In local time: ${now.toLocaleString('sv-SE', {timeZone: zone})} ${zone}.`,
    ...(external === null ? [] : [`The provider says ${external.toISOString()}.`]),
  ])
  await demandYes(context, step.id, 'Does a trusted clock say the same, within one minute')
  const said = external === null ? {} : {external: external.toISOString(), externalEvidence: 'asserted'}
  return {utc: now.toISOString(), zone, compared: 'stated', ...said}
}
