/** The form of a template for editors: JSON Schema draft 7, from the same definitions that lint reads by. */
import {z} from 'zod'
import {isObject, type Json, type JsonObject} from '../base/jcs.ts'
import type {StepKind} from './kinds.ts'
import {actSchema, outlineSchema} from './outline.ts'
import {fixedFields} from './placeholders.ts'
import {stepKinds} from './steps/index.ts'

/** What stands for a parameter's value in a field that is no free text. */
const placeholder: JsonObject = {type: 'string', pattern: '^\\$\\{[a-z][a-z0-9-]{0,62}\\}$'}

export function templateJsonSchema(): JsonObject {
  const kinds = [...stepKinds.values()].map(stepForm)
  const act = schemaOf(actSchema)
  const steps = memberOf(memberOf(act, 'properties'), 'steps')
  const outline = schemaOf(outlineSchema)
  const properties = memberOf(outline, 'properties')
  const acts = {
    ...memberOf(properties, 'acts'),
    items: {
      ...act,
      properties: {...memberOf(act, 'properties'), steps: {...steps, items: {anyOf: kinds}}},
    },
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'a ceremony of keyrite',
    description: 'One file is the ceremony. docs/ceremony-templates.md teaches the language.',
    ...withPlaceholders({...outline, properties: {...properties, acts}}),
  }
}

function stepForm({kind, summary, schema}: StepKind): JsonObject {
  const form = schemaOf(schema)
  const properties = memberOf(form, 'properties')
  const named = {...memberOf(properties, 'kind'), description: summary}
  return {title: kind, description: summary, ...form, properties: {...properties, kind: named}}
}

function schemaOf(schema: z.ZodType): JsonObject {
  const whole = z.toJSONSchema(schema, {target: 'draft-7', io: 'input'}) as JsonObject
  return Object.fromEntries(Object.entries(whole).filter(([name]) => name !== '$schema'))
}

function memberOf(schema: JsonObject, name: string): JsonObject {
  const member = schema[name]
  if (!isObject(member)) throw new TypeError(`the form of a template has no ${name}`)
  return member
}

/** The same form, where every field may be a parameter but those that name things of the template itself. */
function withPlaceholders(schema: Json): JsonObject {
  if (!isObject(schema)) return {}
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]): [string, Json] => {
      if (name === 'properties' && isObject(value)) return [name, fieldsOf(value)]
      if ((name === 'items' || name === 'additionalProperties') && isObject(value))
        return [name, withPlaceholders(value)]
      if (name === 'anyOf' && Array.isArray(value))
        return [name, value.map((one: Json) => withPlaceholders(one))]
      return [name, value]
    }),
  )
}

function fieldsOf(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]): [string, Json] => {
      if (!isObject(value) || name === 'parameters' || fixedFields.has(name)) return [name, value]
      const inner = withPlaceholders(value)
      if (takesText(inner)) return [name, inner]
      const {description, ...rest} = inner
      return [name, {...(description === undefined ? {} : {description}), anyOf: [rest, placeholder]}]
    }),
  )
}

/** Whether a form takes any text already, or is of fields, which no parameter has. */
function takesText({type, pattern, enum: words, const: word, format, items}: JsonObject): boolean {
  if (type === 'object' || word !== undefined) return true
  if (type === 'array') return isObject(items) && (items['type'] === 'object' || items['anyOf'] !== undefined)
  return type === 'string' && pattern === undefined && words === undefined && format === undefined
}
