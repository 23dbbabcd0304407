#!/usr/bin/env node
// The entry of the npm package. It must parse on engines that keyrite cannot run on, so that they get a sentence
// and not a crash: no static import (better-sqlite3 ends Node 20 with a segmentation fault), no top-level await,
// and no syntax younger than import().
const [major, minor] = process.versions.node.split('.').map(Number)

if ((major === 24 && minor >= 15) || major >= 26) {
  start()
} else {
  console.error(
    'Error: cannot run keyrite: it needs Node 24.15 or newer, and this is Node ' + process.versions.node,
  )
  console.error('Code: USAGE')
  console.error(
    'Try this: install Node 24 (https://nodejs.org), or run bin/keyrite of a checkout, which brings its own',
  )
  process.exitCode = 2
}

function start() {
  // `keyrite … | head -1` is fine: what nobody reads any more is dropped, and the command goes on to its end,
  // because a change must not stop half-way for the sake of its output. Its exit status stays its own.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error
    })
  }
  // Packages that trace themselves under DEBUG print the whole argv, other people's names and reasons included.
  delete process.env.DEBUG

  if (process.argv[2] === '--version') {
    const {readFileSync, realpathSync} = process.getBuiltinModule('node:fs')
    const {dirname, join} = process.getBuiltinModule('node:path')
    const file = join(dirname(realpathSync(process.argv[1])), '../package.json')
    const {version} = JSON.parse(readFileSync(file, 'utf8'))
    console.log(`keyrite/${version} ${process.platform}-${process.arch} node-${process.version}`)
    return
  }
  import('../dist/main.js').then(({main}) => main(process.argv.slice(2)))
}
