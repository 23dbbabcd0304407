/** OpenBao that is not there, not well, not trusted, sealed, or does not know us; and a way to it that is cut. */
import {X509Certificate} from 'node:crypto'
import {once} from 'node:events'
import {readFileSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {KeyriteError} from '../../../src/base/errors.ts'
import {tool} from '../../../src/base/package.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import type {OpenBao} from '../../backends/openbao.ts'
import {freePort} from '../../backends/launch.ts'
import {hung} from '../../support/hung.ts'
import {testWhen} from '../../support/needs.ts'
import {all, enabled, intent, outcome, secretOf, specOf} from '../support.ts'
import {openAs, openbao, placeOf, startAgent, startTransit, tokenWith} from './bao.ts'
import {Way} from './proxy.ts'

/** What is refused, with its words and what they say to type next. */
async function refused(call: Promise<unknown>): Promise<KeyriteError> {
  try {
    await call
  } catch (error) {
    if (error instanceof KeyriteError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('a server that is not well', () => {
  const box: {bao?: OpenBao; way?: Way} = {}
  const bao = (): OpenBao => box.bao ?? missing()
  const way = (): Way => box.way ?? missing()
  const root = async (over = {}): Promise<Provider> => openAs(placeOf(bao(), over), bao().token)
  beforeAll(async () => {
    if (!openbao.present) return
    box.bao = await startTransit()
    box.way = await Way.to(box.bao.port)
  })
  afterAll(async () => {
    await box.way?.close()
    await box.bao?.stop()
  })

  testWhen(openbao, 'is not there, or is no OpenBao: said so', async () => {
    const address = `http://127.0.0.1:${await freePort('127.0.0.1')}`
    expect(await refused(root({address}))).toMatchObject({
      code: 'PROVIDER_UNREACHABLE',
      message: `cannot ask the server how it is: ${address} does not answer, nothing listens there`,
    })
    const secure = bao().url.replace('http:', 'https:')
    expect((await refused(root({address: secure}))).message).toContain('it does not speak TLS')
    const socket = join(bao().folder, 'no.sock')
    expect((await refused(root({address: `unix:${socket}`}))).message).toContain('there is no such socket')
    const page = createServer((_request, response) => {
      response.writeHead(404, {'content-type': 'text/html'}).end('<h1>Not Found</h1>')
    }).listen(0, '127.0.0.1')
    await once(page, 'listening')
    const other = `http://127.0.0.1:${(page.address() as AddressInfo).port}`
    const said = await refused(root({address: other}))
    page.close()
    expect(said.message).toBe(
      `cannot ask the server how it is: what answers at ${other} is no OpenBao and no Vault (HTTP 404)`,
    )
    expect(said.hints[0]).toContain(`curl ${other}/v1/sys/health`)
  })

  testWhen(openbao, 'the token is never sent in the clear to another machine', async () => {
    for (const address of [
      'http://bao.example.com:8200',
      'http://10.0.0.1',
      'ftp://127.0.0.1',
      'bao',
      'https://a:b@c',
      'https://c/x',
    ])
      expect(await outcome(root({address}))).toBe('USAGE')
  })

  testWhen(openbao, 'has no transit at the mount: said with the command that makes it', async () => {
    expect(await refused(root({mount: 'nowhere'}))).toMatchObject({
      code: 'PROVIDER_FAILED',
      hints: [
        `bao secrets list -address=${bao().url}, as who may; if it is there, the token wants a policy with: path "nowhere/keys" { capabilities = ["list"] }`,
        `bao secrets enable -address=${bao().url} -path=nowhere transit`,
      ],
    })
    expect((await refused(root({mount: 'cubbyhole'}))).message).toContain(
      'there is no transit, but cubbyhole',
    )
    for (const mount of ['', '../sys', 'a/../b', 'a b', '/a'])
      expect(await outcome(root({mount}))).toBe('USAGE')
  })

  testWhen(openbao, 'does not take the token: exit 11, and the token is in no message', async () => {
    const error = await refused(openAs(placeOf(bao()), 's.thisisnotone'))
    expect(error).toMatchObject({code: 'CREDENTIALS_REFUSED', exit: 11})
    expect(error.message).toContain('wrong, or was revoked, or has expired')
    expect(JSON.stringify([error.message, error.hints])).not.toContain('thisisnotone')
    for (const token of ['', 'two words', 'täken'])
      expect(await outcome(openAs(placeOf(bao()), token))).toBe('CREDENTIALS_REFUSED')
  })

  testWhen(openbao, 'takes the token, and it may not: the path is named, and nothing is made', async () => {
    const token = await tokenWith(bao(), 'path "transit/keys" { capabilities = ["list"] }')
    const open = await openAs(placeOf(bao()), token)
    const spec = specOf('ec-p256')
    const error = await refused(open.store.create(spec, intent()))
    expect(error).toMatchObject({code: 'CREDENTIALS_REFUSED', exit: 11})
    expect(error.message).toMatch(/the token may not write transit\/keys\//)
    const lines = await open.evidence.check()
    expect(lines.find(({name}) => name === 'permission')?.detail).toContain('of any key at all: nothing')
    await open.close()
    const blind = await openAs(
      placeOf(bao()),
      await tokenWith(bao(), 'path "transit/random" { capabilities = ["update"] }'),
    )
    expect(await blind.evidence.check()).toContainEqual(
      expect.objectContaining({
        name: 'permission',
        ok: false,
        fix: 'a policy with: path "transit/keys" { capabilities = ["list"] }',
      }),
    )
    await blind.close()
  })

  testWhen(
    openbao,
    'a token that is renewed outlives its time while nobody asks anything',
    async () => {
      const token = await tokenWith(
        bao(),
        'path "transit/*" { capabilities = ["create", "read", "update", "list"] }',
        {period: '3s'},
      )
      const open = await openAs(placeOf(bao(), {address: way().url}), token)
      await way().saw('renew-self')
      await way().saw('renew-self')
      expect(await outcome(open.store.create(specOf('ec-p256'), intent()))).toBe('ok')
      await open.close()
    },
    30_000,
  )

  testWhen(
    openbao,
    'a token that ends is said to have ended, and another one in its file is taken up',
    async () => {
      const rules = 'path "transit/*" { capabilities = ["create", "read", "update", "list"] }'
      const tokenFile = join(bao().folder, 'own-token')
      const write = (token: string): void => {
        writeFileSync(tokenFile, `${token}\n`, {mode: 0o600})
      }
      write(await tokenWith(bao(), rules, {ttl: '2s', explicit_max_ttl: '2s'}))
      const open = await openAs(placeOf(bao(), {tokenFile}), null)
      let error: KeyriteError | undefined
      while (error === undefined) error = await refused(open.evidence.identity()).catch(() => undefined)
      expect(error).toMatchObject({code: 'CREDENTIALS_REFUSED', exit: 11})
      expect(error.message).toContain('the token has expired')
      expect(error.hints[0]).toContain(tokenFile)
      write(await tokenWith(bao(), rules))
      expect(await outcome(open.store.create(specOf('ec-p256'), intent()))).toBe('ok')
      await open.close()
    },
    30_000,
  )

  testWhen(openbao, 'a token that ends soon and cannot be renewed is named before work begins', async () => {
    const token = await tokenWith(bao(), 'path "transit/keys" { capabilities = ["list"] }', {
      ttl: '60s',
      renewable: false,
    })
    const open = await openAs(placeOf(bao()), token)
    const line = (await open.evidence.check()).find(({name}) => name === 'token')
    expect(line).toMatchObject({
      ok: false,
      fix: expect.stringContaining(`bao token create -address=${bao().url} -period=1h`),
    })
    await open.close()
  })

  testWhen(openbao, 'hangs: given up after its time, and used again when it goes on', async () => {
    const open = await openAs(placeOf(bao()), bao().token, {usual: 1500, making: 1500})
    const ref = await enabled(open, specOf('ec-p256'))
    bao().signal('SIGSTOP')
    const error = await hung(() => open.use.sign(ref, Buffer.from('hung'))).finally(() => {
      bao().signal('SIGCONT')
    })
    expect(error).toMatchObject({
      code: 'PROVIDER_UNREACHABLE',
      message: expect.stringContaining('no answer within 1.5 seconds'),
    })
    expect(await outcome(open.use.sign(ref, Buffer.from('well again')))).toBe('ok')
    await open.close()
  })

  testWhen(
    openbao,
    'is cut off between work and reply: what happened is found, and is not done twice',
    async () => {
      const open = await root({address: way().url})
      const cut = async (path: string, call: () => Promise<unknown>): Promise<void> => {
        way().cuts = path
        expect(await outcome(call)).toBe('PROVIDER_UNREACHABLE')
        expect(way().cuts).toBeNull()
      }
      const [made, brought, turned] = [intent(), intent(), intent()]
      const spec = specOf('ec-p256')
      await cut('POST /v1/transit/keys/', () => open.store.create(spec, made))
      const found = await open.store.find(made, [])
      const ref = found.kind === 'one' ? found.ref : missing()
      expect(await outcome(open.store.create(spec, made))).toBe('KEY_EXISTS')
      await cut('/import', () => open.move.import(specOf('aes-256'), secretOf(Buffer.alloc(32, 7)), brought))
      expect((await open.store.find(brought, [])).kind).toBe('one')
      await cut('/rotate', () => open.life.rotate(ref.key, turned))
      expect(await open.store.find(turned, [ref])).toEqual({kind: 'one', ref: {...ref, version: '2'}})
      expect(await open.store.find(intent(), [ref, {...ref, version: '2'}])).toEqual({kind: 'none'})
      await open.life.rotate(ref.key, intent())
      expect((await open.store.find(turned, [ref])).kind).toBe('ambiguous')
      const alone = await enabled(open, specOf('ed25519'))
      await cut('/soft-delete', () => open.life.setAvailability(alone, 'disabled'))
      expect(await open.life.setAvailability(alone, 'disabled')).toBe('disabled')
      await cut('DELETE /v1/transit/keys/', () => open.life.scheduleDestruction(alone, 0))
      expect(await open.store.describe(alone)).toBeUndefined()
      expect(await outcome(open.life.scheduleDestruction(alone, 0))).toBe('KEY_NOT_FOUND')
      expect((await all(open.store)).filter((one) => one.intent === made)).toHaveLength(1)
      await open.close()
    },
  )

  testWhen(openbao, 'is told who asks, and when it is only to prove that a key works', async () => {
    const open = await root({address: way().url})
    const ref = await enabled(open, specOf('ec-p256'))
    const why = intent()
    const usual = way().saw(`user-agent: keyrite/${tool().version}\r\n`)
    await open.use.sign(ref, Buffer.from('a real one'))
    await usual
    const probing = way().saw(`user-agent: keyrite/${tool().version} probe ${why}\r\n`)
    await open.probing?.(why).use.sign(ref, Buffer.from('a probe'))
    await probing
    await open.close()
  })

  testWhen(openbao, 'is reached through the socket of an agent, which has the token', async () => {
    const agent = await startAgent(bao())
    const place = {...placeOf(bao()), address: `unix:${join(agent.folder, 'agent.sock')}`}
    const open = await openAs(place, null)
    expect(await open.evidence.identity()).toMatchObject({
      address: place.address,
      ca: 'none',
      mount: 'transit',
    })
    expect(await outcome(open.store.create(specOf('ec-p256'), intent()))).toBe('ok')
    expect((await open.evidence.check()).filter(({ok}) => !ok)).toEqual([])
    await open.close()
    await agent.stop()
    expect(await outcome(openAs(place, null))).toBe('PROVIDER_UNREACHABLE')
  })

  testWhen(openbao, 'is asked for a key that is not there: none is made by that', async () => {
    const open = await root()
    const before = (await all(open.store)).length
    const ref = {key: `ghost.a256gcm.encrypt.${intent()}`, version: '1'}
    expect(await outcome(open.use.encrypt(ref, Buffer.from('x'), Buffer.alloc(0)))).toBe('KEY_NOT_FOUND')
    expect(await all(open.store)).toHaveLength(before)
    await open.close()
  })

  testWhen(openbao, 'is sealed: said so, with the command that opens it', async () => {
    const open = await root()
    const ref = await enabled(open, specOf('ec-p256'))
    await bao().bao('operator', 'seal')
    const error = await refused(open.use.sign(ref, Buffer.from('x')))
    expect(error).toMatchObject({code: 'PROVIDER_UNREACHABLE', exit: 7})
    expect(error.message).toContain('the server is sealed')
    expect(error.hints[0]).toBe(`bao operator unseal -address=${bao().url}`)
    expect((await refused(root())).message).toContain('the server is sealed')
    await open.close()
  })
})

describe('a server with a certificate of a private authority', () => {
  const box: {bao?: OpenBao} = {}
  const bao = (): OpenBao => box.bao ?? missing()
  beforeAll(async () => {
    if (openbao.present) box.bao = await startTransit({tls: true})
  })
  afterAll(async () => box.bao?.stop())

  testWhen(openbao, 'is trusted by that authority alone, which is part of who answers', async () => {
    const open = await openAs(placeOf(bao()), bao().token)
    const authority = new X509Certificate(readFileSync(bao().caFile ?? ''))
    expect(await open.evidence.identity()).toMatchObject({
      address: bao().url,
      namespace: 'root',
      mount: 'transit',
      accessor: expect.stringMatching(/^transit_/),
      cluster: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ca: authority.fingerprint256.replaceAll(':', '').toLowerCase(),
    })
    expect(Math.abs((open.time()?.getTime() ?? 0) - Date.now())).toBeLessThan(5000)
    await open.close()
  })

  testWhen(openbao, 'is not trusted without it, and says which flag brings it', async () => {
    const error = await refused(openAs(placeOf(bao(), {caFile: null}), bao().token))
    expect(error).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
    expect(error.message).toContain('signed by an authority that is not known here')
    expect(error.hints[0]).toMatch(
      /--ca-file FILE when the profile is added, then its ca-file in config\.yaml/,
    )
    const noPem = join(bao().folder, 'no.pem')
    writeFileSync(noPem, 'not a certificate')
    expect(await outcome(openAs(placeOf(bao(), {caFile: noPem}), bao().token))).toBe('USAGE')
  })
})

function missing(): never {
  throw new Error('it is not there')
}
