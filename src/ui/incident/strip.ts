/** Where a version could not be disabled, or goes on being usable: the next thing that can be done, as the lines of a revocation say it. */
import type {App} from '../../app.ts'
import {applyThese, containments, findIncident, stripped, type Incident} from '../../incidents/index.ts'
import {keysFold, profileOf} from '../../keys/index.ts'
import {providerKind} from '../../providers/registry.ts'
import {stripKinds} from '../../providers/rights.ts'
import {requests, type ActContext} from '../../requests/index.ts'

/**
 * Takes away who else may use it, by what was approved with containing it. What fails is said, and left for the next run.
 * @returns whether anything was taken.
 */
export async function stripAloud(
  app: App,
  context: Omit<ActContext, 'approved'>,
  {id}: Pick<Incident, 'id'>,
  hurry: (line: string) => void,
): Promise<boolean> {
  const {ledger, operations} = app
  let done = false
  for (const request of ledger.of(requests).all.values()) {
    const incident = findIncident(ledger, id)
    if (request.operation !== 'incident.contain' || request.plan.change['incident'] !== incident.seq) continue
    if (request.met === null || request.withdrawn) continue
    for (const {name} of request.plan.phases) {
      const version = Number(/^strip-(\d+)$/.exec(name)?.[1])
      const before = stripped(incident).some((one) => one.version === version && one.outcome?.ok)
      if (Number.isNaN(version) || before || request.done.has(name)) continue
      const why = aliveStill(incident, version)
      if (why === undefined) continue
      hurry(
        `Version ${version} ${why}: rights of others to use it are taken away, which is the next thing that can be done.`,
      )
      const failure = await applyThese(context, operations, request, [name])
      const rights = findIncident(ledger, id).acts.findLast(
        (one) => one.act === 'strip' && one.version === version,
      )?.outcome?.rights
      done ||= failure === null
      hurry(
        failure === null
          ? `Version ${version}: ${rights?.taken ?? 0} rights were saved and taken away, ${rights?.left ?? 0} are left. It may take minutes until that holds everywhere.`
          : `Version ${version} KEEPS ITS RIGHTS: ${failure.message} (${failure.code}).${failure.hints[0] === undefined ? '' : ` Mend: ${failure.hints[0]}`}`,
      )
    }
  }
  return done
}

/** Where they are left alone, that is said: others have to do it. */
export function leftAloud({ledger}: App, {id}: Pick<Incident, 'id'>, hurry: (line: string) => void): void {
  const incident = findIncident(ledger, id)
  const profile = ledger.of(keysFold).keys.get(incident.key)?.profile ?? ''
  const {kind} = profileOf(ledger.view, profile)
  if (stripKinds.has(kind) || providerKind(kind).grants === undefined) return
  for (const version of new Set(containments(incident).map((one) => one.version))) {
    const why = aliveStill(incident, version)
    if (why === undefined) continue
    hurry(
      `Version ${version} ${why}: at a place of kind ${kind} keyrite takes no rights of others away by itself, as its own could go with them. What a Managed HSM keeps: keyrite key grants ${incident.key}; and keyrite key ungrant takes one away.`,
    )
  }
}

/** Why more is to be done about a version; undefined where it is disabled, and nothing was seen of it since. */
function aliveStill({acts, proofs}: Incident, version: number): string | undefined {
  const contained = acts.some(
    (one) => (one.act === 'suspend' || one.act === 'disable') && one.version === version && one.outcome?.ok,
  )
  if (!contained) return 'could not be disabled'
  const last = proofs.at(-1)?.versions.find((one) => one.version === version)
  return last?.proof === 'still-usable' ? 'is disabled and can still be used' : undefined
}
