/** What starts other people's software: each answers its own client, ends with its children, and leaves nothing behind. */
import {existsSync, readFileSync} from 'node:fs'
import {describe, expect} from '@jest/globals'
import {testWhen} from '../support/needs.ts'
import {awsCli, boto3, startLocalstack, startMinistack, type Emulator} from './aws.ts'
import {bring} from './bring.ts'
import type {Running} from './launch.ts'
import {listening, loopback} from './listening.ts'
import {startKeptOpenBao} from './openbao-kept.ts'
import {startOpenBao} from './openbao.ts'

const [ministack, localstack, openbao, client] = [
  await bring('ministack'),
  await bring('localstack'),
  await bring('openbao'),
  await bring('aws-client'),
]
const both = ministack.present ? client : ministack

/** Whoever listens there would answer. */
const silent = async (url: string): Promise<boolean> =>
  fetch(url).then(
    () => false,
    () => true,
  )

/** No address of it can be reached from another machine. */
function onlyHere(running: Running): void {
  const addresses = listening(running.group())
  expect(addresses.length).toBeGreaterThan(0)
  expect(addresses.filter((address) => !loopback.includes(address))).toEqual([])
}

async function makesAKey(emulator: Emulator): Promise<void> {
  const made = (await awsCli(client, emulator, [
    'kms',
    'create-key',
    '--key-spec',
    'RSA_2048',
    '--key-usage',
    'SIGN_VERIFY',
  ])) as {
    KeyMetadata: {KeyId: string}
  }
  const asked = `
import boto3, json, os
kms = boto3.client('kms', endpoint_url=os.environ['ENDPOINT'])
print(json.dumps([key['KeyId'] for key in kms.list_keys()['Keys']]))`
  expect(await boto3(client, emulator, asked)).toEqual([made.KeyMetadata.KeyId])
}

describe('a backend', () => {
  testWhen(
    both,
    'ministack answers AWS’s own clients, listens on the loopback alone, and is gone after stop',
    async () => {
      const emulator = await startMinistack(ministack)
      try {
        await makesAKey(emulator)
        onlyHere(emulator)
      } finally {
        await emulator.stop()
      }
      expect(await silent(emulator.url)).toBe(true)
      expect(existsSync(emulator.folder)).toBe(false)
    },
  )

  testWhen(
    localstack.present ? client : localstack,
    'LocalStack answers AWS’s own clients, listens on the loopback alone, and is gone after stop',
    async () => {
      const emulator = await startLocalstack(localstack)
      try {
        await makesAKey(emulator)
        onlyHere(emulator)
      } finally {
        await emulator.stop()
      }
      expect(await silent(emulator.url)).toBe(true)
      expect(existsSync(emulator.folder)).toBe(false)
    },
    180_000,
  )

  testWhen(
    openbao,
    'OpenBao answers over TLS to its own program, and what was asked stands in the audit log',
    async () => {
      const bao = await startOpenBao(openbao, {tls: true, audit: true})
      try {
        await bao.bao('secrets', 'enable', 'transit')
        await bao.bao('write', '-f', 'transit/keys/lab', 'type=ed25519')
        expect(await bao.bao('list', 'transit/keys')).toContain('lab')
        expect(readFileSync(bao.auditFile ?? '', 'utf8')).toContain('"path":"transit/keys/lab"')
      } finally {
        await bao.stop()
      }
      expect(existsSync(bao.folder)).toBe(false)
    },
  )

  testWhen(
    openbao,
    'a server that is killed starts again in the same place, with what it had stored',
    async () => {
      const bao = await startKeptOpenBao(openbao)
      try {
        await bao.bao('secrets', 'enable', 'transit')
        await bao.bao('write', '-f', 'transit/keys/lab', 'type=ed25519')
        onlyHere(bao)
        await bao.kill()
        expect(await silent(`${bao.url}/v1/sys/health`)).toBe(true)
        await bao.sealedAgain()
        expect((await fetch(`${bao.url}/v1/sys/health`)).status).toBe(503)
        await bao.unseal()
        expect(await bao.bao('list', 'transit/keys')).toContain('lab')
      } finally {
        await bao.stop()
      }
    },
  )
})
