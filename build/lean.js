import {readFileSync} from 'node:fs'
import {join} from 'node:path'

/** Packages that only help, plugins and error pages of oclif use: they go to `seldom.cjs`, and are read where they are used. */
const seldom = [
  'ansis',
  'clean-stack',
  'cli-spinners',
  'ejs',
  'indent-string',
  'lilconfig',
  'minimatch',
  'string-width',
  'supports-color',
  'tinyglobby',
  'widest-line',
  'wrap-ansi',
]

/** Modules of Node that only those use. */
const seldomBuiltin = ['node:child_process', 'node:fs/promises', 'node:perf_hooks', 'node:readline']

/** What oclif does at every start and keyrite has no use for: in which file, what stands there, and what instead. */
const changes = [
  // The first comparison by locale loads all of its tables, for ids that are ASCII.
  ['config/plugin.js', 'a.id.localeCompare(b.id)', '(a.id < b.id ? -1 : 1)'],
  // Looks into /proc for Windows; only oclif's user agent would say it.
  [
    'util/os.js',
    "(await import('wsl-utils')).isWsl ? 'wsl' : (0, node_os_1.platform)()",
    '(0, node_os_1.platform)()',
  ],
  // Through the pool of threads a file of some hundred lines takes longer than a whole start should.
  [
    'util/fs.js',
    "await (0, late_promises_1().readFile)(path, 'utf8')",
    "(0, node_fs_1.readFileSync)(path, 'utf8')",
  ],
  // Under DEBUG it would print the whole argv; bin/run.js takes DEBUG away, so it never says anything.
  ['logger.js', 'const debug_1 = __importDefault(require("debug"));', ''],
  ['logger.js', '(0, debug_1.default)(namespace)', '() => undefined'],
  // Help, of which an error needs one function, seldom.
  [
    'errors/handle.js',
    'const index_1 = require("../help/index");',
    'const late_index_1 = () => require("../help/index");',
  ],
  ['errors/handle.js', 'new index_1.Help(', 'new (late_index_1().Help)('],
]

/** The form in which TypeScript writes an import as CommonJS; its name is then used as `name.member` only. */
const imported = /^const (\w+) = (__importDefault\()?require\("([\w:/-]+)"\)\)?;$/gm

/**
 * An esbuild plugin that makes oclif's part of a start small: for its index it takes `oclif.js` beside this file, and
 * leaves out what is not needed then. An oclif that is written in another way fails the build.
 * @param root - absolute path of the checkout
 */
export function leanOclif(root) {
  const found = new Set()
  return {
    name: 'lean-oclif',
    setup(build) {
      build.onResolve({filter: /^@oclif\/core$/}, () => ({path: join(root, 'build/oclif.js')}))
      build.onResolve({filter: /^\.\/seldom\.cjs$/}, ({path}) => ({path, external: true}))
      build.onLoad({filter: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/}, ({path}) => {
        const file = path.replaceAll('\\', '/').replace(/.*@oclif\/core\/lib\//, '')
        return {contents: lean(file, readFileSync(path, 'utf8'), found), loader: 'js'}
      })
      build.onEnd(() => {
        const missing = [...seldom, ...seldomBuiltin, ...changes.map(([, from]) => from)].filter(
          (one) => !found.has(one),
        )
        if (missing.length > 0)
          throw new Error(`oclif is written in another way now (build/lean.js): no ${missing.join(', ')}`)
      })
    },
  }
}

/**
 * An esbuild plugin that leaves out what zod says in other languages: keyrite has words of its own, and half of zod's bytes,
 * which every start reads, are these. A zod that is written in another way fails the build.
 */
export function leanZod() {
  let [used, found] = [false, false]
  return {
    name: 'lean-zod',
    setup(build) {
      build.onLoad({filter: /zod[\\/]v4[\\/]/}, ({path}) => {
        used = true
        if (!/locales[\\/]index\.js$/.test(path)) return undefined
        found = true
        return {contents: "export {default as en} from './en.js'", loader: 'js'}
      })
      build.onEnd(() => {
        if (used && !found)
          throw new Error('zod is written in another way now (build/lean.js): no v4/locales/index.js')
      })
    },
  }
}

/** The form in which esbuild writes an import of a module of Node: a name for all of it, names of its members, or both. */
const ofNode = /^import (?:(?:\* as )?(\w+),? )?(?:\{([^}]*)\} )?(?:from )?["'](node:[\w/]+)["'];?$/gm

/**
 * The text of a part, with modules of Node taken as they are. An `import` makes a copy of each first, and for that asks for
 * everything in it: `node:fs` alone then loads its streams and its promises, at every start.
 */
export function withPlainNode(text) {
  return text.replace(ofNode, (_line, whole, members, from) => {
    const names = [whole, members && `{${members.replace(/(\w+) as (\w+)/g, '$1: $2')}}`].filter(Boolean)
    return names.map((name) => `const ${name} = globalThis.process.getBuiltinModule('${from}');`).join(' ')
  })
}

/** The input of `seldom.cjs`, as esbuild takes it. */
export function seldomInput(root) {
  const members = seldom.map((name) => `get '${name}'() { return require('${name}') }`)
  return {
    contents: `module.exports = {${members.join(', ')}}`,
    resolveDir: join(root, 'node_modules/@oclif/core/lib'),
    sourcefile: 'seldom.cjs',
  }
}

function lean(file, source, found) {
  const names = []
  let text = source.replace(imported, (line, name, wrapped, from) => {
    if (!seldom.includes(from) && !seldomBuiltin.includes(from)) return line
    found.add(from)
    names.push(name)
    const value = seldom.includes(from) ? `require("./seldom.cjs")["${from}"]` : `require("${from}")`
    return `const late_${name} = () => ${wrapped === undefined ? value : `__importDefault(${value})`};`
  })
  for (const name of names) text = text.replace(new RegExp(`\\b${name}\\.`, 'g'), `late_${name}().`)
  for (const [where, from, to] of changes.filter(([one]) => one === file)) {
    if (text.includes(from)) found.add(from)
    text = text.replaceAll(from, to)
  }
  return text
}
