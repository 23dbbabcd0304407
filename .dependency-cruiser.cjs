// The layers of src/, lowest first. A folder may import from itself and from folders before it.
const layers = [
  'base',
  'paper',
  'providers',
  'ledger',
  'custody',
  'policy',
  'profiles',
  'notifications',
  'requests',
  'duties',
  'keys',
  'certificates',
  'backups',
  'shares',
  'ceremony',
  'incidents',
  'reports',
]
const upTo = (name) => layers.slice(0, layers.indexOf(name) + 1)

/** Packages with one home: nothing else may import them. */
const homes = {
  '@oclif/core': 'src/(commands|ui)/',
  '@inquirer/': 'src/ui/',
  chalk: 'src/ui/',
  'better-sqlite3': 'src/(ledger|providers/local)/',
  'secrets.js-grempe': 'src/shares/',
  'age-encryption': 'src/shares/',
  '(pdfkit|qrcode|graphviz-cli|@resvg/)': 'src/paper/',
  pkcs11js: 'src/providers/pkcs11/',
  '@aws-sdk/': 'src/providers/aws/',
  '(@azure/|@azure-rest/)': 'src/providers/azure/',
  '@google-cloud/': 'src/providers/gcp/',
  '@peculiar/': 'src/certificates/',
  nodemailer: 'src/notifications/',
}

module.exports = {
  forbidden: [
    {name: 'no-cycles', severity: 'error', from: {}, to: {circular: true}},
    {name: 'no-unresolved', severity: 'error', from: {}, to: {couldNotResolve: true}},
    {name: 'commands-are-leaves', severity: 'error', from: {path: '^src/'}, to: {path: '^src/commands/'}},
    {
      name: 'backends-share-no-code',
      severity: 'error',
      from: {path: '^src/providers/([^/]+)/'},
      // What the makers of HSMs sign is the same wherever it comes from.
      to: {path: '^src/providers/[^/]+/', pathNot: '^src/providers/($1|attesting)/'},
    },
    ...layers.map((layer) => ({
      name: `${layer}-imports-only-what-is-below`,
      severity: 'error',
      from: {path: `^src/${layer}/`},
      to: {path: '^src/', pathNot: `^src/(${upTo(layer).join('|')})/`},
    })),
    ...Object.entries(homes).map(([pkg, home]) => ({
      name: `${pkg}-has-one-home`,
      severity: 'error',
      from: {path: '^src/', pathNot: `^${home}`},
      to: {path: `(^|node_modules/)${pkg}`},
    })),
  ],
  options: {
    // Without exportsFields @oclif/core does not resolve, and its rule is silent.
    tsPreCompilationDeps: true,
    doNotFollow: {path: 'node_modules'},
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
      extensions: ['.ts', '.js'],
    },
  },
}
