import {hostname} from 'node:os'
import type {NetworkInterfaceInfo} from 'node:os'
import {describe, expect, test} from '@jest/globals'
import {hostFacts, hostLine} from '../../src/base/this-host.ts'

const at = (address: string, internal = false): NetworkInterfaceInfo => ({
  ...{address, internal, netmask: '255.255.255.0', mac: '02:00:00:00:00:01', cidr: null},
  ...(address.includes(':') ? {family: 'IPv6', scopeid: 0} : {family: 'IPv4'}),
})
const line = (addresses: readonly NetworkInterfaceInfo[], ssh?: string): string =>
  hostLine({name: 'keys-1', interfaces: {eth0: addresses}, ssh})

describe('the host that an entry names (A1)', () => {
  test.each([
    ['its addresses', line([at('192.0.2.7'), at('2001:db8::7')]), 'keys-1 (192.0.2.7, 2001:db8::7)'],
    ['one address once', line([at('192.0.2.7'), at('192.0.2.7')]), 'keys-1 (192.0.2.7)'],
    [
      'neither its own to itself nor those of a cable',
      line([at('127.0.0.1', true), at('::1', true), at('fe80::1'), at('192.0.2.7')]),
      'keys-1 (192.0.2.7)',
    ],
    ['that there is no network', line([at('127.0.0.1', true)]), 'keys-1 (no network address)'],
    [
      'from where somebody came',
      line([at('192.0.2.7')], '198.51.100.4 50123 192.0.2.7 22'),
      'keys-1 (192.0.2.7; by SSH from 198.51.100.4)',
    ],
    [
      'nothing that is no address, whatever the environment says',
      line([at('192.0.2.7')], '\u001b[2J 1 2 3'),
      'keys-1 (192.0.2.7)',
    ],
    [
      'how many more there are, where containers have dozens',
      line(Array.from({length: 20}, (_, n) => at(`192.0.2.${n + 10}`))),
      `keys-1 (${Array.from({length: 8}, (_, n) => `192.0.2.${n + 10}`).join(', ')}, 12 more)`,
    ],
  ])('says %s', (_, said, expected) => {
    expect(said).toBe(expected)
  })

  test('is the machine that runs', () => {
    expect(hostLine(hostFacts({})).startsWith(`${hostname()} (`)).toBe(true)
  })
})
