/** A page as a browser shows it once its script has run, with no network. */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome']

export interface Seen {
  /** `whole`, `broken` or `unchecked`. */
  readonly verdict: string
  /** What stands at the top, line by line. */
  readonly says: readonly string[]
  /** The text of each row that is marked as touched. */
  readonly touched: readonly string[]
}

/** Opens a page as a file in a headless browser. */
export function inBrowser(page: string): Seen {
  const dir = mkdtempSync(join(tmpdir(), 'keyrite-page-'))
  try {
    const file = join(dir, 'minutes.html')
    writeFileSync(file, page)
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-extensions']
    const args = [
      ...flags,
      `--user-data-dir=${join(dir, 'profile')}`,
      '--virtual-time-budget=60000',
      '--dump-dom',
    ]
    for (const name of names) {
      const ran = spawnSync(name, [...args, `file://${file}`], {encoding: 'utf8', maxBuffer: 1 << 28})
      if (ran.error === undefined) return seenIn(ran.stdout)
    }
    throw new Error('there is no browser')
  } finally {
    rmSync(dir, {recursive: true, force: true, maxRetries: 5})
  }
}

function seenIn(dom: string): Seen {
  const [, verdict = '', top = ''] = /<header id="check" class="(\w+)">([^]*?)<\/header>/.exec(dom) ?? []
  const text = (html: string): string =>
    html
      .replace(/<[^>]*>/g, ' ')
      .replaceAll('&amp;', '&')
      .replace(/\s+/g, ' ')
      .trim()
  const touched = dom.matchAll(/<(\w+)[^>]* class="[^"]*\btouched"[^>]*>([^]*?)<\/\1>/g)
  return {
    verdict,
    says: top
      .split(/<\/(?:li|p)>/)
      .map(text)
      .filter((line) => line !== ''),
    touched: Array.from(touched, ([, , inner = '']) => text(inner)),
  }
}
