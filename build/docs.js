// Writes docs/cli.md from the manifest of the build that stands in dist/, the form of templates and policies for editors, and
// docs/providers.md from what the contract suite saw.
//
//   npm run docs
import {readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {templateJsonSchema} from '../src/ceremony/json-schema.ts'
import {policyJsonSchema} from '../src/policy/document.ts'
import {cliDocument} from '../src/ui/manual/markdown.ts'
import {commandLine} from '../src/ui/manual/commands.ts'
import {allSeen, providersPage} from '../test/providers/seen-page.ts'

const root = dirname(import.meta.dirname)
const json = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'))
const schema = (form) => `${JSON.stringify(form, null, 2)}\n`
const documents = {
  'docs/cli.md': cliDocument(commandLine(json('oclif.manifest.json'), json('package.json').oclif.topics)),
  'docs/ceremony.schema.json': schema(templateJsonSchema()),
  'docs/policy.schema.json': schema(policyJsonSchema()),
  'docs/providers.md': providersPage(allSeen()),
}
for (const [path, text] of Object.entries(documents)) {
  writeFileSync(join(root, path), text)
  console.log(`written: ${path}`)
}
