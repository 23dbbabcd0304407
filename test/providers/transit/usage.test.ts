/** What an audit device of OpenBao wrote, read back: who did what with which key. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import type {Provider, VersionRef} from '../../../src/providers/ports.ts'
import type {UsageEvent, UsageLog} from '../../../src/providers/usage.ts'
import type {OpenBao} from '../../backends/openbao.ts'
import {testWhen} from '../../support/needs.ts'
import {intent, outcome, specOf} from '../support.ts'
import {openAs, openbao, placeOf, startTransit} from './bao.ts'

describe('the audit file of OpenBao', () => {
  const box: {bao?: OpenBao; provider?: Provider; ref?: VersionRef} = {}
  const bao = (): OpenBao => box.bao ?? missing()
  const provider = (): Provider => box.provider ?? missing()
  const ref = (): VersionRef => box.ref ?? missing()
  const began = new Date()
  beforeAll(async () => {
    if (!openbao.present) return
    box.bao = await startTransit({audit: true})
    box.provider = await openAs(placeOf(bao()), bao().token)
    box.ref = await provider().store.create(specOf('ec-p256'), intent())
  })
  afterAll(async () => {
    await box.provider?.close()
    await box.bao?.stop()
  })

  const read = (
    files: readonly string[],
    since = began,
    until = new Date(Date.now() + 60_000),
  ): Promise<UsageLog> => {
    const {usage} = provider()
    return usage === undefined
      ? missing()
      : usage({refs: [ref()], since, until, files, workspace: null, endpoint: null})
  }
  const all = async ({events}: UsageLog): Promise<UsageEvent[]> => {
    const found: UsageEvent[] = []
    for await (const one of events) found.push(one)
    return found
  }
  const file = (): string => bao().auditFile ?? missing()

  testWhen(openbao, 'says who signed and who was refused, and nothing of another key', async () => {
    const other = await provider().store.create(specOf('ec-p256'), intent())
    await provider().use.sign(other, Buffer.from('x'))
    const name = ref().key
    await bao().bao('write', `transit/sign/${name}`, 'input=aGVsbG8=')
    const stranger = JSON.parse(
      await bao().bao('token', 'create', '-policy=default', '-display-name=eve', '-format=json'),
    ) as {
      auth: {client_token: string}
    }
    const answer = await fetch(`${bao().url}/v1/transit/sign/${name}`, {
      method: 'POST',
      headers: {'x-vault-token': stranger.auth.client_token},
      body: JSON.stringify({input: 'aGVsbG8='}),
    })
    expect(answer.status).toBe(403)
    const log = await read([file()])
    const found = await all(log)
    const signed = found.filter(({operation}) => operation === 'sign')
    expect(signed.map(({caller, refused: no}) => [caller, no])).toEqual([
      ['token (policies root)', false],
      ['token-eve (policies default)', true],
    ])
    expect(signed[0]).toMatchObject({from: '127.0.0.1', probe: false})
    expect(found.some(({operation}) => operation === 'administer')).toBe(true)
    expect(log.source).toContain(file())
  })

  testWhen(
    openbao,
    'is read from a copy, a packed one too; what is before and after is left out',
    async () => {
      const packed = join(bao().auditFile ?? '', '..', 'old.jsonl.gz')
      writeFileSync(packed, gzipSync(readFileSync(file())))
      expect(await all(await read([packed]))).toEqual(await all(await read([file()])))
      expect(
        await all(await read([packed], new Date(Date.now() + 3_600_000), new Date(Date.now() + 7_200_000))),
      ).toEqual([])
    },
  )

  testWhen(openbao, 'that is damaged in places says so, and one that begins late says when', async () => {
    const damaged = join(bao().auditFile ?? '', '..', 'damaged.jsonl')
    writeFileSync(damaged, `{"type":"response","time":\nnot JSON\n${readFileSync(file(), 'utf8')}`)
    const log = await read([damaged], new Date(began.getTime() - 86_400_000))
    expect((await all(log)).length).toBe((await all(await read([file()]))).length)
    expect(log.gaps).toContain('2 lines are not as an audit device writes them, and were passed over')
    expect(log.gaps.some((one) => /^the files begin at 20.*what was before is not in them$/.test(one))).toBe(
      true,
    )
  })

  testWhen(openbao, 'is asked for where it is not named, and refused where it is not there', async () => {
    expect(await outcome(read([]))).toBe('UNSUPPORTED')
    expect(await outcome(read(['/nowhere/audit.jsonl']).then(all))).toBe('FILE_NOT_FOUND')
    const broken = join(bao().auditFile ?? '', '..', 'broken.gz')
    writeFileSync(broken, 'no gzip')
    expect(await outcome(read([broken]).then(all))).toBe('FILE_NOT_FOUND')
  })
})

function missing(): never {
  throw new Error('it is made before the tests')
}
