/** A root ceremony as long as they are in the field: a device is commissioned, three sites bring their cards in bags, nine keys are made. */
import {stringify} from 'yaml'

type Row = Readonly<Record<string, unknown>>
type Rest = Readonly<Record<string, unknown>>

const sites = ['north', 'south', 'east'] as const
const keys = [
  'root',
  'issuing',
  'releases',
  'images',
  'firmware',
  'packages',
  'timestamps',
  'logs',
  'tokens',
] as const

const step =
  (kind: string, by: string, minutes: number) =>
  (id: string, text: string, rest: Rest = {}): Row => ({id, kind, by, minutes, text, ...rest})
const officer = step('confirm', 'security-officer', 2)
const operator = step('confirm', 'operator', 3)
const watched = step('record', 'witness', 4)
const picture = step('photo', 'witness', 2)
const handled = step('bag', 'operator', 4)
const ask = (...names: readonly string[]): Rest => ({
  fields: names.map((name) => ({name, text: `Number or words of ${name}`})),
})

const opening = [
  officer('recording', 'The officer starts the recording. If it fails, stop.', {checks: ['recording']}),
  officer('introductions', 'Everybody says name and role. Whoever is not on the list leaves.'),
  step('confirm', 'witness', 1)('witnesses', 'The witnesses see the screen. If one does not, wait.', {
    checks: ['witnesses'],
  }),
  officer('reviewed', 'This script was reviewed. If a page is missing, print it again.', {
    checks: ['documented'],
  }),
  operator('tested', 'The device was tested. If not, stop.', {checks: ['device']}),
  officer('access', 'Access is as on the list. If not, take it away.', {checks: ['access']}),
  officer('policy', 'No one person makes a key. If one can, stop.', {checks: ['multi-person']}),
  operator('backup', 'The backup device is there. If not, stop.', {checks: ['backup']}),
  operator('audit', 'The audit log receives entries. If not, switch it on.', {checks: ['audit-log']}),
  step('clock', 'operator', 2)('clock', 'The clock is compared. If it is off, stop.'),
  step('machine', 'operator', 2)('machine', 'Machine and device are recorded. If another, stop.'),
  step('read-aloud', 'security-officer', 4)('template', 'The words are read. If one differs, stop.', {
    what: 'template',
  }),
  step('read-aloud', 'security-officer', 4)('ledger', 'The words are read. If one differs, stop.', {
    what: 'ledger',
  }),
]

const device = [
  officer('safe-open', 'The officer opens the safe. If it was open, stop.', {leaves: {safe: 'open'}}),
  picture('delivery-picture', 'A picture of the delivery. If it fails, again.', {
    subject: 'The delivery bag',
  }),
  handled('delivery-check', 'The number is read. If it differs, stop.', {
    action: 'check',
    bag: 'delivery',
    reads: 'witness',
  }),
  handled('delivery-open', 'The bag is cut open. If more is in it, stop.', {
    action: 'open',
    bag: 'delivery',
    contents: ['hsm'],
    reads: 'witness',
  }),
  handled('delivery-destroy', 'The bag is cut through its number.', {action: 'destroy', bag: 'delivery'}),
  officer('safe-locked', 'The safe is locked. If it does not lock, stay.', {leaves: {safe: 'locked'}}),
  watched('label', 'The label is read. If it differs, stop.', ask('serial', 'seal-of-maker')),
  picture('device-picture', 'Pictures of all sides. If one fails, again.', {
    subject: 'The device from all sides',
  }),
  operator('power', 'The self-test ends well. If not, stop.', {leaves: {hsm: 'on'}}),
  operator('connect', 'The device answers. If not, stop.', {leaves: {hsm: 'connected'}}),
  watched('firmware', 'Version and mode are read. If others, stop.', ask('firmware-version', 'fips-mode')),
  operator('zeroized', 'It lists no key. If one, stop.', {needs: {hsm: 'connected'}}),
  operator('time-set', 'Its clock is set. If it will not keep time, stop.'),
  watched('settings', 'The settings are read. If others, correct them.', ask('settings')),
]

/** Administrator cards: made one after the other, never two in the reader, each into a bag of its own. */
const admins = ['first', 'second', 'third'] as const
const administrators = admins.flatMap((one) => [
  operator(`${one}-admin-made`, 'The card is made, its PIN typed unseen. If seen, anew.', {
    leaves: {[`${one}-admin`]: 'connected'},
  }),
  operator(`${one}-admin-out`, 'The card is taken out. If it failed, another.', {
    leaves: {[`${one}-admin`]: 'out'},
  }),
  handled(`${one}-admin-sealed`, 'The card goes into its bag. If it does not close, another.', {
    ...{action: 'seal', bag: `${one}-admin-bag`, contents: [`${one}-admin`], reads: 'witness'},
  }),
])

const arrival = (site: string): readonly Row[] => {
  const by = (id: string, text: string, rest: Rest = {}): Row =>
    step('confirm', site, 2)(`${site}-${id}`, text, rest)
  const [bag, card, sheet] = [`${site}-bag`, `${site}-card`, `${site}-sheet`]
  return [
    by('here', 'They say from where they come. If it is somebody else, stop.'),
    picture(`${site}-bag-picture`, 'A picture of the bag. If it fails, again.', {
      subject: `The bag of ${site}`,
    }),
    handled(`${site}-bag-check`, 'The number is read. If it differs, stop.', {
      action: 'check',
      bag,
      reads: 'witness',
    }),
    handled(`${site}-bag-open`, 'The bag is cut open. If empty, stop.', {
      action: 'open',
      bag,
      contents: [card, sheet],
      reads: 'witness',
    }),
    handled(`${site}-bag-destroy`, 'The bag is cut through its number.', {action: 'destroy', bag}),
    watched(
      `${site}-sheet-read`,
      'The sheet is read. If it differs, stop.',
      ask('sheet-number', 'card-number'),
    ),
    by('card-in', 'The card goes into the reader. If refused, stop.', {
      needs: {hsm: 'connected'},
      leaves: {[card]: 'connected'},
    }),
    by('card-login', 'The PIN is typed unseen. If wrong twice, stop.', {leaves: {[card]: 'logged-in'}}),
    by('card-logout', 'It is logged out. If not, take the power off.', {leaves: {[card]: 'connected'}}),
    by('card-out', 'The card is taken out. If forgotten, stop.', {leaves: {[card]: 'out'}}),
  ]
}

const making = (key: string): readonly Row[] => [
  watched(`${key}-need`, 'It is said what the key is for. If nobody can, stop.', ask('purpose-of-key')),
  step('read-aloud', 'security-officer', 5)(`${key}-plan`, 'The plan is read. If it differs, refuse.', {
    what: `plan of ${key}-approve`,
  }),
  step('quorum', 'custodian', 8)(`${key}-approve`, 'Each signs. Who has doubts refuses.', {
    for: [`${key}-make`, `${key}-use`],
  }),
  step('key.create', 'operator', 3)(`${key}-make`, 'The key is made. If it stops, resume.', {
    ...{key, profile: '${profile}', algorithm: 'ed25519', purpose: 'sign', class: 'artifact-signing'},
    ...{classification: 'restricted', owner: '${owner}'},
  }),
  step('key.verify', 'operator', 3)(`${key}-try`, 'It is tried. If NOT OK, abort.', {key}),
  step('attest', 'operator', 2)(`${key}-attest`, 'Its protection is read. If less, stop.', {key}),
  watched(`${key}-attributes`, 'The attributes are read. If others, stop.', ask('attributes')),
  step('key.activate', 'operator', 2)(`${key}-use`, 'It is activated. If refused, find out why.', {key}),
  watched(`${key}-public`, 'The digest is compared. If it differs, stop.', ask('public-key-sha256')),
  watched(`${key}-log`, 'The log is read. If more is in it, write it down.', ask('log-reference')),
  officer(`${key}-done`, 'The act is closed. If somebody objects, wait.'),
]

const leaving = (site: string): readonly Row[] => {
  const bag = `${site}-bag-new`
  return [
    handled(`${site}-seal`, 'The bag is sealed. If it does not close, another.', {
      action: 'seal',
      bag,
      contents: [`${site}-card`, `${site}-sheet`],
      reads: 'witness',
    }),
    picture(`${site}-seal-picture`, 'A picture of the bag. If it fails, again.', {
      subject: `The new bag of ${site}`,
    }),
    handled(`${site}-seal-check`, 'The number is read again. If it differs, stop.', {
      action: 'check',
      bag,
      reads: 'witness',
    }),
    step('record', site, 3)(
      `${site}-transport`,
      'How the bag travels. If nobody knows, it stays.',
      ask('vehicle', 'arrival'),
    ),
    step('confirm', site, 1)(`${site}-taken`, 'They take the bag. If two are taken, stop.'),
  ]
}

const installation = [
  operator('off', 'It is shut down. If it hangs, wait.', {leaves: {hsm: 'off'}}),
  ...['left', 'right', 'back', 'top', 'front'].flatMap((side) => [
    watched(`seal-${side}`, 'The seal is put on and read. If it tears, another.', ask(`seal-number-${side}`)),
    picture(`seal-${side}-picture`, 'A picture of it. If it fails, again.', {subject: `The seal ${side}`}),
  ]),
  operator('carried', 'It is carried to its rack. If set down, stay.', {needs: {hsm: 'off'}}),
  operator('on-again', 'It is switched on. If it warns, it is an incident.', {leaves: {hsm: 'on'}}),
  watched('serial-again', 'It says its serial number. If another, stop.', ask('serial-reported')),
]

const closing = [
  step('record', 'security-officer', 3)(
    'recording-reference',
    'The reference is read. If parts are lost, say which.',
    ask('recording'),
  ),
  step('read-aloud', 'security-officer', 3)('duties', 'The duties are read, and each takes theirs.', {
    what: 'text',
  }),
  step('sign-off', 'security-officer', 20)('sign-off', 'Everybody signs the record.'),
]

const act = (id: string, title: string, steps: readonly Row[]): Row => ({id, title, steps})
const pause = (number: string): Row =>
  act(`break-${number}`, 'A break', [
    step('pause', 'witness', 15)(`break-${number}`, 'Two stay with the table. If nobody can, no break.'),
  ])
const acts = [
  act('opening', 'Opening', opening),
  act('device', 'The device', device),
  act('administrators', 'The administrators', administrators),
  pause('one'),
  ...sites.map((site) => act(`${site}-arrives`, `The ${site} site brings its bag`, arrival(site))),
  pause('two'),
  ...keys.map((key) => act(`key-${key}`, `The key ${key}`, making(key))),
  ...sites.map((site) => act(`${site}-leaves`, `The ${site} site takes its bag`, leaving(site))),
  pause('three'),
  act('installation', 'Seals and place', installation),
  act('closing', 'Closing', closing),
]

const role = (kind: 'count' | 'minimum', people: number, ...excludes: readonly string[]): Row => ({
  [kind]: people,
  excludes,
})

/** The template's text. */
export const longTemplate = stringify(
  {
    keyrite: 'ceremony/1',
    id: 'long-root',
    title: 'Root ceremony of three sites',
    purpose: 'Commission the device, bring together what three sites keep, and make the keys of the year.',
    location: '${location}',
    standby: '2027-03-01T07:00Z',
    parameters: {
      profile: {type: 'profile', text: 'Where the keys will live'},
      owner: {type: 'person', text: 'Who answers for them'},
      location: {type: 'text', text: 'Building and room'},
      'delivery-number': {type: 'text', text: 'Number of the delivery bag'},
    },
    roles: {
      'security-officer': role('count', 1, 'operator', 'witness'),
      operator: role('count', 1, 'custodian', 'witness'),
      custodian: role('minimum', 3, 'witness'),
      north: role('minimum', 1, 'south', 'east', 'operator', 'witness'),
      south: role('minimum', 1, 'east', 'operator', 'witness'),
      east: role('minimum', 1, 'operator', 'witness'),
      witness: role('minimum', 3),
    },
    materials: [
      {id: 'safe', kind: 'safe', text: 'The safe'},
      {id: 'delivery', kind: 'bag', text: 'The bag of the maker', number: '${delivery-number}'},
      {id: 'hsm', kind: 'hsm', text: 'The device', in: 'delivery'},
      ...admins.flatMap((one) => [
        {id: `${one}-admin`, kind: 'token', text: `The ${one} card`},
        {id: `${one}-admin-bag`, kind: 'bag', text: `The bag of the ${one} card`},
      ]),
      ...sites.flatMap((site) => [
        {id: `${site}-bag`, kind: 'bag', text: `The bag of ${site}`},
        {id: `${site}-card`, kind: 'token', text: `The card of ${site}`, in: `${site}-bag`},
        {id: `${site}-sheet`, kind: 'paper', text: `The sheet of ${site}`, in: `${site}-bag`},
        {id: `${site}-bag-new`, kind: 'bag', text: `A new bag for ${site}`},
      ]),
    ],
    acts,
    after: [
      {id: 'inventory', text: 'Enter the keys in the inventory.', owner: 'operator', due: 'P1D'},
      {id: 'documentation', text: 'Bring the documents up to date.', owner: 'security-officer', due: 'P7D'},
    ],
  },
  {lineWidth: 0, aliasDuplicateObjects: false},
)
