/** Which cloud an address is of, and who gives out its tokens. */
import {expect, test} from '@jest/globals'
import {hosts} from '../../../src/providers/azure/credentials.ts'
import {isAzure, kindOf, placeFrom} from '../../../src/providers/azure/place.ts'
import {outcome} from '../support.ts'

const clouds = [
  ['public', 'vault.azure.net', 'managedhsm.azure.net', 'https://login.microsoftonline.com'],
  ['usgov', 'vault.usgovcloudapi.net', 'managedhsm.usgovcloudapi.net', 'https://login.microsoftonline.us'],
  ['china', 'vault.azure.cn', 'managedhsm.azure.cn', 'https://login.chinacloudapi.cn'],
] as const

test.each(clouds)(
  'the cloud %s has vaults, Managed HSMs and tokens of its own',
  async (cloud, vault, hsm, tokens) => {
    expect(hosts[cloud]).toBe(tokens)
    const place = async (domain: string, more: Readonly<Record<string, string>>) =>
      placeFrom({'vault-url': `https://acme.${domain}`, ...more})
    expect(await place(vault, {cloud})).toMatchObject({cloud, isHsm: false, vault: `https://acme.${vault}`})
    expect(await place(hsm, {cloud, 'managed-hsm': 'true'})).toMatchObject({cloud, isHsm: true})
    expect(await outcome(place(hsm, {cloud}))).toBe('USAGE')
    expect(await outcome(place(vault, {cloud, 'managed-hsm': 'true'}))).toBe('USAGE')
    for (const [other] of clouds)
      expect(await outcome(place(vault, {cloud: other}))).toBe(other === cloud ? 'ok' : 'USAGE')
  },
)

test('only the hosts of the three clouds are Azure’s, whatever others are called', () => {
  for (const [, vault, hsm] of clouds)
    for (const domain of [vault, hsm]) {
      expect(isAzure(`https://acme.${domain}`)).toBe(true)
      expect(isAzure(`https://acme.${domain}.example`)).toBe(false)
      expect(isAzure(`https://${domain.replace('.', '-')}`)).toBe(false)
    }
  expect(isAzure('https://localhost:8443')).toBe(false)
})

test('an address that is of no cloud is taken with any', async () => {
  expect(placeFrom({'vault-url': 'https://keys.internal.example', cloud: 'usgov'})).toMatchObject({
    cloud: 'usgov',
  })
})

test('days are a number, and what was given is said', () => {
  for (const days of ['P7D', '0x10', '6', '91', ''])
    expect(() => placeFrom({'vault-url': 'https://acme.vault.azure.net', 'retention-days': days})).toThrow(
      `expected the days of retention as a number from 7 to 90, got "${days}"`,
    )
})

test('by whom its tokens are for a place says of which kind it is, in each cloud', () => {
  for (const [, vault, hsm] of clouds) {
    expect(kindOf(`https://${vault}`)).toBe('vault')
    expect(kindOf(`https://${hsm}/`)).toBe('hsm')
  }
  expect(kindOf('https://keys.internal.example')).toBeNull()
})
