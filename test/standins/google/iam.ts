/** google.iam.v1.IAMPolicy, as far as the facts go: policies are kept and given back; what the caller lacks, the test says. */
import {randomBytes} from 'node:crypto'
import {notModelled, Refused} from './failures.ts'
import {bytesOf, text, within, type Message} from './messages.ts'
import type {Methods} from './server.ts'

/** Conditions are to be had with version 3 alone (D: "Policy versions"); what is answered below it with one bound is not modelled. */
export const iamMethods: Methods = {
  getIamPolicy(world, request) {
    const policy = world.policies.get(text(request, 'resource')) ?? {
      version: 1,
      bindings: [],
      etag: Buffer.from([0, 1]),
    }
    const asked = Number(within(request, 'options')?.['requestedPolicyVersion'] ?? 0)
    const isConditional = policy.bindings.some((one) => within(one as Message, 'condition') !== null)
    if (isConditional && asked < 3) throw notModelled('a policy with conditions, below version 3')
    return {...policy, version: isConditional ? 3 : 1}
  },

  setIamPolicy(world, request, lies) {
    const resource = text(request, 'resource')
    const policy = within(request, 'policy') ?? {}
    const before = world.policies.get(resource)
    const etag = bytesOf(policy, 'etag')
    if (before !== undefined && etag.length > 0 && !etag.equals(before.etag))
      throw new Refused('ABORTED', 'There were concurrent policy changes.')
    const bindings = (policy['bindings'] ?? []) as Message[]
    const isConditional = bindings.some((one) => within(one, 'condition') !== null)
    if (isConditional && Number(policy['version'] ?? 0) !== 3)
      throw notModelled('conditions in a policy that is not of version 3')
    const next = {version: isConditional ? 3 : 1, bindings, etag: randomBytes(8)}
    if (!lies) world.policies.set(resource, next)
    return next
  },

  testIamPermissions(world, request) {
    const asked = (request['permissions'] ?? []) as readonly string[]
    return {permissions: asked.filter((one) => !world.denied.has(one))}
  },
}
