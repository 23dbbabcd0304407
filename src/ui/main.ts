import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Config, handle, run, settings, type Interfaces} from '@oclif/core'
import {KeyriteError} from '../base/errors.ts'
import {packageRoot} from '../base/package.ts'
import {findWanted} from './unknown.ts'

/**
 * Runs one command line (without the program's name). Commands print their own failures; whatever else is thrown
 * goes through oclif, which exits with the status that the error carries, or 1.
 */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    // Under NODE_ENV=development oclif would look for a TypeScript loader and run it.
    settings.enableAutoTranspile = false
    // Without these oclif loads plugins that a package.json in the user's data folder names: code nobody reviewed.
    const root = packageRoot()
    // Given, or oclif would look for it in every folder above.
    const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Interfaces.PJSON
    const config = await Config.load({root, pjson, userPlugins: false, devPlugins: false})
    const wanted = findWanted(config, argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv)
    if (wanted.kind === 'help') await run([...wanted.argv], config)
    else await config.runCommand(wanted.id, [...wanted.rest])
  } catch (error) {
    if (error instanceof KeyriteError) refuse(error, argv.includes('--json'))
    else await handle(withoutHelp(error))
  }
}

/** For a mistake in the words oclif would print help as well; it looks for it by all the words typed, and fails at that. */
function withoutHelp(error: unknown): Error {
  return Object.assign(error instanceof Error ? error : new Error(String(error)), {showHelp: false})
}

/** Says that no command was run, and why. */
function refuse(error: KeyriteError, json: boolean): void {
  const {code, exit, message, changed, hints} = error
  process.exitCode = exit
  if (json) {
    console.log(
      JSON.stringify({schema: 'keyrite.error/1', code, exit, message, changed, try: hints}, null, 2),
    )
    return
  }
  const tries = hints.map((hint, index) => `${index === 0 ? 'Try this: ' : ' '.repeat(10)}${hint}`)
  console.error([`Error: ${message}`, `Code: ${code}`, ...tries].join('\n'))
}
