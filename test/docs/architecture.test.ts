import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {read, root, rowsUnder} from './markdown.ts'

const text = read('docs/ARCHITECTURE.md')

test('every place in src that docs/ARCHITECTURE.md names is there', () => {
  const named = [...text.matchAll(/`((?:src|ceremony-templates)\/[^`]+)`/g)].map(([, path = '']) => path)
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test('every folder of src has a row in docs/ARCHITECTURE.md', () => {
  const rows = rowsUnder(text, ['folder in `src/`', 'holds', 'never holds']).map(([name = '']) =>
    name.replaceAll('`', ''),
  )
  const folders = readdirSync(join(root, 'src'), {withFileTypes: true})
    .filter((one) => one.isDirectory() && readdirSync(join(root, 'src', one.name)).length > 0)
    .map(({name}) => name)
  expect(rows.filter((row) => !existsSync(join(root, 'src', row)))).toEqual([])
  expect(folders.filter((folder) => !rows.includes(folder))).toEqual([])
})

test('links between documents lead somewhere', () => {
  const documents = [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ]
  const broken = documents.flatMap((path) =>
    [...read(path).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(root, path, '..', target)))
      .map((target) => `${path}: ${target}`),
  )
  expect(broken).toEqual([])
})
