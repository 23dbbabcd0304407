/** Namespaces of OpenBao, which are a server of their own to whoever is in one: its own transit, tokens, policies and keys. */
import {randomBytes} from 'node:crypto'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import type {Provider} from '../../../src/providers/ports.ts'
import type {UsageEvent} from '../../../src/providers/usage.ts'
import type {OpenBao} from '../../backends/openbao.ts'
import {testWhen} from '../../support/needs.ts'
import {all, enabled, intent, none, outcome, secretOf, specOf} from '../support.ts'
import {openAs, openbao, placeOf, startTransit} from './bao.ts'

describe('namespaces', () => {
  const box: {bao?: OpenBao; root?: Provider; team?: Provider; inner?: Provider} = {}
  const bao = (): OpenBao => box.bao ?? missing()
  const root = (): Provider => box.root ?? missing()
  const team = (): Provider => box.team ?? missing()
  const inner = (): Provider => box.inner ?? missing()
  const places = () => [root(), team(), inner()] as const
  beforeAll(async () => {
    if (!openbao.present) return
    box.bao = await startTransit({audit: true})
    await bao().bao('namespace', 'create', 'team')
    await bao().bao('secrets', 'enable', '-namespace=team', 'transit')
    await bao().bao('namespace', 'create', '-namespace=team', 'inner')
    await bao().bao('secrets', 'enable', '-namespace=team/inner', 'transit')
    box.root = await openAs(placeOf(bao()), bao().token)
    box.team = await openAs(placeOf(bao(), {namespace: 'team'}), bao().token)
    box.inner = await openAs(placeOf(bao(), {namespace: 'team/inner'}), bao().token)
  })
  afterAll(async () => {
    for (const one of [box.root, box.team, box.inner]) await one?.close()
    await box.bao?.stop()
  })

  testWhen(openbao, 'are part of who answers, each with a mount of its own', async () => {
    const said = await Promise.all(places().map(async ({evidence}) => evidence.identity()))
    expect(said.map(({namespace}) => namespace)).toEqual(['root', 'team', 'team/inner'])
    expect(new Set(said.map(({accessor}) => accessor)).size).toBe(3)
    for (const {evidence} of places()) expect((await evidence.check()).filter(({ok}) => !ok)).toEqual([])
  })

  testWhen(openbao, 'a key is in the namespace that it was made in, and in no other', async () => {
    const ref = await enabled(team(), specOf('ec-p256', {label: 'teams-own'}))
    expect((await all(team().store)).map(({spec}) => spec.label)).toEqual(['teams-own'])
    for (const other of [root(), inner()]) {
      expect(await all(other.store)).toEqual([])
      expect(await outcome(other.use.sign(ref, Buffer.from('x')))).toBe('KEY_NOT_FOUND')
    }
    // The same name, free elsewhere.
    const twin = await enabled(inner(), specOf('ec-p256', {label: 'teams-own'}))
    expect(Buffer.from(await inner().use.publicKey(twin))).not.toEqual(
      Buffer.from(await team().use.publicKey(ref)),
    )
  })

  testWhen(openbao, 'everything a key is asked for is done in its namespace', async () => {
    const [spec, secret] = [specOf('aes-256'), randomBytes(32)]
    const ref = await inner().move.import(spec, secretOf(secret), intent())
    const sealed = await inner().use.encrypt(ref, Buffer.from('kept'), none)
    const next = await inner().life.rotate(ref.key, intent())
    expect(next.version).toBe('2')
    const opened = await inner().use.decrypt(ref, sealed, none)
    expect(opened.consume((bytes) => Buffer.from(bytes).toString())).toBe('kept')
    expect(await inner().life.setAvailability(ref, 'disabled')).toBe('disabled')
    const gone = await enabled(inner(), specOf('hmac-sha256'))
    await inner().life.scheduleDestruction(gone, 0)
    expect(await inner().store.describe(gone)).toBeUndefined()
  })

  testWhen(openbao, 'a token of one has no right above or below it, and is told where to look', async () => {
    await bao().bao(
      ...['write', '-namespace=team', 'sys/policies/acl/keys'],
      'policy=path "transit/*" { capabilities = ["create", "read", "update", "list"] }',
    )
    const made = JSON.parse(
      await bao().bao('token', 'create', '-namespace=team', '-policy=keys', '-format=json'),
    ) as {auth: {client_token: string}}
    const token = made.auth.client_token
    const own = await openAs(placeOf(bao(), {namespace: 'team'}), token)
    await enabled(own, specOf('ed25519'))
    await own.close()
    for (const namespace of ['', 'team/inner'])
      await expect(openAs(placeOf(bao(), {namespace}), token)).rejects.toMatchObject({
        code: 'PROVIDER_FAILED',
        message: expect.stringContaining('the token has no right at all there'),
        hints: expect.arrayContaining([
          expect.stringContaining(
            `bao secrets list -address=${bao().url}${namespace === '' ? '' : ' -namespace=team/inner'}, as who may`,
          ),
        ]),
      })
  })

  testWhen(openbao, 'one that is not there is said, with what to look at', async () => {
    const refused: unknown = await openAs(placeOf(bao(), {namespace: 'nobody'}), bao().token).catch(
      (error: unknown) => error,
    )
    expect(refused).toMatchObject({
      code: 'PROVIDER_FAILED',
      message: expect.stringContaining('no such namespace'),
      hints: expect.arrayContaining([`bao namespace list -address=${bao().url}`]),
    })
    expect(await outcome(openAs(placeOf(bao(), {namespace: '../team'}), bao().token))).toBe('USAGE')
  })

  testWhen(
    openbao,
    'what was done is read from the audit file of the server, of that namespace alone',
    async () => {
      const spec = specOf('ec-p256')
      const made = intent()
      const [here, there] = [await team().store.create(spec, made), await inner().store.create(spec, made)]
      expect(here).toEqual(there)
      await team().use.sign(here, Buffer.from('x'))
      const signs = async ({usage = missing()}: Provider): Promise<UsageEvent[]> => {
        const {events} = await usage({
          ...{refs: [here], since: new Date(0), until: new Date(Date.now() + 60_000)},
          ...{files: [bao().auditFile ?? missing()], workspace: null, endpoint: null},
        })
        const found: UsageEvent[] = []
        for await (const one of events) found.push(one)
        return found.filter(({operation}) => operation === 'sign')
      }
      expect(await signs(team())).toHaveLength(1)
      for (const other of [root(), inner()]) expect(await signs(other)).toEqual([])
    },
  )

  testWhen(
    openbao,
    'what was wrapped is wrapped anew by the server itself, and comes back the same',
    async () => {
      const material = randomBytes(32)
      const old = await enabled(team(), specOf('aes-256', {purpose: 'wrap'}))
      const wrapped = await team().use.wrap(old, secretOf(material))
      const next = await team().life.rotate(old.key, intent())
      const anew = (await team().use.rewrap?.(old, next, wrapped)) ?? missing()
      expect(Buffer.from(anew)).not.toEqual(Buffer.from(wrapped))
      const back = await team().use.unwrap(next, anew)
      expect(back.consume((bytes) => Buffer.from(bytes))).toEqual(material)
      const lines = await team().usage?.({
        ...{refs: [old], since: new Date(0), until: new Date(Date.now() + 60_000)},
        ...{files: [bao().auditFile ?? missing()], workspace: null, endpoint: null},
      })
      const asked: string[] = []
      for await (const {operation} of lines?.events ?? []) asked.push(operation)
      // A rewrap is told as an opening: whoever may do it has what is in it under a key of their choice.
      expect(asked.filter((one) => one === 'decrypt')).toHaveLength(2)
    },
  )
})

function missing(): never {
  throw new Error('it is made before the tests')
}
