import {copyFileSync, mkdirSync} from 'node:fs'
import {basename, join} from 'node:path'

/** The faces that PDF files are set in: IBM Plex, under the SIL Open Font License 1.1. */
const fonts = {
  '@expo-google-fonts/ibm-plex-sans': [
    '400Regular/IBMPlexSans_400Regular.ttf',
    '700Bold/IBMPlexSans_700Bold.ttf',
  ],
  '@expo-google-fonts/ibm-plex-mono': ['400Regular/IBMPlexMono_400Regular.ttf'],
}

/** Puts the fonts into a new folder. @returns the folders of their packages, relative to the checkout. */
export function copyFonts(root, folder) {
  mkdirSync(folder, {recursive: true})
  return Object.entries(fonts).map(([name, files]) => {
    const from = `node_modules/${name}`
    for (const file of files) copyFileSync(join(root, from, file), join(folder, basename(file)))
    return from
  })
}
