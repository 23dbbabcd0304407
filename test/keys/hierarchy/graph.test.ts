import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import KeyGraph from '../../../src/commands/key/graph.ts'
import {dot, livingUnder, mermaid, treeLines, type KeyNode} from '../../../src/keys/index.ts'
import {svgOf} from '../../../src/paper/graph.ts'
import {outcome} from '../../ledger/support.ts'
import {planned} from '../../requests/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../../support/ledger.ts'
import {addLocal} from '../../support/profile.ts'
import {runCommand, runJson} from '../../support/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyrite-graph-'))
let now = new Date('2027-01-01T00:00:00Z')
let made: TestLedger
beforeAll(async () => {
  made = await makeLedger({now: () => now})
  await made.using(async (app) => {
    await addLocal(app, 'soft')
    const wrap = {profile: 'soft', algorithm: 'aes-256', purpose: 'wrap', class: 'kek'} as const
    await makeKey(app, made.founders, {...wrap, name: 'kek'})
    await makeKey(app, made.founders, {
      ...wrap,
      name: 'orders',
      class: 'dek',
      purpose: 'encrypt',
      parent: 'kek',
    })
    await makeKey(app, made.founders, {
      ...wrap,
      name: 'users',
      class: 'dek',
      purpose: 'encrypt',
      parent: 'kek',
      activate: false,
    })
    await makeKey(app, made.founders, {name: 'tokens', profile: 'soft'})
  })
})
afterAll(() => {
  made.remove()
  rmSync(folder, {recursive: true, force: true})
})

const node = (name: string, at: number, children: readonly KeyNode[] = []): KeyNode => ({
  name,
  what: 'dek, aes-256',
  state:
    (
      [
        'active',
        'suspended',
        'deactivated',
        'compromised',
        'pre-active',
        'destruction-scheduled',
        'destroyed',
      ] as const
    )[at % 7] ?? 'active',
  overdue: at % 11 === 3 ? 'OVERDUE by 12 days' : null,
  children,
})
const many = (): readonly KeyNode[] => [
  node(
    'root',
    0,
    Array.from({length: 10}, (_, kek) =>
      node(
        `kek-${kek}`,
        0,
        Array.from({length: 40}, (_, at) => node(`dek-${kek}-${at}`, at)),
      ),
    ),
  ),
  ...Array.from({length: 89}, (_, at) => node(`jwt-${at}`, at)),
]

describe('key graph', () => {
  test('draws a tree in words, with state and what is overdue', async () => {
    now = new Date('2027-06-01T00:00:00Z')
    const {stdout} = await runCommand(KeyGraph, 'key graph', [], {...made.world, tty: true})
    expect(stdout).toBe(
      [
        'kek  kek, aes-256 · active',
        '├─ orders  dek, aes-256 · active · OVERDUE by 61 days',
        '└─ users  dek, aes-256 · pre-active',
        'tokens  jwt-signing, ec-p256 · active · OVERDUE by 61 days',
        '',
      ].join('\n'),
    )
    const plain = await runCommand(KeyGraph, 'key graph', ['--plain'], made.world)
    expect(plain.stdout).toContain('\n  orders  dek')
  })

  test.each([
    ['dot', 'digraph keys {'],
    ['mermaid', 'flowchart LR'],
    ['svg', '<?xml version="1.0"'],
  ])('writes %s to stdout, the same each time', async (format, start) => {
    const one = await runCommand(KeyGraph, 'key graph', ['--format', format], made.world)
    expect(one.stdout.startsWith(start)).toBe(true)
    expect(one.stderr).toBe('')
    for (const word of ['kek', 'orders', 'pre-active', 'OVERDUE by'])
      expect(one.stdout.replaceAll('&#45;', '-')).toContain(word)
    expect((await runCommand(KeyGraph, 'key graph', ['--format', format], made.world)).stdout).toBe(
      one.stdout,
    )
  })

  test('writes a PNG to a file, and to nothing else', async () => {
    const out = join(folder, 'keys.png')
    expect(await runJson(KeyGraph, 'key graph', ['--format', 'png', '--out', out], made.world)).toMatchObject(
      {
        schema: 'keyrite.key-graph/1',
        path: out,
      },
    )
    expect(readFileSync(out).subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n')
    expect(await runJson(KeyGraph, 'key graph', ['--format', 'png'], made.world)).toMatchObject({
      code: 'USAGE',
      exit: 2,
    })
    expect(await runJson(KeyGraph, 'key graph', ['--format', 'png', '--out', out], made.world)).toMatchObject(
      {code: 'EXISTS'},
    )
  })
})

describe('a drawing', () => {
  test('of 500 keys is made in seconds, holds each key once with its words, and sets many in a grid', async () => {
    const forest = many()
    const svg = (await svgOf(dot(forest).join('\n'))).replaceAll('&#45;', '-')
    const words = new Set(svg.match(/>[^<]+<\/text>/g))
    for (const one of [
      'root',
      'kek-9',
      'dek-9-39',
      'jwt-88',
      'compromised',
      'destruction-scheduled',
      'OVERDUE by 12 days',
    ])
      expect([...words].some((text) => text.includes(one))).toBe(true)
    const [, width = 0, height = 0] = /width="(\d+)pt" height="(\d+)pt"/.exec(svg)?.map(Number) ?? []
    expect(width).toBeLessThan(4_000)
    expect(height).toBeLessThan(5_000)
  }, 30_000)

  test('of many trees sets them beside each other: the whole is about as wide as high', async () => {
    const trees = Array.from({length: 20}, (_, at) =>
      node(
        `kek-${at}`,
        at,
        Array.from({length: 24}, (_leaf, leaf) => node(`dek-${at}-${leaf}`, leaf)),
      ),
    )
    const svg = await svgOf(dot(trees).join('\n'))
    const [, width = 0, height = 0] = /width="(\d+)pt" height="(\d+)pt"/.exec(svg)?.map(Number) ?? []
    expect(height / width).toBeGreaterThan(0.5)
    expect(height / width).toBeLessThan(2)
  }, 30_000)

  test('tells each state by a shape of its own, and what is overdue by a border', () => {
    const lines = dot([...Array.from({length: 7}, (_, at) => node(`k${at}`, at))]).filter((line) =>
      line.includes('label="k'),
    )
    expect(new Set(lines.map((line) => /shape=\w+(?: peripheries=2)?/.exec(line)?.[0])).size).toBe(7)
    expect(lines.filter((line) => line.includes('penwidth')).length).toBe(1)
    expect(
      new Set(
        mermaid(Array.from({length: 7}, (_, at) => node(`k${at}`, at)))
          .slice(1, 8)
          .map((line) => line.replace(/\w+|[-·,"<>/]|br| /g, '')),
      ).size,
    ).toBeGreaterThan(3)
    expect(treeLines(many(), {plain: false})).toHaveLength(500)
  })
})

describe('a key above others', () => {
  test('is one that can be used: nothing new is put under what is gone', async () => {
    await made.using(async (app) => {
      const under = (parent: string) => outcome(() => planned(app, {name: 'new', parent}))
      expect(await under('nowhere')).toBe('KEY_NOT_FOUND')
      expect(await under('kek')).toBe('ok')
    })
  })

  test('has living keys under it as long as one of them is not destroyed', async () => {
    await made.using((app) => {
      expect(livingUnder(app.ledger.view, 'kek')).toEqual(['orders', 'users'])
      expect(livingUnder(app.ledger.view, 'tokens')).toEqual([])
    })
  })
})
