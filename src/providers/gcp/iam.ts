/** The policy of a key or a key ring: read with its conditions, and changed only from what was read. */
import {KeyriteError} from '../../base/errors.ts'
import {seenAs} from '../../base/seen-as.ts'
import {code, codeOf, failure} from './failures.ts'
import type {Service} from './service.ts'

export interface Binding {
  readonly role: string
  readonly members: readonly string[]
  readonly condition: Readonly<Record<string, string>> | null
}

interface Policy {
  readonly bindings: readonly Binding[]
  readonly etag: Uint8Array | string | null | undefined
}

/** @throws KeyriteError `CREDENTIALS_REFUSED` where policies may not be read. */
export async function policyOf(service: Service, resource: string): Promise<Policy> {
  const [answer] = await service.ask(`read the policy of ${resource}`, (kms) =>
    // Below version 3 conditions are left out, and would be lost when it is written back.
    kms.getIamPolicy({resource, options: {requestedPolicyVersion: 3}} as never),
  )
  return {
    bindings: answer.bindings.map(({role, members, condition}) => ({
      role: role ?? '',
      members: members ?? [],
      condition: conditionOf(condition),
    })),
    etag: answer.etag,
  }
}

/**
 * Changes a policy, and looks at it afterwards. Somebody else's change in between is no hindrance: it is read anew.
 * @param change - may be called more than once; gives back what it was given where there is nothing to do.
 * @throws KeyriteError `PROVIDER_FAILED` if the answer is yes and it is not so.
 */
export async function changePolicy(
  service: Service,
  resource: string,
  change: (bindings: readonly Binding[]) => readonly Binding[],
): Promise<void> {
  const what = `change the policy of ${resource}`
  for (let tries = 0; tries < 5; tries++) {
    // That there is nothing to do one look does not say: it may be what was before.
    const {bindings, etag} = await seenAs(
      async () => policyOf(service, resource),
      (now) => change(now.bindings) !== now.bindings,
      2,
    )
    const next = change(bindings)
    if (next === bindings) return
    const isConditional = next.some(({condition}) => condition !== null)
    try {
      await service.askPlainly((kms) =>
        kms.setIamPolicy({
          resource,
          policy: {version: isConditional ? 3 : 1, bindings: next.map(written), etag},
        } as never),
      )
    } catch (error) {
      if (codeOf(error) === code.aborted) continue
      throw failure(what, error)
    }
    // What an answer says is not what is: it is looked at again.
    const now = await seenAs(
      async () => (await policyOf(service, resource)).bindings,
      (one) => change(one) === one,
    )
    if (change(now) === now) return
    throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: Google said yes, and it is as it was`, {
      hints: ['the same command again'],
    })
  }
  throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: others change it at the same time`, {
    hints: ['the same command again'],
  })
}

function written({role, members, condition}: Binding): object {
  return {role, members: [...members], ...(condition === null ? {} : {condition: {...condition}})}
}

function conditionOf(given: unknown): Binding['condition'] {
  if (typeof given !== 'object' || given === null) return null
  const texts = Object.entries(given).filter(
    (one): one is [string, string] => typeof one[1] === 'string' && one[1] !== '',
  )
  return Object.fromEntries(texts)
}
