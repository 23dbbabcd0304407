/** A copy of a template with values as its defaults: only they change, every other byte and comment stays. */
import {isDeepStrictEqual} from 'node:util'
import {isMap, isNode, isScalar, parseDocument, type Pair, type YAMLMap} from 'yaml'
import {parseTemplate, type Loaded, type Value, type Values} from './template.ts'

interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** @param values - of parameters that the template has, each of its type. @returns the new file. */
export function withDefaults(loaded: Loaded, values: Values): Uint8Array {
  const source = new TextDecoder('utf-8').decode(loaded.bytes)
  const document = parseDocument(source)
  const edits = [...values].map(([name, value]) => {
    const parameter: unknown = document.getIn(['parameters', name])
    if (!isMap(parameter)) throw new TypeError(`no parameter "${name}"`)
    return editOf(parameter, source, inYaml(value))
  })
  const text = edits
    .sort((a, b) => b.from - a.from)
    .reduce((before, {from, to, text: put}) => before.slice(0, from) + put + before.slice(to), source)
  const bytes = Buffer.from(text, 'utf8')
  const copy = parseTemplate(bytes, loaded.path)
  for (const [name, value] of values) {
    if (!isDeepStrictEqual(copy.template.parameters.get(name)?.default, value))
      throw new TypeError(`the default of parameter "${name}" did not become what was set`)
  }
  return bytes
}

function editOf(parameter: YAMLMap, source: string, text: string): Edit {
  const pairs = parameter.items as readonly Pair[]
  const old = pairs.find(({key}) => isScalar(key) && key.value === 'default')
  if (old !== undefined) {
    const [from, to] = rangeOf(old.value)
    const kept = source.slice(from, to)
    return {from, to, text: text + kept.slice(kept.trimEnd().length)}
  }
  const [first, last] = [pairs[0], pairs.at(-1)]
  if (parameter.flow === true) {
    const [, end] = rangeOf(last?.value)
    return {from: end, to: end, text: `, default: ${text}`}
  }
  const [start] = rangeOf(first?.key)
  const indent = source.slice(source.lastIndexOf('\n', start - 1) + 1, start)
  return {from: start, to: start, text: `default: ${text}\n${indent}`}
}

function rangeOf(node: unknown): readonly [from: number, to: number] {
  const range = isNode(node) ? node.range : null
  if (range === null || range === undefined) throw new TypeError('a part of the template has no place')
  return [range[0], range[1]]
}

/** JSON is YAML; plain words need no quotes. */
function inYaml(value: Value): string {
  const plain = typeof value === 'string' && /^[a-z][a-z0-9-]*$/.test(value)
  return plain && !['true', 'false', 'null'].includes(value) ? value : JSON.stringify(value)
}
