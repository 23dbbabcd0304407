import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {policyJsonSchema} from '../../src/policy/index.ts'

test('docs/policy.schema.json is what "keyrite policy schema" prints now', () => {
  const shipped = readFileSync(join(import.meta.dirname, '../../docs/policy.schema.json'), 'utf8')
  expect(shipped).toBe(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`)
})
