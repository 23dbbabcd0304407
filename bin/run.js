#!/usr/bin/env node
// The entry of the npm package. It must parse on engines that keyrite cannot run on, so that they get a sentence
// and not a crash: no static import (better-sqlite3 ends Node 20 with a segmentation fault), no top-level await,
// and no syntax younger than import().
const [major, minor] = process.versions.node.split('.').map(Number)

let failedToWrite = false

if ((major === 24 && minor >= 15) || major >= 26) {
  start()
} else {
  console.error(
    'Error: cannot run keyrite: it needs Node 24.15 or newer, and this is Node ' + process.versions.node,
  )
  console.error('Code: NODE_UNSUITABLE')
  console.error(
    'Try this: install Node 24 (https://nodejs.org), or run bin/keyrite of a checkout, which brings its own',
  )
  process.exitCode = 2
}

function start() {
  // Packages that trace themselves under DEBUG print the whole argv, other people's names and reasons included.
  delete process.env.DEBUG

  if (process.argv[2] === '--version') {
    const {readFileSync, realpathSync, writeSync} = process.getBuiltinModule('node:fs')
    const {dirname, join} = process.getBuiltinModule('node:path')
    const file = join(dirname(realpathSync(process.argv[1])), '../package.json')
    const {version} = JSON.parse(readFileSync(file, 'utf8'))
    const line = `keyrite/${version} ${process.platform}-${process.arch} node-${process.version}\n`
    try {
      writeSync(1, line) // without the streams, which take a tenth of this command's time to make
    } catch {
      listen()
      process.stdout.write(line)
    }
    return
  }
  listen()
  import('../dist/main.js').then(({main}) => {
    // oclif listens too, and throws at all but a closed pipe.
    listen()
    return main(process.argv.slice(2))
  }, unbuilt)
}

// npm packs what is there, and without `prepack` (where scripts are off) nothing may have been built.
function unbuilt(error) {
  if (process.getBuiltinModule('node:fs').existsSync(new URL('../dist/main.js', import.meta.url))) throw error
  console.error('Error: cannot run keyrite: this copy was packed without a build')
  console.error('Code: BUG')
  console.error('Try this: npm run package, in a checkout, and install what that makes')
  process.exitCode = 1
}

// Output that cannot be written stops nothing: a change must not end half-way for the sake of it. That nobody reads on
// (`keyrite … | head -1`) is fine, and the exit status stays the command's own; a full disk under it is not.
function listen() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error')
    stream.on('error', (error) => {
      if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') return
      if (!failedToWrite) process.once('exit', () => (process.exitCode = process.exitCode || 12))
      if (!failedToWrite && stream === process.stdout) {
        console.error(`Error: cannot write the result: ${error.message}`)
        console.error('Code: STORAGE')
        console.error(
          'Try this: send the output somewhere else; look first whether a change was made, before making it again',
        )
      }
      failedToWrite = true
    })
  }
}
