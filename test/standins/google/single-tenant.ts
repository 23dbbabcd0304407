/** S: single-tenant HSMs and their proposals, as the test says that they are. Nothing is made of them, nor approved: "not modelled". */
import {notFound} from './failures.ts'
import {page} from './listing.ts'
import {text, type Message} from './messages.ts'
import {demandName} from './names.ts'
import type {Methods} from './server.ts'

export const singleTenantMethods: Methods = {
  listSingleTenantHsmInstances(world, request) {
    const parent = text(request, 'parent')
    demandName('location', parent)
    const {shown, rest} = page(request, under(world.instances, parent))
    return {singleTenantHsmInstances: shown, ...rest}
  },

  getSingleTenantHsmInstance: (world, request) =>
    found(world.instances, 'SingleTenantHsmInstance', text(request, 'name')),

  listSingleTenantHsmInstanceProposals(world, request) {
    const parent = text(request, 'parent')
    found(world.instances, 'SingleTenantHsmInstance', parent)
    const {shown, rest} = page(request, under(world.proposals, parent))
    return {singleTenantHsmInstanceProposals: shown, ...rest}
  },

  getSingleTenantHsmInstanceProposal: (world, request) =>
    found(world.proposals, 'SingleTenantHsmInstanceProposal', text(request, 'name')),
}

const under = (all: readonly Message[], parent: string): Message[] =>
  all.filter((one) => text(one, 'name').startsWith(`${parent}/`))

function found(all: readonly Message[], kind: string, name: string): Message {
  const one = all.find((message) => message['name'] === name)
  if (one === undefined) throw notFound(kind, name)
  return one
}
