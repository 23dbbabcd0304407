/** What CloudTrail says of a key, on the stand-in in front of ministack; AWS’s own command line is asked too. */
import {KMS} from '@aws-sdk/client-kms'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openAws} from '../../../src/providers/aws/index.ts'
import type {Provider, VersionRef} from '../../../src/providers/ports.ts'
import type {UsageEvent} from '../../../src/providers/usage.ts'
import {awsCli} from '../../backends/aws.ts'
import {bring} from '../../backends/bring.ts'
import {startAwsStandin, type AwsStandin} from '../../backends/standin.ts'
import {testWhen} from '../../support/needs.ts'
import {enabled, intent, outcome, specOf} from '../support.ts'
import {anAccount, settingsOf, soon} from './bench.ts'

const [ministack, client] = [await bring('ministack'), await bring('aws-client')]
const both = ministack.present ? client : ministack
const away = 'eu-west-1'

describe('CloudTrail', () => {
  const box: {standin?: AwsStandin; provider?: Provider; account?: string} = {}
  const provider = (): Provider => box.provider ?? missing()
  beforeAll(async () => {
    if (!ministack.present) return
    box.account = anAccount()
    box.standin = await startAwsStandin(ministack)
    box.provider = await openAws({...settingsOf(box.standin.url), replica_regions: away}, soon)
  })
  afterAll(async () => {
    await box.provider?.close()
    await box.standin?.stop()
  })

  const read = async (ref: VersionRef, since = new Date(Date.now() - 3_600_000)) => {
    const until = new Date(Date.now() + 3_600_000)
    const log = await provider().usage?.({
      refs: [ref],
      since,
      until,
      files: [],
      workspace: null,
      endpoint: null,
    })
    if (log === undefined) return missing()
    const events: UsageEvent[] = []
    for await (const one of log.events) events.push(one)
    return {...log, events}
  }

  testWhen(
    both,
    'names who used a key, in every region that it is in, more than fit on a page, and who was refused',
    async () => {
      const ref = await enabled(provider(), specOf('ec-p256'))
      const other = await enabled(provider(), specOf('ec-p256'))
      await provider().use.sign(other, Buffer.from('x'))
      await provider().service?.replicate(ref, away)
      for (let at = 0; at < 55; at++) await provider().use.sign(ref, Buffer.from('x'))
      const there = new KMS({region: away, endpoint: box.standin?.url ?? ''})
      await there.sign({KeyId: ref.key, SigningAlgorithm: 'ECDSA_SHA_256', Message: Buffer.from('x')})
      await box.standin?.fault('denied', {operation: 'Sign'})
      const asked = {KeyId: ref.key, SigningAlgorithm: 'ECDSA_SHA_256', Message: Buffer.from('x')} as const
      await expect(there.sign(asked)).rejects.toThrow('not authorized')
      there.destroy()
      const {events, source} = await read(ref)
      expect(source).toBe(`AWS CloudTrail in eu-central-1, ${away}`)
      const signed = events.filter(({operation}) => operation === 'sign')
      expect([signed.length, signed.filter(({refused}) => refused).length]).toEqual([57, 1])
      expect(new Set(signed.map(({caller}) => caller))).toEqual(
        new Set([`arn:aws:iam::${box.account ?? ''}:root`]),
      )
      const told = (await awsCli(client, {url: box.standin?.url ?? '', account: box.account ?? ''}, [
        ...['cloudtrail', 'lookup-events', '--lookup-attributes'],
        `AttributeKey=ResourceName,AttributeValue=arn:aws:kms:eu-central-1:${box.account ?? ''}:key/${ref.key}`,
      ])) as {Events: {EventName: string}[]}
      expect(told.Events.filter(({EventName}) => EventName === 'Sign')).toHaveLength(55)
    },
  )

  testWhen(ministack, 'has keyrite’s own probes under their mark', async () => {
    const ref = await enabled(provider(), specOf('ec-p256'))
    await provider().use.sign(ref, Buffer.from('x'))
    await provider().probing?.(intent()).use.sign(ref, Buffer.from('x'))
    const signed = (await read(ref)).events.filter(({operation}) => operation === 'sign')
    expect(signed.map(({probe}) => probe).sort()).toEqual([false, true])
  })

  testWhen(
    ministack,
    'says what it does not know: the last minutes, and whatever is older than ninety days',
    async () => {
      const ref = await enabled(provider(), specOf('ec-p256'))
      expect((await read(ref)).gaps).toEqual([
        'CloudTrail shows an event up to about fifteen minutes after it happened',
      ])
      expect((await read(ref, new Date(Date.now() - 100 * 86_400_000))).gaps).toContain(
        'CloudTrail looks up the last 90 days only: what is older is in a trail’s own bucket, if there is one',
      )
    },
  )

  testWhen(ministack, 'that may not be read is a refusal, and no empty list', async () => {
    const ref = await enabled(provider(), specOf('ec-p256'))
    await box.standin?.fault('denied', {operation: 'LookupEvents'})
    expect(await outcome(read(ref))).toBe('CREDENTIALS_REFUSED')
  })
})

function missing(): never {
  throw new Error('it is made before the tests')
}
