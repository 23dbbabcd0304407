/** What is printed of a rehearsal says so in every line of text, on every page of paper, and at the top of every screen. */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {pageBreak, paragraph, type Doc} from '../../src/paper/document.ts'
import {htmlOf} from '../../src/paper/html.ts'
import {pdfOf} from '../../src/paper/pdf/index.ts'
import {textOf} from '../../src/paper/text.ts'
import {testWith} from '../support/needs.ts'
import {sample} from './sample.ts'

const rehearsal: Doc = {
  ...sample,
  rehearsal: true,
  blocks: [...sample.blocks, pageBreak, paragraph('The last page.')],
}
const real: Doc = {...rehearsal, rehearsal: false}

test('every line of its text begins with the mark, and none is wider than asked', () => {
  const lines = textOf(rehearsal, 60).trimEnd().split('\n')
  expect(lines.filter((line) => !/^REHEARSAL(?: {2}\S| {3,}\S|$)/.test(line))).toEqual([])
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60)
  expect(textOf(real)).not.toContain('REHEARSAL')
})

test('its page has the mark in its title and above everything, and on paper at the top of each page', () => {
  const page = htmlOf(rehearsal)
  expect(page).toMatch(/<title>REHEARSAL: /)
  expect(page).toContain('<div class="rehearsal">REHEARSAL</div>\n<main>')
  expect(page).toContain('.rehearsal { position: fixed;')
  expect(htmlOf(real)).not.toMatch(/rehearsal/i)
})

testWith(['pdftotext'] as const, 'each page of its PDF has the mark', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-rehearsal-'))
  try {
    const pages = (doc: Doc): readonly string[] => {
      const file = join(folder, 'doc.pdf')
      writeFileSync(file, pdfOf(doc))
      return execFileSync('pdftotext', ['-layout', file, '-'], {encoding: 'utf8'}).split('\f').slice(0, -1)
    }
    const marks = pages(rehearsal).map((page) => page.match(/REHEARSAL/g)?.length)
    expect(marks.length).toBeGreaterThan(1)
    expect(new Set(marks)).toEqual(new Set([1]))
    expect(pages(real).join()).not.toContain('REHEARSAL')
  } finally {
    rmSync(folder, {recursive: true})
  }
})
