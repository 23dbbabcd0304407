/** What is done at a service that dies: how each act is made ready, how it is typed, and what must be so when it is over. */
import {randomBytes} from 'node:crypto'
import {existsSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {KMS} from '@aws-sdk/client-kms'
import {expect} from '@jest/globals'
import KeyActivate from '../../src/commands/key/activate.ts'
import KeyAdopt from '../../src/commands/key/adopt.ts'
import KeyAlias from '../../src/commands/key/alias.ts'
import KeyCancelDestroy from '../../src/commands/key/cancel-destroy.ts'
import KeyCompromise from '../../src/commands/key/compromise.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyDeactivate from '../../src/commands/key/deactivate.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import KeyGrant from '../../src/commands/key/grant.ts'
import KeyImport from '../../src/commands/key/import.ts'
import KeyProve from '../../src/commands/key/prove.ts'
import KeyReplicate from '../../src/commands/key/replicate.ts'
import KeyResume from '../../src/commands/key/resume.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeySuspend from '../../src/commands/key/suspend.ts'
import KeyUngrant from '../../src/commands/key/ungrant.ts'
import RotationPlan from '../../src/commands/rotation/plan.ts'
import RotationRun from '../../src/commands/rotation/run.ts'
import {keysFold} from '../../src/keys/index.ts'
import type {House} from '../ceremony/room.ts'
import {runJson, type CommandClass} from '../support/run.ts'

export type Said = Record<string, unknown>

export interface Row {
  /** @returns the key that it is about. */
  readonly before: () => Promise<string>
  readonly act: (key: string) => Promise<Said>
  /** What is typed to go on, where it is not the same. */
  readonly onward?: (key: string) => Promise<Said>
  readonly state: string
  /** How many keys of its name the place has then, and versions the ledger; one unless told. */
  readonly made?: number
  /** What else must be so, asked of the place past the way that dies. */
  readonly ends?: (key: string) => Promise<void>
}

/** A place that dies is asked by these; what is asked past it is at `direct`. */
export interface Dying {
  readonly house: () => House
  /** The address of the server itself. */
  readonly direct: () => string
}

export const typed = (house: () => House) => (command: CommandClass, id: string, argv: readonly string[]) => {
  const signs = ['alice', 'bob', 'carol', 'dan', 'erin'].flatMap((one) => [
    '--sign-with',
    `${one}=${house().keyOf(one)}`,
  ])
  const asked = command === KeyProve || command === RotationRun ? [] : signs
  return runJson(command, id, [...argv, '--as', 'alice', ...asked], house().world)
}

let count = 0
export const fresh = (): string => `k${++count}`
const kept = ['--profile', 'place', '--owner', 'Orders']
const pair = [...kept, '--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing']
const secret = [...kept, '--algorithm', 'hmac-sha256', '--purpose', 'mac', '--class', 'mac']

function making({house}: Dying) {
  const run = typed(house)
  return async (...more: string[]): Promise<string> => {
    const name = fresh()
    expect(await run(KeyCreate, 'key create', [name, ...pair, ...more])).toMatchObject({exit: 0})
    return name
  }
}

/** What every place has. */
export function lifeRows(dying: Dying): Readonly<Record<string, Row>> {
  const run = typed(dying.house)
  const make = making(dying)
  const brought = (): string => {
    const file = join(dying.house().dir, 'brought.bin')
    if (!existsSync(file)) writeFileSync(file, randomBytes(32), {mode: 0o600})
    return file
  }
  const suspended = async (): Promise<string> => {
    const key = await make('--activate')
    expect(await run(KeySuspend, 'key suspend', [key])).toMatchObject({exit: 0})
    return key
  }
  const destroy = (key: string) =>
    run(KeyDestroy, 'key destroy', [key, '--reason', 'replaced', '--confirm', `${key}@place`])
  return {
    create: {
      before: async () => fresh(),
      act: (key) => run(KeyCreate, 'key create', [key, ...pair, '--activate']),
      state: 'active',
    },
    import: {
      before: async () => fresh(),
      act: (key) => run(KeyImport, 'key import', [key, '--from', brought(), ...secret, '--activate']),
      state: 'active',
    },
    prove: {
      before: () => make('--activate'),
      act: (key) => run(KeyProve, 'key prove', [key]),
      state: 'active',
    },
    activate: {
      async before() {
        const key = await make()
        expect(await run(KeyProve, 'key prove', [key])).toMatchObject({exit: 0})
        return key
      },
      act: (key) => run(KeyActivate, 'key activate', [key]),
      state: 'active',
    },
    suspend: {
      before: () => make('--activate'),
      act: (key) => run(KeySuspend, 'key suspend', [key]),
      state: 'suspended',
    },
    resume: {before: suspended, act: (key) => run(KeyResume, 'key resume', [key]), state: 'active'},
    deactivate: {
      before: () => make('--activate'),
      act: (key) => run(KeyDeactivate, 'key deactivate', [key, '--reason', 'replaced']),
      state: 'deactivated',
    },
    compromise: {
      before: () => make('--activate'),
      act: (key) =>
        run(KeyCompromise, 'key compromise', [key, '--reason', 'seen', '--confirm', `${key}@place`]),
      state: 'compromised',
    },
    rotation: {
      before: () => make('--activate'),
      act: (key) => run(RotationPlan, 'rotation plan', [key]),
      onward: (key) => run(RotationRun, 'rotation run', [key]),
      state: 'active',
      made: 2,
    },
    destroy: {before: () => make(), act: destroy, state: 'destruction-scheduled'},
    'cancel-destroy': {
      async before() {
        const key = await make()
        expect(await destroy(key)).toMatchObject({exit: 0})
        return key
      },
      act: (key) => run(KeyCancelDestroy, 'key cancel-destroy', [key]),
      state: 'pre-active',
    },
  }
}

/** What AWS has beside it. */
export function awsRows(dying: Dying): Readonly<Record<string, Row>> {
  const {house, direct} = dying
  const run = typed(house)
  const make = making(dying)
  const [home, away] = ['eu-central-1', 'eu-west-1']
  const ask = async <T>(act: (kms: KMS) => Promise<T>, region = home): Promise<T> => {
    const kms = new KMS({region, endpoint: direct()})
    return act(kms).finally(() => {
      kms.destroy()
    })
  }
  const idOf = async (key: string): Promise<string> =>
    house().using(async ({ledger}) => {
      const ref = ledger.of(keysFold).keys.get(key)?.versions[0]?.ref
      return ref?.key ?? ''
    })
  const grantee = 'arn:aws:iam::111122223333:role/orders'
  const give = (key: string) => run(KeyGrant, 'key grant', [key, '--to', grantee, '--operation', 'Sign'])
  const grantsOf = async (key: string) => {
    const KeyId = await idOf(key)
    return (await ask((kms) => kms.listGrants({KeyId}))).Grants ?? []
  }
  const given = new Map<string, string>()
  const standsFor = async (key: string): Promise<void> => {
    const {KeyMetadata} = await ask((kms) => kms.describeKey({KeyId: `alias/of-${key}`}))
    expect(KeyMetadata?.KeyId).toBe(await idOf(key))
  }
  return {
    grant: {
      before: () => make('--activate'),
      act: give,
      state: 'active',
      async ends(key) {
        expect(await grantsOf(key)).toMatchObject([{GranteePrincipal: grantee, Operations: ['Sign']}])
      },
    },
    ungrant: {
      async before() {
        const key = await make('--activate')
        expect(await give(key)).toMatchObject({exit: 0})
        given.set(key, (await grantsOf(key))[0]?.GrantId ?? '')
        return key
      },
      act: (key) => run(KeyUngrant, 'key ungrant', [key, given.get(key) ?? '']),
      state: 'active',
      async ends(key) {
        expect(await grantsOf(key)).toEqual([])
      },
    },
    alias: {
      before: () => make('--activate'),
      act: (key) => run(KeyAlias, 'key alias', [key, `of-${key}`]),
      state: 'active',
      ends: standsFor,
    },
    'alias, moved': {
      async before() {
        const [old, key] = [await make('--activate'), await make('--activate')]
        expect(await run(KeyAlias, 'key alias', [old, `of-${key}`])).toMatchObject({exit: 0})
        return key
      },
      act: (key) => run(KeyAlias, 'key alias', [key, `of-${key}`]),
      state: 'active',
      ends: standsFor,
    },
    replicate: {
      before: () => make('--activate'),
      act: (key) => run(KeyReplicate, 'key replicate', [key, '--region', away]),
      state: 'active',
      async ends(key) {
        const KeyId = await idOf(key)
        expect(await ask((kms) => kms.describeKey({KeyId}), away)).toMatchObject({KeyMetadata: {KeyId}})
      },
    },
    adopt: {
      async before() {
        const key = fresh()
        const {KeyMetadata} = await ask((kms) =>
          kms.createKey({KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY'}),
        )
        await ask((kms) => kms.createAlias({AliasName: `alias/${key}`, TargetKeyId: KeyMetadata?.KeyId}))
        return key
      },
      act: (key) =>
        run(KeyAdopt, 'key adopt', [
          key,
          '--profile',
          'place',
          '--class',
          'jwt-signing',
          '--owner',
          'Orders',
        ]),
      state: 'active',
    },
  }
}

/** How many keys of that name the place has, if the ledger has as many versions; else less than none. */
export async function madeOf(house: House, key: string): Promise<number> {
  return house.using(async (app) => {
    const versions = app.ledger.of(keysFold).keys.get(key)?.versions ?? []
    const ours = new Set(versions.map(({ref}) => ref.key))
    let found = 0
    for await (const {ref, spec} of (await app.provider('place')).store.list())
      if (spec.label === key || ours.has(ref.key)) found++
    return versions.length === found ? found : -found
  })
}

export const shownOf = (house: House, key: string): Promise<Said> =>
  runJson(KeyShow, 'key show', [key], house.world)
