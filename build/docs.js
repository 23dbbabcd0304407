// Writes docs/cli.md from the manifest of the build that stands in dist/.
//
//   npm run docs
import {readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {cliDocument} from '../src/ui/manual/markdown.ts'
import {commandLine} from '../src/ui/manual/commands.ts'

const root = dirname(import.meta.dirname)
const json = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'))
const file = join(root, 'docs/cli.md')
writeFileSync(file, cliDocument(commandLine(json('oclif.manifest.json'), json('package.json').oclif.topics)))
console.log(`written: ${file}`)
