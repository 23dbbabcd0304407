/**
 * The card to print (R5): one page for a tired stranger. The first line is the command; then who is called, what the screen
 * says, and what is done when a device fails. It follows from people, policy and profiles alone, so that it is printed anew
 * when these change, and is the same bytes until then.
 */
import {custodyFold, type Person, type Role} from '../../custody/index.ts'
import type {Ledger} from '../../ledger/index.ts'
import {
  code,
  facts,
  heading,
  list,
  paragraph,
  strong,
  table,
  writing,
  type Block,
  type Doc,
  type Inline,
} from '../../paper/document.ts'
import {policyFold, type Contact} from '../../policy/index.ts'
import {profilesFold, type Profile} from '../../profiles/index.ts'

/** What the card is made of: entries of these kinds, and no others, change it. */
const made = /^(ledger\.opened|founder\.|custodian\.|policy\.|profile\.)/
/** As many as the page has room for. */
const most = {people: 6, places: 3}

export function emergencyCard(ledger: Ledger): Doc {
  const {facts: about} = ledger.view
  const {policy, sha256} = ledger.of(policyFold)
  const people = [...ledger.of(custodyFold).roster.values()]
  const from = lastOf(ledger)
  return {
    title: 'Emergency card: keyrite revoke',
    language: 'en',
    onePage: true,
    dated: new Date(from.time),
    rehearsal: about.rehearsal,
    running: {
      head: `${about.organisation}: emergency card, of ${from.time.slice(0, 10)}`,
      foot: [
        `Ledger ${about.fingerprint}`,
        `As of entry ${from.seq}; policy ${sha256.slice(0, 16)}. Names and numbers: for this house only.`,
      ],
    },
    blocks: [
      heading(1, 'keyrite revoke'),
      paragraph(
        strong('A key may be in foreign hands: log in to the machine of the ledger and type that. '),
        'It asks which key, why, and the key’s name and profile again. ',
        'Nothing is destroyed: what you contain can be given back. One emergency contact or security lead is enough (two for root, kek, backup and escrow-master keys). You sign with your own key. ',
        'If it breaks off: the same command again. If the ledger cannot be written: ',
        code('keyrite revoke KEY --unrecorded'),
        '.',
      ),
      heading(2, 'Call'),
      ...contactBlocks(policy.contacts ?? []),
      facts([
        ['Emergency contacts', named(people, 'emergency-contact')],
        ['Security leads', named(people, 'security-lead')],
      ]),
      heading(2, 'What the last screen says first'),
      table({
        columns: ['It says', 'Do'],
        rows: [
          [[strong('DEAD')], 'Call those who use the key. Then the command after “Next:”.'],
          [
            [strong('NOT YET DEAD')],
            [
              'Somebody can still use it. ',
              code('keyrite incident resume KEY'),
              ', again and again, and call whoever runs the place.',
            ],
          ],
          [[strong('IN USE')], 'Nothing was changed: the same command again.'],
        ],
      }),
      paragraph(
        'Later: ',
        code('keyrite incident show KEY'),
        ' has all that is left to do. Within a day others sign: ',
        code('keyrite incident ratify KEY'),
        '. A false alarm: ',
        code('keyrite unrevoke KEY'),
        ', with the full quorum.',
      ),
      heading(2, 'When a device fails (HSM)'),
      list(deviceFails, {ordered: true}),
      ...placeBlocks([...ledger.of(profilesFold).profiles.values()]),
    ],
  }
}

/** What a hurried person would do first destroys keys: so that is said first. */
const deviceFails: readonly (readonly Inline[])[] = [
  [
    strong('Leave it on. No restart, no reset, no new firmware, no third try of a PIN: '),
    'each of these can erase every key in it. Write down time, serial number, lights and message.',
  ],
  [
    'Was it opened, moved, or does it report tampering? Then its keys may be in foreign hands: ',
    code('keyrite revoke KEY'),
    ' for each in ',
    code('keyrite key list --profile P'),
    '.',
  ],
  [
    'Is it the device at all? ',
    code('keyrite doctor --profile P'),
    ' tells network, credential and device apart. If it is not the device, mend that and stop here.',
  ],
  [
    'Call the security lead and the maker (above). Whoever touches the device is never alone with it, and writes down each touch.',
  ],
  [
    'Services go over to the second device, if there is one. Nobody makes a key elsewhere in haste: another key needs its quorum, tonight too.',
  ],
  [
    'Another device: ',
    code('keyrite ceremony new hsm-commissioning --out FILE'),
    ', then the maker’s restore from the backup device. What only lies in shares: ',
    code('keyrite ceremony new escrow-recovery --out FILE'),
    '.',
  ],
  [
    'Then ',
    code('keyrite key sync --profile P'),
    ' (what is missing or changed) and ',
    code('keyrite key prove KEY'),
    ' for each. The broken device leaves the house emptied before two witnesses, or destroyed.',
  ],
]

function contactBlocks(contacts: readonly Contact[]): readonly Block[] {
  if (contacts.length === 0)
    return [
      paragraph('The policy names nobody to call (its field ', code('contacts'), '). Write them here:'),
      writing('Security lead on duty'),
      writing('Whoever runs the devices, and the maker'),
    ]
  return [
    table({
      columns: ['Who', 'How, in this order', 'For'],
      rows: contacts.map(({name, reach, hours, for: what}) => [
        [strong(name)],
        `${reach.join(' · ')}${hours === undefined ? '' : ` (${hours})`}`,
        what,
      ]),
    }),
  ]
}

function named(people: readonly Person[], role: Role): string {
  const all = people
    .filter((one) => one.state === 'active' && one.roles.includes(role))
    .map(({name, address, id}) => name ?? address ?? id)
    .sort()
  if (all.length === 0) return 'nobody'
  const more = all.length - most.people
  return `${all.slice(0, most.people).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** Where keys lie in devices, by what is printed on them. */
function placeBlocks(profiles: readonly Profile[]): readonly Block[] {
  const devices = profiles.filter(({kind}) => kind === 'pkcs11' || kind === 'cloudhsm').sort(byName)
  if (devices.length === 0) return []
  const more = devices.length - most.places
  return [
    facts(
      devices
        .slice(0, most.places)
        .map(({name, identity}) => [`Device ${name}`, Object.values(identity).join(', ')] as const),
    ),
    ...(more > 0 ? [paragraph(`And ${more} more: `, code('keyrite profile list'), '.')] : []),
  ]
}

const byName = (a: Profile, b: Profile): number => (a.name < b.name ? -1 : 1)

/** The newest entry that the card follows from. */
function lastOf({size, view}: Ledger): {readonly seq: number; readonly time: string} {
  for (let seq = size - 1; seq > 0; seq--) {
    const entry = view.entry(seq)
    if (entry !== undefined && made.test(entry.type)) return entry
  }
  return view.entry(0) ?? {seq: 0, time: new Date(0).toISOString()}
}
