/** keyrite as a process, straight from its sources: `node test/support/cli.ts TOPIC VERB …`. Needs no build. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {Config} from '@oclif/core'
import type {CommandClass} from './run.ts'

const root = join(import.meta.dirname, '../..')
const [, , ...argv] = process.argv
const long = argv.slice(0, 2)
const words = existsSync(join(root, 'src/commands', `${long.join('/')}.ts`)) ? long : argv.slice(0, 1)

// As bin/run.js does: whoever closes the pipe has seen enough, and a terminal that went away stops nothing.
process.stdout.on('error', () => process.exit())
process.stderr.on('error', () => undefined)
const {default: command} = (await import(join(root, 'src/commands', `${words.join('/')}.ts`))) as {
  default: CommandClass
}
command.id = words.join(':')
const config = await Config.load({root, userPlugins: false, devPlugins: false})
await new command(argv.slice(words.length), config).run()
