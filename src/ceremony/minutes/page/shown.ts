/** Whether what can be seen is what was written: each part by its digest, and nothing more. */
import {hex, sha256, utf8} from './bytes.ts'
import type {Outcome} from './checks.ts'
import {shownTags} from './record.ts'

/** One part of the page that was looked at. */
interface Part {
  readonly element: Element
  readonly text: string
}

const selector = shownTags.join()
/** Attributes and elements that the page is written with; anything else could hide or add something. */
const attributes = ['class', 'scope', 'lang', 'id', 'charset', 'name', 'content', 'http-equiv', 'type']
const elements = [
  ...[
    'html',
    'head',
    'body',
    'header',
    'main',
    'script',
    'meta',
    'title',
    'style',
    'h1',
    'h2',
    'h3',
    'p',
    'ul',
  ],
  ...[
    'ol',
    'li',
    'pre',
    'code',
    'strong',
    'b',
    'span',
    'aside',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'div',
  ],
]

/** The parts in order. Taken before anything is added to the page. */
export function partsOf(page: Document): readonly Part[] {
  return [...page.querySelectorAll(selector)]
    .filter((element) => element.parentElement?.closest(selector) === null)
    .map((element) => ({element, text: element.getAttribute('content') ?? element.textContent}))
}

/** @returns what is wrong, and the parts that it is wrong with. */
export async function checkShown(
  page: Document,
  shown: readonly string[],
): Promise<{readonly outcome: Outcome; readonly touched: readonly Element[]}> {
  const parts = partsOf(page)
  const prints = await Promise.all(parts.map(async ({text}) => hex(await sha256(utf8(text)))))
  const [begin, end] = [firstOther(prints, shown), firstOther(prints.toReversed(), shown.toReversed())]
  // Between what is the same at the beginning and at the end, a part is touched whose digest is not expected there.
  const expected = new Set(shown.slice(begin, Math.max(begin, shown.length - end)))
  const same = prints.length === shown.length
  const touched = parts
    .filter((_, at) =>
      same
        ? prints[at] !== shown[at]
        : at >= begin && at < parts.length - end && !expected.has(prints[at] ?? ''),
    )
    .map(({element}) => element)
  const findings = touched.map((element) => ({
    seq: null,
    what: `shown text: it is not what was written: ${inShort(element)}`,
  }))
  const missing = shown.length - parts.length
  if (missing > 0) findings.push({seq: null, what: `shown text: ${missing} parts of it are missing`})
  if (missing < 0) findings.push({seq: null, what: `shown text: ${-missing} parts too many`})
  for (const what of strange(page)) findings.push({seq: null, what})
  const name = 'shown text: every part as it was written, and nothing else'
  return {outcome: {name, good: parts.length - touched.length, left: 0, findings}, touched}
}

function firstOther(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((one, index) => one !== b[index])
  return at < 0 ? Math.min(a.length, b.length) : at
}

function inShort(element: Element): string {
  const text = element.textContent.trim().replace(/\s+/g, ' ')
  return `“${text.length > 60 ? `${text.slice(0, 60)}…` : text}” (${element.localName})`
}

/** What the page is not written with: elements, attributes, and text outside of every part. */
function* strange(page: Document): Generator<string> {
  for (const element of page.querySelectorAll('*')) {
    if (!elements.includes(element.localName))
      yield `shown text: an element <${element.localName}> is none of its own`
    for (const {name} of element.attributes)
      if (!attributes.includes(name))
        yield `shown text: an attribute “${name}” is none of its own (${element.localName})`
    if (element.matches('script') || element.closest(selector) !== null) continue
    for (const node of element.childNodes)
      if (node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '')
        yield `shown text: “${(node.textContent ?? '').trim().slice(0, 60)}” belongs to no part of it`
  }
  if (page.querySelectorAll('script').length !== 2) yield 'shown text: a script is none of its own'
}
