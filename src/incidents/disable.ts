/** A version that has no state to be suspended from (not yet active, or deactivated) is disabled as it is, and keeps its state. */
import {KeyriteError} from '../base/errors.ts'
import {keyVersion} from '../keys/index.ts'
import {undertake, type ActContext} from '../requests/index.ts'
import type {Availability} from '../providers/ports.ts'
import {incidents, type Act, type Incident} from './state.ts'

export interface VersionAct {
  readonly incident: number
  readonly version: number
  readonly act: Act
  readonly to: Availability
}

/**
 * Sets what one version may be used for, and looks at the provider. May be repeated: what a crash left open is set again.
 * @throws KeyriteError `PROVIDER_FAILED` if the provider says yes and it is not so: the intent stays open.
 */
export async function actOnVersion(
  context: ActContext,
  {incident: seq, version: number, act, to}: VersionAct,
): Promise<void> {
  const incident = incidentAt(context, seq)
  const {key, version} = keyVersion(context, incident.key, number)
  const provider = await context.provider(key.profile)
  await undertake<Availability>(context, {
    types: {
      intended: 'incident.act.intended',
      done: 'incident.acted',
      failed: 'incident.act.failed',
    },
    about: {incident: seq, key: key.name, profile: key.profile, act, version: number},
    intended: {},
    open: openAct(incident, act, number),
    approved: context.approved,
    find: () => Promise.resolve(undefined), // setting it again has the same effect
    act: () => provider.life.setAvailability(version.ref, to),
    confirm: async (enforced) => {
      const now = (await provider.store.describe(version.ref))?.availability
      const {enforces} = await provider.evidence.capabilities()
      const lacks = act === 'disable' && enforced !== to && enforces.includes(to)
      if (now !== enforced || lacks)
        throw new KeyriteError(
          'PROVIDER_FAILED',
          `key "${key.name}" version ${number} is not ${to}: the provider says ${now ?? 'that it is gone'}`,
          {changed: true, hints: [`keyrite incident resume i${seq}`]},
        )
      return {enforced, generation: await provider.evidence.generation()}
    },
  })
}

export function openAct({acts}: Incident, act: Act, version: number) {
  const open = acts.find((one) => one.act === act && one.version === version && one.outcome === null)
  return open === undefined ? undefined : {seq: open.seq, id: open.id, approved: open.approved}
}

/** @throws KeyriteError `NOT_FOUND`. */
export function incidentAt({ledger}: Pick<ActContext, 'ledger'>, seq: number): Incident {
  const incident = ledger.of(incidents).all.get(seq)
  if (incident === undefined)
    throw new KeyriteError('NOT_FOUND', `cannot find incident i${seq}`, {hints: ['keyrite incident list']})
  return incident
}
