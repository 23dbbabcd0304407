/** Whoever only looked at an HSM that hangs, and ends, leaves no process behind that hangs with it. */
import {execFileSync} from 'node:child_process'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {here, testWhen} from '../../support/needs.ts'
import {client, Server, softHsm, type SoftHsm} from './softhsm.ts'

const need = {
  present: existsSync('/proc/self/task') && client !== undefined && here('p11-kit') && here('softhsm2'),
  what: 'Linux with p11-kit server and SoftHSM2',
  how: 'install them: apt-get install p11-kit p11-kit-modules softhsm2',
}

describe('an HSM that hangs while it is looked at', () => {
  const box: {hsm?: SoftHsm; server?: Server} = {}
  beforeAll(async () => {
    if (!need.present) return
    box.hsm = softHsm()
    box.server = new Server(box.hsm)
    await box.server.start()
    process.env['P11_KIT_SERVER_ADDRESS'] = `unix:path=${box.server.socket}`
    process.kill(-box.server.pid, 'SIGSTOP')
  })
  afterAll(async () => {
    await box.server?.kill()
    box.hsm?.remove()
  })

  /** The process of the module, when keyrite has ended that was in it. */
  const leftBy = (patience: object): string => {
    const index = join(import.meta.dirname, '../../../src/providers/pkcs11/index.ts')
    const place = {module: client, serial: box.hsm?.serial, label: null}
    const source = `
      import {readFileSync} from 'node:fs'
      import {lookAtPin} from ${JSON.stringify(index)}
      lookAtPin(${JSON.stringify(place)}, ${JSON.stringify(patience)}).catch(() => undefined)
      const children = () => readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim()
      // Until it is in the module, and hears nothing any more.
      const asleep = (pid) => readFileSync('/proc/' + pid + '/maps', 'utf8').includes('p11-kit-client')
      const look = setInterval(() => {
        if (children() === '' || !asleep(children())) return
        clearInterval(look)
        console.log(children())
        setTimeout(() => process.exit(0), 500)
      }, 50)`
    const pid = execFileSync(process.execPath, ['--input-type=module', '-e', source], {
      encoding: 'utf8',
      env: process.env,
      timeout: 30_000,
    }).trim()
    expect(pid).toMatch(/^\d+$/)
    return pid
  }
  /** Whether it runs; one that nobody has buried yet does not. */
  const runs = (pid: string): boolean => {
    try {
      return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    } catch {
      return false
    }
  }
  /** Whether it ends within so many ms. */
  const ends = async (pid: string, within: number): Promise<boolean> => {
    for (const last = performance.now() + within; runs(pid) && performance.now() < last;)
      await new Promise((resolve) => setTimeout(resolve, 20))
    return !runs(pid)
  }

  testWhen(
    need,
    'has no process left to it when keyrite has ended that only looked',
    async () => {
      expect(await ends(leftBy({usual: 60_000, making: 60_000, looks: true}), 10_000)).toBe(true)
    },
    60_000,
  )

  testWhen(
    need,
    'is left to end what it began, and no longer than it may take to make a key',
    async () => {
      const pid = leftBy({usual: 60_000, making: 60_000})
      expect(await ends(pid, 3000)).toBe(false)
      process.kill(Number(pid), 'SIGKILL')
      expect(await ends(leftBy({usual: 60_000, making: 1000}), 20_000)).toBe(true)
    },
    60_000,
  )
})
