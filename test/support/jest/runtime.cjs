// How Jest loads a file of tests: by Node itself, which takes the types out. Its own way reads and compiles all of src/ and
// every package anew for each file, in a context of node:vm, a second each. Here that is done once in a worker; what
// stands in test/ is still read anew for each file, as it registers hooks and keeps what it made.
const {registerHooks} = require('node:module')
const {join} = require('node:path')
const {pathToFileURL} = require('node:url')

const urlOf = (path) => pathToFileURL(path).href
const globals = urlOf(join(__dirname, 'globals.js'))
const tests = urlOf(join(__dirname, '../..')) + '/'

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@jest/globals') return {url: globals, format: 'module', shortCircuit: true}
    const found = next(specifier, context)
    const of = /\?file=\d+$/.exec(context.parentURL)?.[0]
    return of !== undefined && found.url.startsWith(tests) ? {...found, url: found.url + of} : found
  },
})

let files = 0

/** What jest-runner and jest-circus call of jest-runtime; mocks of modules and coverage are not used here. */
module.exports = class Runtime {
  #file = ++files
  #globals

  /** jest-circus, with nothing in it of the file before. */
  requireInternalModule(path) {
    delete require.cache[path]
    delete globalThis[Symbol.for('EVENT_HANDLERS')]
    return require(path)
  }
  requireModule(path) {
    return require(path)
  }
  unstable_shouldLoadAsEsm() {
    return true
  }
  async unstable_importModule(path) {
    const {set} = await import(globals)
    if (this.#globals !== undefined) set(this.#globals)
    return import(`${urlOf(path)}?file=${this.#file}`)
  }
  setGlobalsForRuntime(made) {
    this.#globals = made
  }
  getSourceMaps() {
    return new Map()
  }
  getAllCoverageInfoCopy() {
    return undefined
  }
  enterTestCode() {}
  leaveTestCode() {}
  teardown() {}
}
