import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/**
 * The folders of every package of which something stands in the bundle.
 * @param outputs - esbuild's account of each file that it wrote
 */
export function bundledFolders(outputs) {
  const files = outputs.flatMap(({inputs}) =>
    Object.entries(inputs).flatMap(([file, {bytesInOutput}]) => (bytesInOutput > 0 ? [file] : [])),
  )
  // The innermost package: what lies in node_modules of a package is another one.
  return [...new Set(files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []))]
}

/**
 * The notices of packages: name, version, licence, and their licence files.
 * @param folders - as `bundledFolders` gives them
 * @param root - absolute path of the checkout
 */
export function noticesOf(folders, root) {
  const notices = folders.map((folder) => noticeOf(join(root, folder)))
  const sorted = [...new Set(notices)].sort()
  return `keyrite contains parts of ${sorted.length} packages, under their own licences:\n${sorted.join('')}`
}

/**
 * The licence of a package as an SPDX expression: what its `package.json` says, or the title of its licence file.
 * @param folder - where the package lies
 */
export function licenceOf({name, license}, folder) {
  if (typeof license === 'string') return license
  const file = join(folder, 'LICENSE')
  if (existsSync(file) && readFileSync(file, 'utf8').startsWith('MIT License\n')) return 'MIT'
  throw new Error(`package ${name} does not say its licence`)
}

function noticeOf(folder) {
  const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const {name, version, author, homepage} = own
  const license = licenceOf(own, folder)
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())
  const by = typeof author === 'string' ? author : author?.name
  // A package that ships no licence text: what it says of itself.
  const said = texts.length > 0 ? texts : [[`Licence: ${license}`, by, homepage].filter(Boolean).join('\n')]
  return `\n${'='.repeat(80)}\n${name} ${version} (${license})\n${'='.repeat(80)}\n\n${said.join('\n\n')}\n`
}
