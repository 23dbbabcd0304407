/** How a test moves the clock and asks for trouble: one JSON object by POST. */
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {attesting, hsm} from './attesting-state.ts'
import {quirks as known, type Quirk} from './quirks.ts'
import type {World} from './world.ts'

export interface Wish {
  /** Milliseconds to move the clock by. */
  readonly forward?: number
  readonly faults?: readonly World['faults'][number][]
  readonly denied?: readonly string[]
  readonly disableLag?: number
  readonly lag?: Parameters<World['lagging']>[0]
  readonly generation?: number
  readonly quirks?: readonly Quirk[]
  /** Single-tenant HSMs, and what is proposed for them. */
  readonly instances?: World['instances']
  readonly proposals?: World['proposals']
  readonly attestation?: 'good' | 'none' | 'opaque'
  /** Bindings by resource. */
  readonly policies?: Readonly<Record<string, readonly unknown[]>>
}

export async function control(world: World, port = 0): Promise<{port: number; stop(): void}> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      try {
        grant(world, JSON.parse(Buffer.concat(parts).toString('utf8')) as Wish)
        response.end(
          `${JSON.stringify(request.url === '/roots' ? hsm().roots : {seen: world.seen.splice(0)})}\n`,
        )
      } catch (error) {
        response.writeHead(400).end(`${String(error)}\n`)
      }
    })
  })
  server.listen(port, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {port: (server.address() as AddressInfo).port, stop: () => server.close()}
}

function grant(world: World, wish: Wish): void {
  const {forward, faults, denied, disableLag, generation, quirks, attestation, policies = {}} = wish
  if (attestation !== undefined) attesting.mode = attestation
  if (forward !== undefined) world.forward(forward)
  if (faults !== undefined) world.faults = faults.map((one) => ({...one}))
  if (denied !== undefined) world.denied = new Set(denied)
  if (disableLag !== undefined) world.disableLag = disableLag
  if (wish.lag !== undefined) world.lagging(wish.lag)
  for (const [resource, bindings] of Object.entries(policies))
    world.policies.set(resource, {version: 1, bindings: [...bindings], etag: Buffer.from([0, 2])})
  if (quirks?.some((one) => !known.includes(one)) === true) throw new Error('there is no such quirk')
  world.instances = wish.instances ?? world.instances
  world.proposals = wish.proposals ?? world.proposals
  if (quirks !== undefined) world.quirks = new Set(quirks)
  if (generation !== undefined) world.generation = generation
}
