/** Does a piece of work, and kills itself at the nth call of the provider: before it, or when it took effect. Says how many calls there were where it lives. */
import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {X509Certificate} from 'node:crypto'
import {App} from '../../src/app.ts'
import {sha256Hex} from '../../src/base/bytes.ts'
import {Secret} from '../../src/base/secret.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {nobody, surroundingsOf} from '../support/run.ts'
import {workOn} from './killed-work.ts'

const [home = '', state = '', work = '', nth = '0', when = 'before', now = '', brought = ''] =
  process.argv.slice(2)
let calls = 0

function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => undefined)
}

type Call = (...given: never[]) => unknown

/** Every method of a port, but for lists, which are a call when they begin. */
function dying<T extends object>(port: T): T {
  return new Proxy(port, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name)
      if (typeof found !== 'function' || name === 'time' || name === 'list') return found
      return async (...given: never[]) => {
        const last = ++calls === Number(nth)
        if (last && when === 'before') return die()
        const done: unknown = await (found as Call).apply(target, given)
        return last ? die() : done
      }
    },
  })
}

/** Where a folder is brought: the certificates in it are of holders, and what is given out goes into it as `given.json`. */
function given(): object {
  if (brought === '' || !statSync(brought).isDirectory()) return {}
  const holders = readdirSync(brought)
    .filter((name) => name.endsWith('.pem'))
    .map((name) => ({certificate: new X509Certificate(readFileSync(join(brought, name))).raw}))
  const out = {
    keep: async (secret: Secret): Promise<string> =>
      secret.use((bytes) => {
        writeFileSync(join(brought, 'given.json'), bytes, {flag: 'wx'})
        return sha256Hex(bytes)
      }),
  }
  return {holders, keep: dying(out).keep}
}

const clock = now === '' ? {} : {now: () => new Date(now)}
const app = new App({
  ...surroundingsOf({home, state, ...clock}),
  ask: nobody,
  command: 'keyrite test',
  say: () => undefined,
})
const provider = async (name: string): Promise<Provider> => {
  const real = await app.provider(name)
  const {store, use, life, move, evidence, service, schedule, grants, deletion} = real
  const {wholeBackups, settings} = real
  return {
    ...real,
    ...{
      store: dying(store),
      use: dying(use),
      life: dying(life),
      move: dying(move),
      evidence: dying(evidence),
      ...(service === undefined ? {} : {service: dying(service)}),
      ...(schedule === undefined ? {} : {schedule: dying(schedule)}),
      ...(grants === undefined ? {} : {grants: dying(grants)}),
      ...(deletion === undefined ? {} : {deletion: dying(deletion)}),
      ...(wholeBackups === undefined ? {} : {wholeBackups: dying(wholeBackups)}),
      ...(settings === undefined ? {} : {settings: dying(settings)}),
    },
  }
}
const material = async (): Promise<Secret> => new Secret(readFileSync(brought))
await workOn(app, {...contextFor(app, null), provider, ...{material}, ...given()}, work)
await app.close()
process.stdout.write(String(calls))
