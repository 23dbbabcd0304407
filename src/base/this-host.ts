/** What this machine is called, and where it can be reached: what entries say of who did something (A1). */
import {isIP} from 'node:net'
import {hostname, networkInterfaces, type NetworkInterfaceInfo} from 'node:os'

/** So many addresses are named; a machine that runs containers may have dozens. */
const most = 8

/** What is asked of the machine and of the environment. */
export interface HostFacts {
  readonly name: string
  readonly interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>
  /** `SSH_CONNECTION` as sshd sets it: the client's address and port, then the server's. The environment's word, and no more. */
  readonly ssh: string | undefined
}

/** As it stands now. */
export function hostFacts(env: NodeJS.ProcessEnv): HostFacts {
  return {name: hostname(), interfaces: networkInterfaces(), ssh: env['SSH_CONNECTION']}
}

/**
 * The name, the addresses by which others reach it, and from where a person came to it, as one line:
 * `keys-1 (192.0.2.7, 2001:db8::7; by SSH from 198.51.100.4)`, or `keys-1 (no network address)` where there is no network.
 * Addresses of the machine to itself, and those that reach no further than a cable (RFC 4291, section 2.5.6), say nothing.
 */
export function hostLine({name, interfaces, ssh}: HostFacts): string {
  const all = Object.values(interfaces)
    .flatMap((each) => each ?? [])
    .filter(({internal, address}) => !internal && !/^fe[89ab]/i.test(address))
    .map(({address}) => address)
  const found = [...new Set(all)].sort()
  const beyond = found.length - most
  const addresses = [...found.slice(0, most), ...(beyond > 0 ? [`${beyond} more`] : [])]
  const from = ssh?.split(' ')[0] ?? ''
  return `${name} (${addresses.join(', ') || 'no network address'}${isIP(from) === 0 ? '' : `; by SSH from ${from}`})`
}
