// The script of the page of minutes: one file, to stand in the page itself, as readable as its sources.
import {buildSync} from 'esbuild'

/** The script, from the sources in `root`. */
export function pageScript(root) {
  const {outputFiles} = buildSync({
    absWorkingDir: root,
    entryPoints: ['src/ceremony/minutes/page/main.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2023',
    charset: 'utf8',
    legalComments: 'none',
    tsconfigRaw: {},
    logLevel: 'warning',
  })
  return outputFiles[0].text
}
