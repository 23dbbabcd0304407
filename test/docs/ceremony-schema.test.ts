/** What editors check a template by is what keyrite reads it by. */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {Ajv} from 'ajv'
import {isObject, type Json, type JsonObject} from '../../src/base/jcs.ts'
import {readYaml} from '../../src/base/yaml.ts'
import {templateJsonSchema} from '../../src/ceremony/json-schema.ts'
import {stepKinds} from '../../src/ceremony/steps/index.ts'
import CeremonySchema from '../../src/commands/ceremony/schema.ts'
import {changed, small} from '../ceremony/template-support.ts'
import {things} from '../ceremony/things-support.ts'
import {emptyWorld} from '../support/ledger.ts'
import {runCommand} from '../support/run.ts'

const root = join(import.meta.dirname, '../..')
const schema = templateJsonSchema()
const accepts = new Ajv({allErrors: true, strict: false, validateFormats: false}).compile(schema)
const accepted = (text: string): boolean => accepts(readYaml(text).value)

test('docs/ceremony.schema.json is what "keyrite ceremony schema" prints now', async () => {
  const shipped = readFileSync(join(root, 'docs/ceremony.schema.json'), 'utf8')
  expect(shipped).toBe(`${JSON.stringify(schema, null, 2)}\n`)
  const {remove, ...world} = emptyWorld()
  expect((await runCommand(CeremonySchema, 'ceremony schema', [], world)).stdout).toBe(shipped)
  remove()
})

describe('a template in an editor', () => {
  test.each(readdirSync(join(root, 'ceremony-templates')).filter((name) => name.endsWith('.yaml')))(
    '%s is accepted as it ships',
    (name) => {
      expect(accepted(readFileSync(join(root, 'ceremony-templates', name), 'utf8'))).toBe(true)
    },
  )

  test('what lint takes is accepted, with parameters wherever they may stand', () => {
    expect([small, things].map(accepted)).toEqual([true, true])
    const asked = changed(small, [
      ['minutes: 5, text: Sign the record.', 'minutes: "${minutes}", text: Sign the record.'],
      ['algorithm: rsa-4096', 'algorithm: ${algorithm}'],
      ['due: P1D', 'due: "${due}"'],
    ])
    expect(accepted(asked)).toBe(true)
  })

  test.each<[string, string, string]>([
    ['an unknown field', 'title: A small', 'titel: A small'],
    ['an unknown kind of step', 'kind: quorum', 'kind: quorun'],
    ['a field of another kind', 'kind: clock, by', 'kind: clock, key: a, by'],
    ['a word that is none of the list', 'algorithm: rsa-4096', 'algorithm: rsa-4097'],
    ['a wrong type', 'minutes: 5, text: Sign the plan.', 'minutes: five, text: Sign the plan.'],
    ['a kind that is a parameter', 'kind: clock,', 'kind: "${kind}",'],
    ['a missing field', 'by: custodian, minutes: 5,', 'minutes: 5,'],
  ])('%s is marked', (_, from, to) => {
    expect(accepted(changed(small, [[from, to]]))).toBe(false)
  })

  test('every field is described, and every kind of step', () => {
    const bare: string[] = []
    const walk = (value: Json, path: string): void => {
      if (Array.isArray(value)) for (const [at, one] of value.entries()) walk(one as Json, `${path}.${at}`)
      if (!isObject(value)) return
      for (const [name, one] of Object.entries(value)) {
        if (name === 'properties' && isObject(one))
          for (const [field, of] of Object.entries(one))
            if (typeof (of as JsonObject)['description'] !== 'string') bare.push(`${path}.${field}`)
        walk(one, `${path}.${name}`)
      }
    }
    walk(schema, '')
    expect(bare).toEqual([])
    const text = JSON.stringify(schema)
    for (const {kind, summary} of stepKinds.values()) {
      expect(text).toContain(`"title":${JSON.stringify(kind)}`)
      expect(text).toContain(JSON.stringify(summary))
    }
  })
})
