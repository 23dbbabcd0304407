import {createHash} from 'node:crypto'
import {globSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'

/**
 * The shipped files and their SHA-256, in the form that `sha256sum -c` reads, sorted by path.
 * What was built is read from `built`, everything else from `root`.
 */
export function listFiles(root, built) {
  const from = (folder, ...patterns) =>
    globSync(patterns, {cwd: folder})
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => [path, join(folder, path)])
  const files = [
    ...from(root, 'bin/run.js', 'ceremony-templates/**', 'package.json'),
    ...from(built, 'dist/**', 'oclif.manifest.json').filter(([path]) => path !== 'dist/files.sha256'),
  ].sort(([a], [b]) => (a < b ? -1 : 1))
  return files.map(([path, file]) => `${sha256(file)}  ${path}\n`).join('')
}

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex')
