/** The driver between Node and a PKCS#11 module: C++, compiled where keyrite is set up, and so not there on every machine. */
import {createRequire} from 'node:module'
import type {PKCS11} from 'pkcs11js'
import {KeyriteError} from '../../base/errors.ts'

const how =
  'install a C++ compiler, make and Python 3 (Debian: apt-get install g++ make python3), then: npm rebuild pkcs11js'

/** What is missing, and what brings it; null where the driver is there. */
export function driverLacking(): {readonly fact: string; readonly fix: string} | null {
  try {
    createRequire(import.meta.url).resolve('pkcs11js/build/Release/pkcs11.node')
    return null
  } catch {
    return {fact: 'the driver for PKCS#11 (pkcs11js) was not compiled on this machine', fix: how}
  }
}

/** @throws KeyriteError `UNSUPPORTED` where the driver is not there. */
export async function loadDriver(): Promise<new () => PKCS11> {
  const lack = driverLacking()
  if (lack !== null)
    throw new KeyriteError('UNSUPPORTED', `cannot use an HSM: ${lack.fact}`, {hints: [lack.fix]})
  const loaded: {readonly PKCS11?: new () => PKCS11; readonly default?: {readonly PKCS11: new () => PKCS11}} =
    await import('pkcs11js')
  const driver = loaded.default?.PKCS11 ?? loaded.PKCS11
  if (driver === undefined) throw new TypeError('pkcs11js has no PKCS11')
  return driver
}
