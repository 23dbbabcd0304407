/** The operator's own programs after a phase of a rotation: told what was done, and recorded with what came of it. */
import {KeyriteError} from '../../base/errors.ts'
import type {Ledger} from '../../ledger/index.ts'
import type {Hook, RotationPhase} from '../../policy/index.ts'
import type {ActContext} from '../../requests/index.ts'
import {jwksOf, isPublished, versionJwk} from '../jwk.ts'
import {keyNamed} from '../known.ts'
import type {Key} from '../state.ts'
import {keyTold} from './key-told.ts'
import {runHook} from './program.ts'
import {hooksMissing, lastDone} from './rules.ts'
import {rotations, type Rotation} from './state.ts'

/**
 * Runs what the policy wants after the last phase, or after that one, and did not succeed yet; each is recorded.
 * @throws KeyriteError `HOOK_FAILED` at the first that fails: nothing follows before it has succeeded. `POLICY_REFUSES` for a
 * program that is not the one of the policy, which is not run at all.
 */
export async function runHooks(
  context: Pick<ActContext, 'ledger' | 'actor' | 'ceremony'>,
  name: string,
  phase?: RotationPhase,
): Promise<number> {
  const {ledger, actor, ceremony} = context
  let ran = 0
  for (;;) {
    const key = keyNamed(ledger, name)
    const rotation = ledger.of(rotations).last.get(name)
    const after = phase ?? (rotation === undefined ? undefined : lastDone(rotation))
    if (rotation === undefined || after === undefined) return ran
    const [hook] = hooksMissing(ledger.view, key, rotation, after)
    if (hook === undefined) return ran
    const input = hookInput(ledger, key, rotation, hook)
    const {ok, ended, run} = await runHook(hook, input)
    await ledger.append([
      {
        type: 'rotation.hooked',
        data: {
          rotation: rotation.seq,
          key: name,
          phase: after,
          ...run,
        },
        actor,
        ceremony,
      },
    ])
    ran++
    if (!ok)
      throw new KeyriteError(
        'HOOK_FAILED',
        `hook "${hook.name}" after phase ${after} of the rotation of key "${name}" ${ended}`,
        {
          changed: true,
          hints: [`keyrite rotation hooks ${name} --retry ${after}`, `keyrite ledger show --last 1`],
        },
      )
  }
}

/** What a program is told, as one JSON document on its standard input: nothing secret, and no name of a person. */
export function hookInput(ledger: Ledger, key: Key, rotation: Rotation, hook: Hook): Buffer {
  const version = (number: number): object | null => {
    const one = key.versions.find((each) => each.version === number)
    if (one === undefined) return null
    const jwk = versionJwk(ledger.view, key, one)
    return {
      version: one.version,
      state: one.state,
      providerKey: one.ref.key,
      providerVersion: one.ref.version,
      jwk: jwk ?? null,
    }
  }
  const published = key.versions.some((one) => isPublished(one.state) && one.public !== null)
  return Buffer.from(
    `${JSON.stringify({
      schema: 'keyrite.rotation-hook/1',
      hook: hook.name,
      phase: hook.phase,
      rotation: rotation.seq,
      ...keyTold(ledger, key),
      from: version(rotation.from),
      to: version(rotation.to),
      jwks: published ? {keys: jwksOf(ledger.view, [key])} : null,
    })}\n`,
  )
}
