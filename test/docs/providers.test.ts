import {expect, test} from '@jest/globals'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {besideAzure, besideGoogle} from '../providers/beside.ts'
import {tried} from '../providers/by-hand.ts'
import {allSeen, providersPage} from '../providers/seen-page.ts'
import {read} from './markdown.ts'

test('docs/providers.md is what the contract suite saw: after a change, npm run docs', () => {
  expect(read('docs/providers.md')).toBe(providersPage(allSeen()))
})

test('docs/providers.md calls nothing seen that no test has run against', () => {
  expect(allSeen().length).toBeGreaterThan(1)
  for (const {on, worked} of allSeen()) {
    expect(on).toMatch(/\d/)
    expect(worked['store.create']?.length).toBeGreaterThan(0)
  }
})

test('docs/providers.md names a test that is there for what Azure and Google have beside the suite, and for what software does otherwise that was tried by hand', () => {
  const byHand = tried.map(({what, test: [file, title]}) => [what, file, title] as const)
  for (const [words, file, title] of [...besideAzure, ...besideGoogle, ...byHand]) {
    const path = join(import.meta.dirname, '..', file)
    expect([words, existsSync(path) && readFileSync(path, 'utf8').includes(title)]).toEqual([words, true])
  }
})
