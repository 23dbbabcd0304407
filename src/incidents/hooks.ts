/**
 * The operator's programs in an incident, once another key is in its place: they bring it to where it is used (`deploy`), look
 * that it is used (`verify`), and make everybody sign in again (`reauthenticate`). Nothing of containing waits for them.
 */
import {KeyriteError} from '../base/errors.ts'
import {jwksOf, keysFold, keyTold, runHook, versionJwk, type Key} from '../keys/index.ts'
import type {Ledger, View} from '../ledger/index.ts'
import {hooksAfter, incidentHookPhases, policyFold, type Hook} from '../policy/index.ts'
import type {ActContext} from '../requests/index.ts'
import {incidents, type Incident} from './state.ts'

/** Those that did not succeed yet since the key was replaced, in order; none before that. A drill runs none. */
export function hooksLeft(
  view: Pick<View, 'of'>,
  {key: name, replaced, hooked, drill}: Incident,
): readonly Hook[] {
  const key = view.of(keysFold).keys.get(name)
  if (key === undefined || replaced === null || drill) return []
  const {policy} = view.of(policyFold)
  return incidentHookPhases
    .flatMap((phase) => hooksAfter(policy, key.spec.class, phase))
    .filter(
      (hook) =>
        !hooked.some(
          (run) =>
            run.ok &&
            run.seq > replaced.seq &&
            run.hook === hook.name &&
            run.phase === hook.phase &&
            run.sha256 === hook.sha256,
        ),
    )
}

/** What is wrong with the record of a run; undefined if nothing is. */
export function hookFault(
  view: Pick<View, 'of'>,
  incident: Incident,
  {
    hook,
    phase,
    sha256,
    ok,
    exit,
  }: {hook: string; phase: string; sha256: string; ok: boolean; exit: number | null},
): string | undefined {
  if (ok !== (exit === 0)) return 'a program succeeds exactly if its exit status is 0'
  const [next] = hooksLeft(view, incident)
  if (next === undefined) return 'no program of the policy is to run in it'
  return next.name === hook && next.phase === phase && next.sha256 === sha256
    ? undefined
    : `hook "${next.name}" of phase ${next.phase} comes next`
}

/**
 * Runs them in order, each recorded with what came of it. One that ended and was not recorded runs again: they must bear that.
 * @param phases - only those of these phases, which come first.
 * @returns how many ran.
 * @throws KeyriteError `HOOK_FAILED` at the first that fails: nothing follows before it has succeeded. `POLICY_REFUSES` for a
 * program that is not the one of the policy, which is not run at all.
 */
export async function runIncidentHooks(
  {ledger, actor}: Pick<ActContext, 'ledger' | 'actor'>,
  seq: number,
  {phases, said}: {readonly phases: readonly string[]; readonly said: (hook: Hook) => void},
): Promise<number> {
  for (let ran = 0; ; ran++) {
    const incident = ledger.of(incidents).all.get(seq)
    const key = incident === undefined ? undefined : ledger.of(keysFold).keys.get(incident.key)
    const [hook] = incident === undefined ? [] : hooksLeft(ledger.view, incident)
    if (incident === undefined || key === undefined || hook === undefined || !phases.includes(hook.phase))
      return ran
    const input = hookInput(ledger, key, incident, hook)
    const {ok, ended, run} = await runHook(hook, input)
    await ledger.append([
      {
        type: 'incident.hooked',
        data: {
          incident: seq,
          key: key.name,
          phase: hook.phase,
          ...run,
        },
        actor,
      },
    ])
    if (!ok)
      throw new KeyriteError(
        'HOOK_FAILED',
        `hook "${hook.name}" of phase ${hook.phase} in incident ${incident.id} ${ended}; no other runs before it has succeeded`,
        {
          changed: true,
          hints: [
            `keyrite incident resume ${incident.id}, once it is mended`,
            'keyrite ledger show --last 1',
          ],
        },
      )
    said(hook)
  }
}

/** What a program is told, as one JSON document on its standard input: nothing secret, and no name of a person. */
function hookInput(ledger: Ledger, key: Key, incident: Incident, hook: Hook): Buffer {
  const version = (number: number): object | null => {
    const one = key.versions.find((each) => each.version === number)
    if (one === undefined) return null
    return {
      version: one.version,
      state: one.state,
      providerKey: one.ref.key,
      providerVersion: one.ref.version,
      aliases: one.aliases,
      jwk: versionJwk(ledger.view, key, one) ?? null,
    }
  }
  return Buffer.from(
    `${JSON.stringify({
      schema: 'keyrite.incident-hook/1',
      hook: hook.name,
      phase: hook.phase,
      incident: incident.id,
      reason: incident.reason,
      ...keyTold(ledger, key),
      from: version(incident.replaced?.from ?? -1),
      to: version(incident.replaced?.version ?? -1),
      jwks: key.versions.some((one) => one.public !== null) ? {keys: jwksOf(ledger.view, [key])} : null,
    })}\n`,
  )
}
