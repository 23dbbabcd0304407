/** What is said of a place that is not well: which step failed or hung, and what mends it. */
import {execFileSync} from 'node:child_process'
import {chmodSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import type {App} from '../../../src/app.ts'
import Doctor from '../../../src/commands/doctor.ts'
import ProfileCheck from '../../../src/commands/profile/check.ts'
import {Secret} from '../../../src/base/secret.ts'
import {openProfile, profilesFold, readConfig, type Profile} from '../../../src/profiles/index.ts'
import {checkProfile} from '../../../src/ui/check-profile.ts'
import {client, Server, softHsm, type SoftHsm} from '../../providers/pkcs11/softhsm.ts'
import {quirkyHsm, standinNeed, type QuirkyHsm} from '../../providers/pkcs11/standin.ts'
import {outcome} from '../../ledger/support.ts'
import {addHsm} from '../../support/hsm-profile.ts'
import {runJson} from '../../support/run.ts'
import {makeKey, makeLedger, type TestLedger} from '../../support/ledger.ts'
import {here, testWhen} from '../../support/needs.ts'

const need = {
  present: client !== undefined && here('p11-kit') && here('softhsm2'),
  what: 'p11-kit server or SoftHSM2',
  how: 'install them: apt-get install p11-kit p11-kit-modules softhsm2',
}

describe('an HSM that is looked at', () => {
  const box: {made?: TestLedger; hsm?: SoftHsm; server?: Server} = {}
  const hsm = (): SoftHsm => box.hsm ?? missing()
  const server = (): Server => box.server ?? missing()
  beforeAll(async () => {
    if (!need.present) return
    box.hsm = softHsm()
    box.server = new Server(box.hsm)
    box.made = await makeLedger({people: 3})
    const pinFile = join(dirname(box.made.world.home), 'hsm.pin')
    writeFileSync(pinFile, `${box.hsm.pin}\n`, {mode: 0o600})
    await box.server.start()
    process.env['P11_KIT_SERVER_ADDRESS'] = `unix:path=${box.server.socket}`
    await using(async (app) => {
      const founders = box.made?.founders ?? []
      await addHsm(app, founders, 'near', hsm(), pinFile)
      await app.logOut()
      await addHsm(app, founders, 'far', {...hsm(), module: client ?? ''}, pinFile)
      await app.logOut()
      await makeKey(app, founders, {name: 'payments', profile: 'near'})
    })
  })
  afterAll(async () => {
    await box.server?.kill()
    box.hsm?.remove()
    box.made?.remove()
  })

  const using = <T>(work: (app: App) => Promise<T>): Promise<T> => (box.made ?? missing()).using(work)
  const profileIn = (app: App, name: string): Profile =>
    app.ledger.of(profilesFold).profiles.get(name) ?? missing()
  const checked = (name: string, within?: {answer: number; all: number}) =>
    using((app) => checkProfile(app, profileIn(app, name), within))

  testWhen(
    need,
    'is well: it opens, its PIN, algorithms, objects and the keys of the ledger are there',
    async () => {
      const {checks, exit} = await checked('near')
      expect(checks.filter(({ok}) => !ok)).toEqual([])
      expect(checks.map(({name}) => name)).toEqual([
        'opens',
        'logged in',
        'PIN',
        'algorithms',
        'objects',
        'keys',
      ])
      expect(exit).toBe(0)
    },
  )

  testWhen(
    need,
    'hangs: it is not waited for, and the step that hung is named',
    async () => {
      process.kill(-server().pid, 'SIGSTOP')
      const began = performance.now()
      const {checks, exit, failure} = await checked('far', {answer: 1500, all: 2500})
      expect(performance.now() - began).toBeLessThan(20_000)
      expect(failure?.code).toBe('PROVIDER_UNREACHABLE')
      expect(exit).toBe(7)
      expect(checks).toEqual([
        {
          name: 'opens',
          ok: false,
          detail: expect.stringMatching(
            /no answer within 1.5 seconds, while its (module is started|tokens are listed)/,
          ),
          fix: expect.stringMatching(/on and connected/),
        },
      ])
      process.kill(-server().pid, 'SIGCONT')
      await server().kill()
      expect((await checked('far')).checks).toEqual([
        expect.objectContaining({
          name: 'opens',
          ok: false,
          detail: expect.stringMatching(/the module shows none/),
        }),
      ])
    },
    60_000,
  )

  testWhen(need, 'warns of a wrong PIN that was given before, and before another is', async () => {
    const said: string[] = []
    const open = (pin: string) =>
      using((app) =>
        outcome(async () => {
          const provider = await openProfile({
            profile: profileIn(app, 'near'),
            local: readConfig(app.world.home).get('near'),
            leastGeneration: null,
            secret: () => {
              said.push('the PIN is asked for')
              return Promise.resolve(new Secret(Buffer.from(pin)))
            },
            clock: app.world.clock,
            random: app.world.random,
            say: (line) => said.push(line),
          })
          await provider.close()
        }),
      )
    expect(await open('not the pin')).toBe('CREDENTIALS_REFUSED')
    expect(said).toEqual(['the PIN is asked for'])
    expect(await open(hsm().pin)).toBe('ok')
    expect(said.slice(1)).toEqual([
      'Warning: profile "near": there was a wrong PIN before: tries are counted.',
      'the PIN is asked for',
    ])
  })

  testWhen(need, 'was made anew: its serial number is the same, and its keys are missed', async () => {
    execFileSync(
      'softhsm2-util',
      [
        '--init-token',
        '--serial',
        hsm().serial,
        '--label',
        'lab',
        '--so-pin',
        '87654321',
        '--pin',
        hsm().pin,
      ],
      {stdio: 'ignore', env: process.env},
    )
    const {checks, exit} = await checked('near')
    expect(checks.filter(({ok}) => !ok)).toEqual([
      {
        name: 'keys',
        ok: false,
        detail: expect.stringMatching(/not there any more, .*: payments; it was made anew/),
        fix: 'keyrite key show payments',
      },
    ])
    expect(exit).toBe(7)
  })
})

describe('an HSM that counts wrong PINs', () => {
  const box: {made?: TestLedger; hsm?: QuirkyHsm; pinFile?: string} = {}
  const made = (): TestLedger => box.made ?? missing()
  const hsm = (): QuirkyHsm => box.hsm ?? missing()
  const holds = (pin: string): void => {
    writeFileSync(box.pinFile ?? '', pin, {mode: 0o600})
  }
  const opens = async () => {
    const {checks, exit} = await made().using((app) =>
      checkProfile(app, app.ledger.of(profilesFold).profiles.get('counts') ?? missing()),
    )
    return {...checks[0], exit}
  }
  beforeAll(async () => {
    if (!standinNeed.present) return
    box.hsm = quirkyHsm('tries 3')
    box.made = await makeLedger({people: 3})
    box.pinFile = join(dirname(box.made.world.home), 'counts.pin')
    holds(`${hsm().pin}\n`)
    await made().using((app) => addHsm(app, made().founders, 'counts', hsm(), box.pinFile))
  })
  afterAll(() => {
    box.hsm?.remove()
    box.made?.remove()
  })

  interface Line {
    readonly name: string
    readonly ok: boolean
    readonly detail: string
    readonly fix: string | null
  }
  const doctor = async (...args: readonly string[]): Promise<readonly Line[]> =>
    (await runJson<{checks: readonly Line[]}>(Doctor, 'doctor', args, made().world)).checks

  testWhen(
    standinNeed,
    'has settings that cannot be used: a finding beside every other, with where they stand',
    async () => {
      const config = join(made().world.home, 'config.yaml')
      const before = readFileSync(config, 'utf8')
      const others = (await doctor()).filter(({name}) => !name.startsWith('profile'))
      writeFileSync(config, before.replace('serial:', 'slot: "0"\n      serial:'), {mode: 0o600})
      const found = await doctor('--profile', 'counts')
      const check = await runJson(ProfileCheck, 'profile check', ['counts'], made().world)
      writeFileSync(config, before, {mode: 0o600})
      expect(found.filter(({name}) => !name.startsWith('profile')).map(({name}) => name)).toEqual(
        others.map(({name}) => name),
      )
      const line = {
        ok: false,
        detail: 'cannot use setting "slot": kind "pkcs11" takes module, serial, label',
        fix: `in ${config}, for counts: only settings that its kind takes`,
      }
      expect(found).toContainEqual(expect.objectContaining({...line, name: 'profile counts: opens'}))
      expect(check).toMatchObject({exit: 2, ok: false, checks: [{...line, name: 'opens'}]})
    },
  )

  testWhen(standinNeed, 'has a PIN file that is not there: the flag that names another for now', async () => {
    const file = box.pinFile ?? ''
    renameSync(file, `${file}.away`)
    const found = await doctor('--profile', 'counts')
    renameSync(`${file}.away`, file)
    expect(found).toContainEqual(
      expect.objectContaining({
        name: 'profile counts',
        ok: false,
        detail: `its PIN file "${file}" is not there`,
        fix: expect.stringMatching(/^keyrite profile check counts --pin-file FILE; /),
      }),
    )
  })

  testWhen(
    standinNeed,
    'has a PIN file that others may read: said, and it is opened all the same',
    async () => {
      chmodSync(box.pinFile ?? '', 0o644)
      const found = (await doctor('--profile', 'counts')).filter(({name}) =>
        name.startsWith('profile counts'),
      )
      chmodSync(box.pinFile ?? '', 0o600)
      expect(found[0]).toMatchObject({ok: false, fix: `chmod go-rwx ${box.pinFile ?? ''}`})
      expect(found).toContainEqual(expect.objectContaining({name: 'profile counts: opens', ok: true}))
    },
  )

  testWhen(standinNeed, 'is given no empty PIN: none is counted', async () => {
    holds('\n')
    expect(await opens()).toMatchObject({
      ok: false,
      exit: 11,
      detail: 'cannot log in to the token: the PIN is empty, and was not tried',
      fix: 'the PIN, as the only line of its PIN file, or typed',
    })
    expect(hsm().wrongPins).toBe(0)
  })

  testWhen(
    standinNeed,
    'is asked no last time by whoever only looks: the PIN that is remembered stays untried, one that is named is',
    async () => {
      holds(`${hsm().pin} \r\n`)
      for (const tries of ['tries are counted', 'one more wrong PIN locks it'])
        expect(await opens()).toMatchObject({
          exit: 11,
          detail: `cannot log in to the token: the PIN is wrong, CKR_PIN_INCORRECT (0xa0); what was given ends with a blank, a tab or a carriage return, which counts; ${tries.replace('tries', 'there was a wrong PIN before: tries')}`,
        })
      expect(hsm().wrongPins).toBe(2)
      expect(await opens()).toMatchObject({
        ok: false,
        exit: 11,
        detail: `cannot open profile "counts": one more wrong PIN locks it, so the one in "${box.pinFile ?? ''}" was not tried`,
        fix: 'keyrite profile check counts --pin-file FILE, once you know that FILE holds the right one',
      })
      expect(hsm().wrongPins).toBe(2)
      holds(`${hsm().pin}\n`)
      const args = ['counts', '--pin-file', box.pinFile ?? '']
      expect(await runJson(ProfileCheck, 'profile check', args, made().world)).toMatchObject({exit: 0})
      expect(hsm().wrongPins).toBe(0)
      expect(await opens()).toMatchObject({ok: true, exit: 0})
    },
  )
})

function missing(): never {
  throw new Error('it was not made')
}
