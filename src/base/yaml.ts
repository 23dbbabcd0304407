/** A YAML file that people wrote, as plain values, and where in the file each of them stands. */
import {isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Node} from 'yaml'
import type {Json} from './jcs.ts'
import {visible, visibleLine} from './visible.ts'

/** Names of fields and numbers of list items, from the top. */
export type Path = readonly (string | number)[]

/** Counted from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Where a value stands: `key` at its field's name, `value` at itself. */
interface Place {
  readonly key: Position
  readonly value: Position
}

/** What is wrong with the file itself, before anybody asks what it means. */
export class YamlProblem extends Error {
  readonly position: Position

  constructor(position: Position, message: string) {
    super(message)
    this.name = 'YamlProblem'
    this.position = position
  }
}

export class Positions {
  readonly #places: ReadonlyMap<string, Place>

  constructor(places: ReadonlyMap<string, Place>) {
    this.#places = places
  }

  /** Where a value, or its field's name, stands; for one that is not there, the nearest above it that is. */
  at(path: Path, what: 'key' | 'value' = 'value'): Position {
    for (let length = path.length; length >= 0; length--) {
      const place = this.#places.get(JSON.stringify(path.slice(0, length)))
      if (place !== undefined) return length === path.length ? place[what] : place.key
    }
    return {line: 1, column: 1}
  }
}

/** Deep enough for every file that people write, and shallow enough for every stack. */
const deepest = 12
const tooDeep = `nested more than ${deepest} deep`
/** The parser needs some microseconds for each mark: with these, a file is read or refused at once. */
const bounds = {characters: 256 * 1024, marks: 6_000, brackets: 40}
/** For files that are long in earnest: ceremonies of hundreds of steps. */
export const marksOfTemplate = 12_000
/** What fields are called unless a reader says otherwise. */
const plainNames = /^[$]?[A-Za-z][A-Za-z0-9_.-]{0,62}$/

/**
 * Reads one YAML 1.2 document of maps, lists, text, numbers, true, false and null.
 * Anchors, aliases, tags, directives, doubled keys and characters that cannot be seen are refused: what is read on paper must be all there is.
 * @throws YamlProblem.
 */
export function readYaml(
  text: string,
  names: RegExp = plainNames,
  marks: number = bounds.marks,
): {readonly value: Json; readonly positions: Positions} {
  const lines = new LineCounter()
  const where = (offset: number): Position => {
    const {line, col} = lines.linePos(offset)
    return {line: Math.max(line, 1), column: Math.max(col, 1)}
  }
  demandBounded(text, marks)
  demandVisible(text)
  const document = parseSafely(text, lines)
  const [error] = [...document.errors, ...document.warnings]
  // The parser calls itself for every level; where its stack ended says nothing about the file.
  if (error?.message.includes('call stack') === true) throw new YamlProblem({line: 1, column: 1}, tooDeep)
  if (error !== undefined) throw new YamlProblem(where(error.pos[0]), inWords(error.code, error.message))
  if (document.directives?.yaml.explicit === true || Object.keys(document.directives?.tags ?? {}).length > 1)
    throw new YamlProblem(
      {line: 1, column: 1},
      'a directive (%) is not allowed: YAML 1.2 without directives is read',
    )
  const places = new Map<string, Place>()

  const walk = (node: unknown, path: Path, key: Position): Json => {
    if (node === null || node === undefined) {
      places.set(JSON.stringify(path), {key, value: key})
      return null
    }
    if (!isNode(node)) throw new YamlProblem(key, 'not a value that can be read')
    const value = where((node as Node).range?.[0] ?? 0)
    places.set(JSON.stringify(path), {key, value})
    if (isAlias(node))
      throw new YamlProblem(value, `alias "*${node.source}" is not allowed: write the value again`)
    if (node.anchor !== undefined)
      throw new YamlProblem(value, `anchor "&${node.anchor}" is not allowed: take it away`)
    if (tagged(node)) throw new YamlProblem(value, `tag "${node.tag ?? ''}" is not allowed: take it away`)
    if (path.length > deepest) throw new YamlProblem(value, tooDeep)
    if (isSeq(node)) return node.items.map((item, at) => walk(item, [...path, at], start(item, value, where)))
    if (isMap(node)) {
      const object: Record<string, Json> = {}
      for (const pair of node.items) {
        const name: unknown = isScalar(pair.key) ? pair.key.value : pair.key
        const at = start(pair.key, value, where)
        if (typeof name !== 'string' || name === '__proto__' || !names.test(name))
          throw new YamlProblem(
            at,
            `${typeof name === 'string' ? `"${visibleLine(name, 40)}"` : 'this'} cannot be the name of a field`,
          )
        if (Object.hasOwn(object, name)) throw new YamlProblem(at, `field "${name}" stands twice`)
        walk(pair.key, [...path, name, 'name of the field'], at)
        object[name] = walk(pair.value, [...path, name], at)
      }
      return object
    }
    return scalar(isScalar(node) ? node.value : undefined, value)
  }
  return {value: walk(document.contents, [], {line: 1, column: 1}), positions: new Positions(places)}
}

function parseSafely(text: string, lineCounter: LineCounter): ReturnType<typeof parseDocument> {
  try {
    return parseDocument(text, {
      lineCounter,
      version: '1.2',
      schema: 'core',
      strict: true,
      uniqueKeys: false,
      merge: false,
      prettyErrors: false,
      logLevel: 'error',
    })
  } catch (error) {
    if (error instanceof RangeError) throw new YamlProblem({line: 1, column: 1}, tooDeep)
    throw error
  }
}

/** Whether a tag was written. Lists and maps without one have none; the parser gives scalars none either. */
function tagged(node: Node): boolean {
  return node.tag !== undefined
}

function start(node: unknown, otherwise: Position, where: (offset: number) => Position): Position {
  return isNode(node) && node.range !== undefined && node.range !== null ? where(node.range[0]) : otherwise
}

function scalar(value: unknown, at: Position): Json {
  if (typeof value === 'string') {
    if (value.length > 4096) throw new YamlProblem(at, 'a text of more than 4096 characters')
    if (visible(value, {keepNewlines: true}) !== value)
      throw new YamlProblem(at, `a text with characters that cannot be seen: "${visibleLine(value, 60)}"`)
    return value
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new YamlProblem(at, 'not a number that can be read')
  // JSON and canonical JSON have no minus zero: two readers would read two things.
  if (Object.is(value, -0)) throw new YamlProblem(at, 'minus zero: write 0')
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value
  throw new YamlProblem(at, 'not a value that can be read')
}

/** Counted before the parser sees it, and so without knowing which of them are within texts. */
function demandBounded(text: string, most: number): void {
  let [line, start, marks, brackets, dashes] = [1, 0, 0, 0, 0]
  const refuse = (at: number, fact: string): never => {
    throw new YamlProblem({line, column: at - start + 1}, fact)
  }
  if (text.length > bounds.characters) refuse(0, `more than ${bounds.characters} characters`)
  for (let at = 0; at < text.length; at++) {
    const mark = text[at] ?? ''
    if (mark === '[' || mark === '{') brackets += 1
    else if (mark === ']' || mark === '}') brackets = Math.max(0, brackets - 1)
    if (brackets > bounds.brackets) refuse(at, tooDeep)
    if ('\n,:[{"\'&*!?|>#'.includes(mark) || (mark === '-' && text[at + 1] === ' ')) marks += 1
    if (marks > most) refuse(at, `more than ${most} fields, items and lines`)
    // Lists in lists on one line: each dash is a level.
    if (mark === '-' && text[at + 1] === ' ') dashes += 1
    if (dashes > bounds.brackets && /^[ -]*$/.test(text.slice(start, at))) refuse(at, tooDeep)
    if (mark === '\n') [line, start, dashes] = [line + 1, at + 1, 0]
  }
}

/** Comments too: a reader must see what the program sees. */
function demandVisible(text: string): void {
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const plain = line.replaceAll('\t', ' ')
    if (visible(plain) === plain) continue
    const characters = Array.from(plain)
    const found = characters.findIndex((character) => visible(character) !== character)
    const shown = visible(characters[found] ?? '')
    throw new YamlProblem({line: at + 1, column: found + 1}, `a character that cannot be seen: ${shown}`)
  }
}

function inWords(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here: one file is one document'
  if (code === 'TAG_RESOLVE_FAILED') return 'a tag (!) is not allowed: take it away'
  return `not YAML: ${visibleLine(message, 120)}`
}
