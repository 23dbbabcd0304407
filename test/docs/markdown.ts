/** What the tests of documents read in them: tables, and references to tests. */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

export const root = join(import.meta.dirname, '../..')

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** The rows of every table in a document whose head has these columns; cells without the spaces around them. */
export function rowsUnder(text: string, head: readonly string[]): readonly (readonly string[])[] {
  const rows: (readonly string[])[] = []
  let inside = false
  for (const line of text.split('\n')) {
    const cells = line.startsWith('|') ? cellsOf(line) : undefined
    if (cells === undefined) inside = false
    else if (cells.join('|') === head.join('|')) inside = true
    else if (inside && !cells.every((cell) => /^-+$/.test(cell))) rows.push(cells)
  }
  return rows
}

/** `\|` is no border. */
function cellsOf(line: string): readonly string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))
}

export interface TestNamed {
  readonly file: string
  readonly title: string
}

/** References: a file of test/ as code, then titles in double quotes, separated by commas; several such by semicolons. */
export function testsNamed(cell: string): readonly TestNamed[] {
  return cell.split(/(?=`test\/)/).flatMap((part) => {
    const file = /^`(test\/[^`]+)`/.exec(part)?.[1]
    if (file === undefined) return []
    const titles = [...part.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title)
    return titles.length === 0 ? [{file, title: ''}] : titles.map((title) => ({file, title}))
  })
}

/** What is wrong with a reference; undefined if the file is there, and has a test (or, in Python, a row) of this title. */
export function faultOf({file, title}: TestNamed): string | undefined {
  if (!existsSync(join(root, file))) return `${file} is not there`
  if (title === '') return `${file}: no test is named`
  const spellings = ["'", '"', '`'].map((quote) => `${quote}${title.replaceAll("'", "\\'")}${quote}`)
  const text = read(file)
  return spellings.some((spelling) => text.includes(spelling)) ? undefined : `${file} has no test "${title}"`
}
