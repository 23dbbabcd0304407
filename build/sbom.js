import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {licenceOf} from './notices.js'

/**
 * What keyrite is made of, as CycloneDX 1.6 (https://cyclonedx.org): the packages of which something stands in the bundle,
 * and those that npm installs beside it, each with its licence and the SHA-512 that the lockfile pins. It holds no time, no
 * serial number, no host and no path, so the same sources give the same bytes.
 * @param folders - the bundled packages, as folders relative to the checkout
 * @param root - absolute path of the checkout
 */
export function sbomOf(folders, root) {
  const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'))
  const {name, version, description, license, dependencies} = read('package.json')
  const {packages} = read('package-lock.json')
  const installed = installedWith(dependencies, packages)
  const paths = [...new Set([...folders.map((folder) => folder.replaceAll('\\', '/')), ...installed])].sort()
  const component = (path) => {
    const locked = packages[path]
    const own = read(`${path}/package.json`)
    if (locked?.version !== own.version) throw new Error(`${path} is not what the lockfile says`)
    return {
      type: 'library',
      'bom-ref': purlOf(own),
      name: own.name,
      version: own.version,
      scope: 'required',
      hashes: [
        {
          alg: 'SHA-512',
          content: Buffer.from(locked.integrity.slice('sha512-'.length), 'base64').toString('hex'),
        },
      ],
      licenses: [{expression: licenceOf(own, join(root, path))}],
      purl: purlOf(own),
      properties: [
        {name: 'keyrite:in', value: installed.includes(path) ? 'installed beside it' : 'the bundle'},
      ],
    }
  }
  const components = paths.map(component)
  const self = purlOf({name, version})
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': self,
        name,
        version,
        description,
        licenses: [{license: {id: license}}],
        purl: self,
      },
    },
    components: components.sort((a, b) => (a.purl < b.purl ? -1 : 1)),
    dependencies: [{ref: self, dependsOn: components.map(({purl}) => purl)}],
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** https://github.com/package-url/purl-spec */
const purlOf = ({name, version}) => `pkg:npm/${name.replace('@', '%40')}@${version}`

/** The paths in the lockfile of what npm installs with the package: its dependencies and theirs. */
function installedWith(dependencies, packages) {
  const found = new Set()
  const visit = (name, from) => {
    let base = from
    let path
    while (packages[(path = `${base === '' ? '' : `${base}/`}node_modules/${name}`)] === undefined) {
      if (base === '') throw new Error(`the lockfile does not know ${name}`)
      base = base.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, '')
    }
    if (found.has(path)) return
    found.add(path)
    for (const other of Object.keys(packages[path].dependencies ?? {})) visit(other, path)
  }
  for (const name of Object.keys(dependencies)) visit(name, '')
  return [...found]
}
