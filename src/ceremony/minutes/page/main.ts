/** Checks the page when it is opened, and says at its top what came of it. */
import {checkRecord, type Outcome} from './checks.ts'
import type {PageRecord} from './record.ts'
import {checkShown} from './shown.ts'

async function run(): Promise<void> {
  // Before anything is added to the page.
  const source = document.getElementById('record')?.textContent ?? ''
  let record: PageRecord
  try {
    record = JSON.parse(source) as PageRecord
    if ((record.type as string) !== 'keyrite.page/1') throw new Error('it is of another kind')
  } catch {
    verdict(false, ['The record in this page cannot be read: it was changed.'], [])
    return
  }
  if (!isSecureContext) {
    verdict(null, ['This browser gives no cryptography to a page from this place. Open it as a file.'], [])
    return
  }
  const shown = await checkShown(document, record.shown)
  const outcomes = [...(await checkRecord(record)), shown.outcome]
  for (const element of shown.touched) mark(element, 'CHANGED')
  const entries = new Set(
    outcomes.flatMap(({findings}) => findings.flatMap(({seq}) => (seq === null ? [] : [seq]))),
  )
  for (const [element, seqs] of rowsOnEntries()) {
    const bad = seqs.filter((seq) => entries.has(seq))
    if (bad.length > 0) mark(element, `RESTS ON ENTRY ${bad.join(', ')}, WHICH WAS CHANGED`)
  }
  const findings = outcomes.flatMap((one) => one.findings.map(({what}) => what))
  const left = outcomes.reduce((sum, one) => sum + one.left, 0)
  if (left > 0)
    verdict(
      findings.length === 0 ? null : false,
      [`${left} could not be checked: this browser does not know their algorithm.`, ...findings],
      outcomes,
    )
  else verdict(findings.length === 0, findings, outcomes)
}

/** Rows of the minutes, and the entries that they say they come from. */
function* rowsOnEntries(): Generator<readonly [Element, readonly number[]]> {
  for (const element of document.querySelectorAll('main p, main tr, main li')) {
    const named = Array.from(element.textContent.matchAll(/\bentry (\d+)\)/g), ([, seq]) => Number(seq))
    const last = element.closest('table')?.querySelector('thead th:last-child')?.textContent
    if (/\bentry$/i.test(last ?? '') && element.closest('thead') === null)
      named.push(...(element.lastElementChild?.textContent.match(/\d+/g) ?? []).map(Number))
    if (named.length > 0) yield [element, named]
  }
}

function mark(element: Element, words: string): void {
  element.classList.add('touched')
  const place = element.localName === 'tr' ? element.firstElementChild : element
  place?.prepend(made('b', `${words} `, 'mark'))
}

/** At most so many lines say what was touched; the rows themselves are all marked. */
const most = 50

function verdict(good: boolean | null, lines: readonly string[], outcomes: readonly Outcome[]): void {
  const header = document.getElementById('check')
  if (header === null) return
  const [name, says] =
    good === true
      ? ['whole', 'WHOLE: no damage was found.']
      : good === null
        ? ['unchecked', 'NOT ALL CHECKED.']
        : ['broken', 'TOUCHED: something in this page is not as it was written.']
  header.className = name
  const list = made('ul', '', 'outcomes')
  for (const line of lines.slice(0, most)) list.append(made('li', line, good === false ? 'bad' : 'open'))
  if (lines.length > most) list.append(made('li', `… and ${lines.length - most} more`, 'bad'))
  for (const one of outcomes)
    if (one.findings.length === 0) list.append(made('li', `${one.good} good: ${one.name}`, 'good'))
  header.querySelector('aside')?.replaceWith(made('p', says, 'verdict'), list)
}

function made(tag: string, text: string, name: string): HTMLElement {
  const element = document.createElement(tag)
  element.textContent = text
  element.className = name
  return element
}

void run()
