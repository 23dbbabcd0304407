import {readFileSync} from 'node:fs'
import {join} from 'node:path'

/** What only help, plugins and error pages of oclif use, and what it would evaluate at every start. */
const rarelyUsed = [
  'clean-stack',
  'cli-spinners',
  'ejs',
  'indent-string',
  'lilconfig',
  'minimatch',
  'string-width',
  'tinyglobby',
  'widest-line',
  'wrap-ansi',
]

/** The form in which TypeScript writes an import as CommonJS; its name is then used as `name.member` only. */
const imported = /^const (\w+) = ((?:__importDefault\()?require\("([\w-]+)"\)\)?);$/gm

/**
 * An esbuild plugin that makes oclif's part of a start small: for its index it takes `oclif.js` beside this file, and
 * what is rarely used is evaluated where it is used.
 * @param root - absolute path of the checkout
 */
export function leanOclif(root) {
  const found = new Set()
  return {
    name: 'lean-oclif',
    setup(build) {
      build.onResolve({filter: /^@oclif\/core$/}, () => ({path: join(root, 'build/oclif.js')}))
      build.onLoad({filter: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/}, ({path}) => ({
        contents: late(readFileSync(path, 'utf8'), found),
        loader: 'js',
      }))
      build.onEnd(() => {
        const missing = rarelyUsed.filter((name) => !found.has(name))
        if (missing.length > 0)
          throw new Error(`oclif imports ${missing.join(', ')} in another way now: look at build/lean.js`)
      })
    },
  }
}

function late(source, found) {
  const names = []
  const declared = source.replace(imported, (line, name, value, from) => {
    if (!rarelyUsed.includes(from)) return line
    found.add(from)
    names.push(name)
    return `const late_${name} = () => ${value};`
  })
  return names.reduce(
    (text, name) => text.replace(new RegExp(`\\b${name}\\b(?=[.)])`, 'g'), `late_${name}()`),
    declared,
  )
}
