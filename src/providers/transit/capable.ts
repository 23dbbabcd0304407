/** What this server can do: by the list of types in its own help, which every token that may read keys is told. */
import {KeyriteError} from '../../base/errors.ts'
import {algorithms, schemesOf, type Algorithm} from '../algorithms.ts'
import type {Capability, KeySpec} from '../ports.ts'
import {demandFitting} from '../purposes.ts'
import {typeOf} from './methods.ts'
import type {Server} from './server.ts'

/** In every transit since there is one with HMAC keys. */
const always: readonly Algorithm[] = [
  ...(['aes-256', 'hmac-sha256', 'rsa-2048', 'rsa-3072', 'rsa-4096'] as const),
  ...(['ec-p256', 'ec-p384', 'ec-p521', 'ed25519'] as const),
]

export async function capabilitiesOf(server: Server): Promise<readonly Capability[]> {
  server.demandOpen()
  const before = server.known.get('types') as readonly Capability[] | undefined
  if (before !== undefined) return before
  const help = await helpText(server)
  const found = algorithms
    .filter((one) => always.includes(one) || help.includes(`"${typeOf(one)}"`))
    .map((algorithm) => ({algorithm, schemes: schemesOf[algorithm]}))
  server.known.set('types', found)
  return found
}

/** Nothing where the token may not read it: then only what every transit has is offered. */
async function helpText(server: Server): Promise<string> {
  try {
    return await server.help('keys/types')
  } catch (error) {
    if (error instanceof KeyriteError && error.code === 'CREDENTIALS_REFUSED') return ''
    throw error
  }
}

/** @throws KeyriteError `USAGE` for a bad label, `UNSUPPORTED` where algorithm, scheme and purpose do not go together on this server. */
export async function permitSpec(server: Server, spec: KeySpec): Promise<void> {
  demandFitting(spec)
  const {label, algorithm} = spec
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot create key "${label}": ${fact}`)
  }
  const offered = await capabilitiesOf(server)
  if (!offered.some((one) => one.algorithm === algorithm))
    refuse(`this server has no ${algorithm}, but ${offered.map((one) => one.algorithm).join(', ')}`)
}
