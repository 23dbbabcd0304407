// Makes what runs: dist/ (one bundle entry a command), oclif.manifest.json, and dist/files.sha256 over all of it.
//
//   node build/build.js            build, and put the result in place of the old one
//   node build/build.js --check    build beside it, and say whether what stands there is the same
//
// The same sources give the same bytes: nothing here knows the time, the machine or the folder.
import {globSync, mkdirSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import {Plugin, settings} from '@oclif/core'
import {build} from 'esbuild'
import {describeFor} from './describe.js'
import {listFiles} from './files.js'
import {copyFonts} from './fonts.js'
import {leanOclif, leanZod, seldomInput, withPlainNode} from './lean.js'
import {bundledFolders, noticesOf} from './notices.js'
import {pageScript} from './page.js'
import {sbomOf} from './sbom.js'

const root = dirname(import.meta.dirname)
const check = process.argv.includes('--check')

const {dependencies, optionalDependencies} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/**
 * Bundles src/ into `folder`/dist, with the packages that it uses, their notices and the list of all (SBOM). They are pure
 * JavaScript, whose many small files would cost more than half of every start; bundled, they are what was tested, and
 * nothing of theirs is fetched where keyrite is installed. So they stand among the devDependencies.
 * What stands among the dependencies stays outside: native addons, and cloud SDKs, which break inside a bundle. So do the
 * loaders that oclif has for TypeScript.
 */
async function bundle(folder) {
  const commands = globSync('src/commands/**/*.ts', {cwd: root}).sort()
  const named = commands.map((file) => [relative('src', file).slice(0, -'.ts'.length), file])
  const {metafile, outputFiles} = await build({
    absWorkingDir: root,
    // The host of PKCS#11 modules, and that of secrets while they are split, are programs of their own: they run in another process.
    entryPoints: Object.fromEntries([
      ['main', 'src/ui/main.ts'],
      ['pkcs11-host', 'src/providers/pkcs11/host.ts'],
      ['shares-host', 'src/shares/child/host.ts'],
      ...named,
    ]),
    outdir: join(folder, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: [...Object.keys({...dependencies, ...optionalDependencies}), 'typescript', 'tsx', 'ts-node'],
    // oclif is CommonJS: these are what it finds there.
    banner: {
      js: [
        "const {createRequire: requireOf} = globalThis.process.getBuiltinModule('node:module')",
        'const require = requireOf(import.meta.url)',
        'const __filename = import.meta.filename, __dirname = import.meta.dirname',
      ].join(';'),
    },
    // Where packages really lie, behind a link, would be written into what is built.
    preserveSymlinks: true,
    chunkNames: 'part-[hash]',
    plugins: [leanOclif(root), leanZod()],
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  for (const {path, text} of outputFiles) {
    mkdirSync(dirname(path), {recursive: true})
    writeFileSync(path, withPlainNode(text))
  }
  // Beside the parts, because oclif's part loads it.
  const apart = await build({
    absWorkingDir: root,
    stdin: seldomInput(root),
    outfile: join(folder, 'dist/seldom.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    preserveSymlinks: true,
    metafile: true,
    logLevel: 'warning',
  })
  writeFileSync(join(folder, 'dist/page.js'), pageScript(root))
  const outputs = [metafile, apart.metafile].flatMap((one) => Object.values(one.outputs))
  const folders = [...bundledFolders(outputs), ...copyFonts(root, join(folder, 'dist/fonts'))]
  writeFileSync(join(folder, 'dist/THIRD-PARTY.txt'), noticesOf(folders, root))
  writeFileSync(join(folder, 'dist/sbom.cdx.json'), sbomOf(folders, root))
}

/** Writes the manifest, so that help and dispatch load no command but the one that runs; and what is made from it. */
async function describe(folder) {
  settings.enableAutoTranspile = false
  mkdirSync(join(folder, 'dist/commands'), {recursive: true})
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const plugin = new Plugin({
    root: folder,
    isRoot: true,
    pjson,
    ignoreManifest: true,
    errorOnManifestCreate: true,
  })
  await plugin.load()
  const {commands, version} = plugin.manifest
  const sorted = Object.fromEntries(Object.entries(commands).sort(([a], [b]) => (a < b ? -1 : 1)))

  // Help would show an empty default. Only help reads defaults from here.
  for (const {flags} of Object.values(sorted))
    for (const flag of Object.values(flags))
      if (Array.isArray(flag.default) && flag.default.length === 0) delete flag.default

  writeFileSync(join(folder, 'oclif.manifest.json'), `${JSON.stringify({commands: sorted, version})}\n`)
  describeFor(join(folder, 'dist'), {commands: sorted}, pjson)
}

/** Puts what was built in place. Each step is one rename; the old program stays whole until the new one is. */
function install(folder) {
  const old = join(folder, 'old')
  renameSync(join(folder, 'oclif.manifest.json'), join(root, 'oclif.manifest.json'))
  if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old)
  renameSync(join(folder, 'dist'), join(root, 'dist'))
}

async function run() {
  // Inside the checkout, because the commands are loaded once to describe them, and then look upward for packages.
  const folder = join(root, '.tools/state', `build-${process.pid}`)
  try {
    mkdirSync(folder, {recursive: true})
    writeFileSync(join(folder, 'package.json'), readFileSync(join(root, 'package.json')))
    await bundle(folder)
    await describe(folder)
    const list = listFiles(root, folder)
    writeFileSync(join(folder, 'dist/files.sha256'), list)
    if (!check) return install(folder)
    const standing = join(root, 'dist/files.sha256')
    const same =
      existsSync(standing) && readFileSync(standing, 'utf8') === list && listFiles(root, root) === list
    if (!same) throw new Error('what is in dist/ was not built from these sources: run node build/build.js')
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

run().catch((error) => {
  console.error(error.errors ? 'keyrite could not be built from these sources (see above)' : error)
  // 12 STORAGE: bin/setup says it in a sentence.
  process.exitCode = ['ENOSPC', 'EDQUOT'].includes(error.code) ? 12 : 1
})
