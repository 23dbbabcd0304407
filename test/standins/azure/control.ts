/** How a test moves the clock and asks for trouble: one JSON object by POST. */
import {createHash} from 'node:crypto'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {hsm} from './attesting.ts'
import type {Quirk} from './quirks.ts'
import type {Fault, World} from './world.ts'

export interface Wish {
  /** Milliseconds to move the clock by. */
  readonly forward?: number
  readonly faults?: readonly {route: string; fault: Fault; times: number; milliseconds?: number}[]
  readonly denied?: readonly string[]
  readonly disableLag?: number
  readonly lag?: World['lag']
  readonly rotationKeepsTags?: boolean
  readonly jobSeconds?: number
  readonly attestation?: 'good' | 'none' | 'opaque'
  /** Asks for the roots of its HSM. */
  readonly roots?: true
  readonly quirks?: readonly Quirk[]
  readonly domainSeconds?: number
  /** As one that is new: it never had a security domain. */
  readonly forgetDomain?: true
  /** Whether the key for an upload is JSON in a text. */
  readonly transferAsText?: boolean
  readonly rolesOnPage?: number
  readonly keysOnPage?: number
  /** Where links of further pages lead; null: here. */
  readonly pagesLead?: string | null
  readonly settings?: Readonly<Record<string, string>>
}

export async function control(world: World): Promise<{port: number; stop(): void}> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      try {
        const wish = JSON.parse(Buffer.concat(parts).toString('utf8')) as Wish
        grant(world, wish)
        const roots = wish.roots === true ? {roots: hsm().roots} : {}
        const {domain} = world
        const digest = domain === undefined ? null : createHash('sha256').update(domain).digest('hex')
        response.end(`${JSON.stringify({seen: world.seen.splice(0), domain: digest, ...roots})}\n`)
      } catch (error) {
        response.writeHead(400).end(`${String(error)}\n`)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {port: (server.address() as AddressInfo).port, stop: () => server.close()}
}

function grant(world: World, wish: Wish): void {
  const {forward, faults, denied, disableLag, rotationKeepsTags, jobSeconds, settings = {}} = wish
  if (forward !== undefined) world.forward(forward)
  for (const [name, value] of Object.entries(settings)) world.settings.set(name, value)
  if (wish.attestation !== undefined) world.attestation = wish.attestation
  if (wish.lag !== undefined) world.lag = wish.lag
  if (wish.quirks !== undefined) world.quirks = new Set(wish.quirks)
  if (wish.forgetDomain === true) Object.assign(world, {domain: undefined, uploadedAt: undefined})
  if (wish.domainSeconds !== undefined) world.domainSeconds = wish.domainSeconds
  if (wish.transferAsText !== undefined) world.transferAsText = wish.transferAsText
  if (wish.keysOnPage !== undefined) world.keysOnPage = wish.keysOnPage
  if (wish.rolesOnPage !== undefined) world.rolesOnPage = wish.rolesOnPage
  if (wish.pagesLead !== undefined) world.pagesLead = wish.pagesLead ?? undefined
  if (jobSeconds !== undefined) world.jobSeconds = jobSeconds
  if (faults !== undefined) world.faults = faults.map((one) => ({...one}))
  if (denied !== undefined) world.denied = new Set(denied)
  if (disableLag !== undefined) world.disableLag = disableLag
  if (rotationKeepsTags !== undefined) world.rotationKeepsTags = rotationKeepsTags
}
