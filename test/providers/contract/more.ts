/** What only some services have beside the five ports: it is there where it was promised, and nowhere else. */
import {describe, expect, test} from '@jest/globals'
import {keyBackupsOf} from '../../../src/backups/index.ts'
import {aliasIn} from '../../../src/keys/reachable.ts'
import {grantableOf} from '../../../src/providers/granting.ts'
import type {VersionRef} from '../../../src/providers/ports.ts'
import {noTerms} from '../../../src/providers/schedule.ts'
import type {Expected, Watched} from '../contract.ts'
import {bytesOf, enabled, intent, none, outcome, specOf, usual} from '../support.ts'

export function moreContract(
  {kind, has = [], refuses, destructionDays, grant}: Expected,
  bench: () => Watched,
): void {
  const {secret} = usual(refuses)

  describe('what only some services have', () => {
    test(`is ${has.join(', ') || 'nothing'} here`, () => {
      const {random, deletion, rights, grants, service, keyBackups, schedule} = bench().open
      const all = {random, deletion, rights, grants, service, keyBackups, schedule}
      const found = Object.entries(all).filter(([, port]) => port !== undefined)
      expect(found.map(([name]) => name)).toEqual(has)
    })

    test('what it has not is refused before it is asked, by what its commands look at first', async () => {
      const {evidence, keyBackups} = bench().open
      const identity = await evidence.identity()
      const looked = async (
        port: 'grants' | 'service' | 'keyBackups',
        operations: readonly string[],
        look: () => unknown,
      ) => {
        if (has.includes(port)) expect(await outcome(async () => look())).toBe('ok')
        else for (const one of operations) expect(await outcome(bench().tried(one, look))).toBe('UNSUPPORTED')
      }
      await looked('grants', ['grants.give', 'grants.list', 'grants.remove'], async () =>
        grantableOf({kind, identity}, 'orders'),
      )
      await looked('keyBackups', ['keyBackups.take', 'keyBackups.putBack'], () =>
        keyBackupsOf({kind, ...(keyBackups === undefined ? {} : {keyBackups})}),
      )
      await looked('service', ['service.setAlias'], () => aliasIn({kind, identity, name: 'place'}, 'orders'))
    })

    if (has.includes('grants'))
      test('a grant is given, listed, and taken away', async () => {
        const ref = await enabled(bench().open, specOf(secret))
        const {grants} = bench().open
        const identity = await bench().open.evidence.identity()
        const {regionOf} = await grantableOf({kind, identity}, 'orders')
        const region = regionOf?.(identity) ?? identity['region'] ?? missing()
        const wish = {...(grant ?? missing()), region}
        const given = await grants?.give(ref, wish, intent())
        expect(given).toMatchObject({grantee: wish.grantee, operations: [...wish.operations]})
        expect(await grants?.list(ref)).toMatchObject([{id: given?.id, grantee: wish.grantee}])
        await grants?.remove(ref, given ?? missing())
        expect(await grants?.list(ref)).toEqual([])
        await grants?.remove(ref, given ?? missing())
      })

    if (has.includes('service'))
      test('an alias is given, and moved to another key, which the first one loses', async () => {
        const one = await enabled(bench().open, specOf(secret))
        const other = await enabled(bench().open, specOf(secret))
        const {service} = bench().open
        const alias = `a-${one.key.slice(0, 8)}`
        expect(await service?.aliased(alias)).toBeUndefined()
        await service?.setAlias(alias, one)
        expect(await service?.aliased(alias)).toBe(one.key)
        await service?.setAlias(alias, other)
        expect(await service?.aliased(alias)).toBe(other.key)
        expect(await service?.aliases(one)).toEqual([])
      })

    if (has.includes('keyBackups'))
      test('a key is backed up by itself, lost, put back, and opens what it made', async () => {
        const {keyBackups, store, use} = bench().open
        const id = (await bench().leaving?.()) ?? missing()
        expect(await keyBackups?.refusal(id)).toBeUndefined()
        const version = await only(bench(), id)
        const sealed = await use.encrypt(version, Buffer.from('kept'), none)
        const backup = (await keyBackups?.take(id)) ?? missing()
        expect(await outcome(keyBackups?.putBack(id, backup) ?? missing())).toBe('KEY_EXISTS')
        await bench().lose?.(id)
        expect(await store.describe(version)).toBeUndefined()
        await keyBackups?.putBack(id, backup)
        expect(await keyBackups?.has(id)).toBe(true)
        expect(bytesOf(await use.decrypt(version, sealed, none)).toString()).toBe('kept')
        backup.wipe()
      })

    if (has.includes('schedule'))
      test('a schedule of its own is set, told, and taken away', async () => {
        const {key} = await enabled(bench().open, specOf(secret))
        const {schedule} = bench().open
        expect(await schedule?.read(key)).toMatchObject({everyDays: null})
        const wish = {...noTerms, everyDays: 90}
        await schedule?.permit(key, wish)
        expect(await schedule?.set(key, wish)).toMatchObject({everyDays: 90})
        expect(await schedule?.read(key)).toMatchObject({everyDays: 90})
        expect(await schedule?.set(key, noTerms)).toMatchObject({everyDays: null})
      })

    if (has.includes('random'))
      test('random bytes are as many as were asked for, and others each time', async () => {
        const {random} = bench().open
        const [one, other] = [await random?.(40), await random?.(40)].map((all) => all && bytesOf(all))
        expect(one).toHaveLength(40)
        expect(other).toHaveLength(40)
        expect(one).not.toEqual(other)
      })

    if (has.includes('deletion'))
      test('what is destroyed is deleted, for good, and nothing else is', async () => {
        const ref = await enabled(bench().open, specOf(secret))
        expect(await outcome(bench().open.deletion?.deleteVersion(ref) ?? Promise.resolve())).toBe(
          'KEY_STATE',
        )
        await bench().open.life.scheduleDestruction(ref, destructionDays.least)
        await bench().forward(destructionDays.least + 1)
        await bench().reopen()
        const {deletion, store} = bench().open
        await deletion?.deleteVersion(ref)
        await deletion?.deleteKey(ref.key)
        expect(await deletion?.isGone(ref)).toBe(true)
        expect(await store.describe(ref)).toBeUndefined()
      })

    if (has.includes('rights'))
      test('rights are given, read, taken, and stripped', async () => {
        const {key} = await enabled(bench().open, specOf(secret))
        const {rights} = bench().open
        const right = {role: 'roles/cloudkms.signer', member: 'user:ci@example.com', condition: null}
        await rights?.give(key, [right])
        expect(await rights?.read(key)).toMatchObject([right])
        await rights?.take(key, [right])
        expect(await rights?.read(key)).toEqual([])
        await rights?.give(key, [right])
        expect(await rights?.strip(key, [])).toMatchObject({taken: [right], left: []})
      })
  })
}

/** The one version of a key by its id. */
async function only({open}: Watched, id: string): Promise<VersionRef> {
  for await (const {ref} of open.store.list()) if (ref.key === id) return ref
  return missing()
}

function missing(): never {
  throw new Error('the bench has none')
}
