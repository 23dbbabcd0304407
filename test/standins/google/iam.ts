/** google.iam.v1.IAMPolicy, as far as the facts go: policies are kept and given back; what the caller lacks, the test says. */
import {randomBytes} from 'node:crypto'
import {Refused} from './failures.ts'
import {bytesOf, text, within} from './messages.ts'
import type {Methods} from './server.ts'

export const iamMethods: Methods = {
  getIamPolicy: (world, request) =>
    world.policies.get(text(request, 'resource')) ?? {version: 1, etag: Buffer.from([0, 1])},

  setIamPolicy(world, request) {
    const resource = text(request, 'resource')
    const policy = within(request, 'policy') ?? {}
    const before = world.policies.get(resource)
    const etag = bytesOf(policy, 'etag')
    if (before !== undefined && etag.length > 0 && !etag.equals(before.etag))
      throw new Refused('ABORTED', 'There were concurrent policy changes.')
    const next = {version: 1, bindings: (policy['bindings'] ?? []) as unknown[], etag: randomBytes(8)}
    world.policies.set(resource, next)
    return next
  },

  testIamPermissions(world, request) {
    const asked = (request['permissions'] ?? []) as readonly string[]
    return {permissions: asked.filter((one) => !world.denied.has(one))}
  },
}
