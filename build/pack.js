// Makes the package as npm would publish it, and says what it is.
//
//   npm run package [-- FOLDER]        (the checkout's own folder unless told)
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'

const root = dirname(import.meta.dirname)
const into = resolve(process.argv[2] ?? root)
const npm = (...args) =>
  execFileSync('npm', args, {cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']})

// What was built is what stands in the sources: a package is never made of yesterday's build.
execFileSync(process.execPath, [join(root, 'build/build.js'), '--check'], {stdio: 'inherit'})
const [{filename, entryCount, size}] = Object.values(
  JSON.parse(npm('pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', into)),
)
const file = join(into, filename)
const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
console.log(`${file}: ${entryCount} files, ${Math.ceil(size / 1000)} kB`)
console.log(`SHA-256 ${digest}`)
