// What is made of the manifest: the man page and the completion of each shell.
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {commandLine} from '../src/ui/manual/commands.ts'
import {bashScript} from '../src/ui/manual/bash.ts'
import {fishScript} from '../src/ui/manual/fish.ts'
import {manPage} from '../src/ui/manual/man.ts'
import {zshScript} from '../src/ui/manual/zsh.ts'

/**
 * Writes them into `dist`, under the names that shells and man look for.
 * @param manifest - what oclif made of the commands
 * @param pjson - package.json
 */
export function describeFor(dist, manifest, {version, description, oclif}) {
  const line = commandLine(manifest, oclif.topics ?? {})
  for (const folder of ['man', 'completion']) mkdirSync(join(dist, folder), {recursive: true})
  writeFileSync(join(dist, 'man/keyrite.1'), manPage(line, {version, description}))
  writeFileSync(join(dist, 'completion/keyrite.bash'), bashScript(line))
  writeFileSync(join(dist, 'completion/_keyrite'), zshScript(line))
  writeFileSync(join(dist, 'completion/keyrite.fish'), fishScript(line))
}
