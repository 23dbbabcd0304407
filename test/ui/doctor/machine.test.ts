/** What doctor says of machines that are not this one. */
import {describe, expect, test} from '@jest/globals'
import {ageFinding, machineFindings, type Machine} from '../../../src/ui/doctor/machine.ts'

describe('of the machine doctor names', () => {
  const machine: Machine = {
    node: '24.21.0',
    env: {PATH: ''},
    instruments: [],
    home: '/',
    read: (path) =>
      ({
        '/proc/swaps': 'Filename Type Size Used Priority\n',
        '/proc/self/limits':
          'Limit Soft Hard Units\nMax core file size        0                    unlimited            bytes\n',
      })[path],
  }
  const files = (more: Record<string, string>): Machine => ({
    ...machine,
    read: (path) => more[path] ?? machine.read(path),
  })
  const of = (name: string, looked: Machine) => machineFindings(looked).find((one) => one.name === name)
  const swaps = (area: string): Record<string, string> => ({
    '/proc/swaps': `Filename Type Size Used Priority\n${area} partition 1 0 -2\n`,
  })

  test.each([
    ['swap on a disk', 'swap', files(swaps('/dev/sda2')), 'swapoff /dev/sda2'],
    ['swap in a file', 'swap', files(swaps('/swap.img')), 'swapoff /swap.img'],
    [
      'swap on a volume that is not encrypted',
      'swap',
      files({...swaps('/dev/dm-1'), '/sys/class/block/dm-1/dm/uuid': 'LVM-abc'}),
      'swapoff /dev/dm-1',
    ],
    [
      'core dumps',
      'core dumps',
      files({
        '/proc/self/limits': 'Max core file size        unlimited            unlimited            bytes\n',
      }),
      'ulimit -c 0',
    ],
    ['a missing tool, with what it is for', 'sha256sum', machine, 'apt-get install coreutils'],
    [
      'a Node that is too old',
      'node',
      {...machine, node: '22.1.0'},
      'install Node 24.15 or newer, or start bin/keyrite of a checkout',
    ],
  ])('%s', (_name, check, looked, fix) => {
    expect(of(check, looked)).toMatchObject({ok: false, fix})
  })

  test.each([
    ['no swap', machine],
    [
      'swap that dm-crypt encrypts',
      files({...swaps('/dev/dm-0'), '/sys/class/block/dm-0/dm/uuid': 'CRYPT-PLAIN-swap'}),
    ],
    ['swap compressed in memory', files(swaps('/dev/zram0'))],
    ['a machine that has no /proc', {...machine, read: () => undefined}],
  ])('%s is no finding', (_name, looked) => {
    expect(of('swap', looked)).toMatchObject({ok: true})
    expect(of('core dumps', looked)).toMatchObject({ok: true})
  })
})

test('age is a finding only where somebody has a recipient', () => {
  expect(ageFinding(true, {PATH: ''})).toMatchObject({ok: false, fix: 'apt-get install age'})
  expect(ageFinding(false, {PATH: ''})).toMatchObject({ok: true, level: 'note', fix: 'apt-get install age'})
})
