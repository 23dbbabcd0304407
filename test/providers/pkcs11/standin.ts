/** A module with other quirks than SoftHSM2's, which it stands in front of: compiled from test/standins/pkcs11 where a C compiler is there. It is ours, and nobody's HSM. */
import {execFileSync} from 'node:child_process'
import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {here, onPath} from '../../support/needs.ts'
import {softHsm, type SoftHsm} from './softhsm.ts'

const root = join(import.meta.dirname, '../../..')

export const standinNeed = {
  present: here('softhsm2') && onPath('cc') !== undefined,
  what: 'SoftHSM2, its driver or a C compiler',
  how: 'install them: apt-get install softhsm2 gcc',
}

export interface QuirkyHsm extends SoftHsm {
  /** From the next call on it has these quirks, one a line, as module.c says them, and no others. */
  now(...quirks: readonly string[]): void
  /** How many wrong PINs it has counted. */
  readonly wrongPins: number
  /** Told to `count`: how many calls the process had that called last. */
  readonly counted: number
  /** Told to `die-at`: the number and name of the call after which it died last; empty where it did not since it has these quirks. */
  readonly died: string
}

export function quirkyHsm(...quirks: readonly string[]): QuirkyHsm {
  const hsm = softHsm()
  const [module, control] = [join(hsm.folder, 'standin.so'), join(hsm.folder, 'quirks')]
  const headers = join(root, 'node_modules/pkcs11js/includes/pkcs11')
  const source = join(root, 'test/standins/pkcs11/module.c')
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-I', headers, '-o', module, source, '-ldl'], {
    env: process.env,
  })
  const now = (...lines: readonly string[]): void => {
    rmSync(`${control}.died`, {force: true})
    writeFileSync(control, [`module ${hsm.module}`, ...lines, ''].join('\n'))
  }
  /** What it wrote beside the file; empty where it wrote nothing. */
  const noted = (ending: string): string => {
    try {
      return readFileSync(`${control}.${ending}`, 'utf8')
    } catch {
      return ''
    }
  }
  now(...quirks)
  process.env['PKCS11_STANDIN'] = control
  return {
    ...hsm,
    module,
    now,
    get wrongPins() {
      return Number(noted('tries'))
    },
    get counted() {
      return Number(noted('count'))
    },
    get died() {
      return noted('died')
    },
    remove: () => {
      delete process.env['PKCS11_STANDIN']
      hsm.remove()
      rmSync(control, {force: true})
    },
  }
}
