/**
 * A stand-in for Azure Key Vault, or for Managed HSM: ours, for tests, and never the service. It speaks the published protocol
 * (HTTPS with the bearer challenge), does real cryptography in software, and forgets everything when it ends. Software keys,
 * whatever it calls HSM.
 *
 *   node main.ts FOLDER [vault|hsm] [PORT] [purgeable]     writes ca.pem and token to FOLDER, and one line of JSON to stdout when it is ready
 */
import {execFileSync} from 'node:child_process'
import {randomBytes, randomUUID} from 'node:crypto'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import type {AddressInfo} from 'node:net'
import {join, resolve} from 'node:path'
import {control} from './control.ts'
import {listen} from './server.ts'
import {World} from './world.ts'

const [folder = '.', kind = 'vault', port = '0', protection = ''] = process.argv.slice(2)
const place = resolve(folder)
mkdirSync(place, {recursive: true})
const [certificate, key, tokenFile] = [join(place, 'ca.pem'), join(place, 'key.pem'), join(place, 'token')]
// Two names as the real ones are, for clients that hold the challenge against the name of whom they asked.
const names = 'DNS:localhost,IP:127.0.0.1,DNS:standin.vault.azure.net,DNS:standin.managedhsm.azure.net'
execFileSync(
  'openssl',
  [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '400'],
    ...['-subj', '/CN=stand-in for Azure Key Vault', '-addext', `subjectAltName=${names}`],
    // Of itself alone: clients in Rust take no authority’s certificate for a server’s.
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-keyout', key, '-out', certificate],
  ],
  {stdio: 'ignore'},
)
const token = randomBytes(24).toString('base64url')
writeFileSync(tokenFile, `${token}\n`, {mode: 0o600})

const world = new World({
  isHsm: kind === 'hsm',
  tenant: randomUUID(),
  recoverableDays: 90,
  purgeProtected: protection !== 'purgeable',
})
const server = await listen(
  world,
  token,
  {cert: readFileSync(certificate), key: readFileSync(key)},
  Number(port),
)
const asked = await control(world)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    server.closeAllConnections()
    server.close()
    asked.stop()
    process.exit(0)
  })
process.stdout.write(
  `${JSON.stringify({
    standin: kind === 'hsm' ? 'Azure Managed HSM' : 'Azure Key Vault',
    vault: `https://localhost:${(server.address() as AddressInfo).port}`,
    control: `http://127.0.0.1:${asked.port}/`,
    ca: certificate,
    tokenFile,
  })}\n`,
)
