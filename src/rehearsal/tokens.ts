/** The tokens of a rehearsal: made for it, under PINs that are in this process alone, and gone with it. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {App} from '../app.ts'
import {makePrivateDir} from '../base/files.ts'
import {Secret} from '../base/secret.ts'
import type {CeremonyApp} from '../ceremony/run-context.ts'
import {openProvider} from '../providers/registry.ts'
import {addProfile, planProfile, recordProfile} from '../ui/add-profile.ts'
import {ceremonyApp} from '../ui/ceremony.ts'

/** What kind of token stands in for the place where keys will live. */
export type Stand =
  | {readonly kind: 'local'}
  /** SoftHSM2, by its module's file. */
  | {readonly kind: 'pkcs11'; readonly module: string}

export function standInWords({kind}: Stand): string {
  return kind === 'local' ? 'software token' : 'token of SoftHSM2 (software)'
}

interface Made {
  readonly settings: Readonly<Record<string, string>>
  readonly pin: Secret
}

const variable = 'SOFTHSM2_CONF'

export class Tokens {
  readonly #app: App
  readonly #stand: Stand
  readonly #made = new Map<string, Made>()
  readonly #loggedIn = new Set<string>()
  /** What the variable was before. */
  readonly #before = process.env[variable]

  constructor(app: App, stand: Stand) {
    this.#app = app
    this.#stand = stand
    if (stand.kind === 'pkcs11') process.env[variable] = softHsmFolder(join(app.world.home, 'tokens'))
  }

  /** Makes one, and adds its profile. @throws KeyriteError what making it throws. */
  async make(name: string): Promise<void> {
    const pin = new Secret(this.#pin())
    const settings = await this.#token(name, pin)
    this.#made.set(name, {settings, pin})
    this.#loggedIn.add(name)
  }

  /** The app for the engine: nobody knows the PINs, so a token that was logged out is opened again without asking. */
  get ceremonyApp(): CeremonyApp {
    const app = ceremonyApp(this.#app)
    return {
      ...app,
      provider: async (name) => {
        await this.#logIn(name)
        return app.provider(name)
      },
      logOut: async () => {
        this.#loggedIn.clear()
        await app.logOut()
      },
    }
  }

  end(): void {
    for (const {pin} of this.#made.values()) pin.wipe()
    if (this.#stand.kind !== 'pkcs11') return
    if (this.#before === undefined) Reflect.deleteProperty(process.env, variable)
    else process.env[variable] = this.#before
  }

  async #token(name: string, pin: Secret): Promise<Made['settings']> {
    const common = {name, environment: 'test', pinFile: undefined} as const
    if (this.#stand.kind === 'local') {
      const token = join(this.#app.world.home, 'tokens', `${name}.token`)
      await addProfile(this.#app, {...common, kind: 'local', token}, null, pin)
      return {path: token}
    }
    const {module} = this.#stand
    const {newSoftToken} = await import('../providers/pkcs11/index.ts')
    const soPin = new Secret(this.#pin())
    const serial = await newSoftToken({module, label: name, mine: [...this.#made.keys()]}, soPin, pin)
    soPin.wipe()
    const place = {...common, kind: 'pkcs11', settings: {module, serial}, prover: null}
    await recordProfile(this.#app, place, await planProfile(this.#app, place, pin), null)
    return place.settings
  }

  async #logIn(name: string): Promise<void> {
    const made = this.#made.get(name)
    if (made === undefined || this.#loggedIn.has(name)) return
    const {random, clock} = this.#app.world
    const opening = {settings: made.settings, secret: made.pin, random, clock, leastGeneration: null}
    this.#app.lend(name, await openProvider(this.#stand.kind, opening))
    this.#loggedIn.add(name)
  }

  /** 24 letters of 16: 96 bits, and never a string. */
  #pin(): Uint8Array {
    return this.#app.world.random.bytes(24).map((byte) => 0x61 + (byte % 16))
  }
}

/** The folder that holds the tokens, and the file that leads SoftHSM2 to it and to no other. */
function softHsmFolder(tokens: string): string {
  const folder = join(tokens, 'softhsm2')
  makePrivateDir(tokens)
  makePrivateDir(folder)
  const file = join(tokens, 'softhsm2.conf')
  const lines = [`directories.tokendir = ${folder}`, 'objectstore.backend = file', 'log.level = ERROR']
  writeFileSync(file, `${lines.join('\n')}\nslots.removable = false\n`, {mode: 0o600, flag: 'wx'})
  return file
}
