/**
 * A stand-in for Google Cloud KMS: ours, for tests, and never the service. It speaks the published protocol (gRPC over TLS),
 * does real cryptography in software, and forgets everything when it ends. Software keys, whatever it calls HSM.
 *
 *   node main.ts FOLDER [PORT]     writes ca.pem and credentials.json to FOLDER, and one line of JSON to stdout when it is ready
 *   node main.ts FOLDER [PORT] --plain     as emulators are: in the clear, and anybody may call
 */
import {execFileSync} from 'node:child_process'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {newAccount} from './account.ts'
import {control} from './control.ts'
import {listen} from './server.ts'
import {World} from './world.ts'

const isPlain = process.argv.includes('--plain')
const [folder = '.', port = '0'] = process.argv.slice(2).filter((one) => one !== '--plain')
const place = resolve(folder)
mkdirSync(place, {recursive: true})
const project = 'keyrite-standin'
const account = newAccount(project)
writeFileSync(join(place, 'credentials.json'), JSON.stringify(account.file, null, 2), {mode: 0o600})
const [certificate, key] = [join(place, 'ca.pem'), join(place, 'key.pem')]
execFileSync(
  'openssl',
  [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '400'],
    ...['-subj', '/CN=stand-in for Google Cloud KMS', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', key, '-out', certificate],
  ],
  {stdio: 'ignore'},
)

const world = new World()
const parent = `projects/${project}/locations/europe-west3`
world.rings.set(`${parent}/keyRings/keyrite`, {
  name: `${parent}/keyRings/keyrite`,
  createdAt: world.now(),
  keys: new Map(),
  jobs: new Map(),
  retired: new Map(),
})
const tls = {certificate: readFileSync(certificate), key: readFileSync(key)}
const grpc = isPlain
  ? await listen(world, null, null, Number(port))
  : await listen(world, account, tls, Number(port))
const asked = await control(world)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    grpc.stop()
    asked.stop()
    process.exit(0)
  })
process.stdout.write(
  `${JSON.stringify({
    standin: 'Google Cloud KMS',
    endpoint: `${isPlain ? 'http://' : ''}localhost:${grpc.port}`,
    control: `http://127.0.0.1:${asked.port}/`,
    ring: `${parent}/keyRings/keyrite`,
    ca: certificate,
    credentials: join(place, 'credentials.json'),
  })}\n`,
)
