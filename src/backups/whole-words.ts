/** What is done with a whole place, as a person reads it. */
import {formed, type Plan} from '../requests/index.ts'
import {wholeForms, type WholeAct} from './whole-state.ts'

const where = (plan: Plan): string =>
  `profile "${plan.profile?.name ?? ''}" (${plan.profile?.kind ?? ''}, ${plan.profile?.environment ?? ''})`

const opensInWords = {
  token: 'a token that whoever runs this brings',
  identity: 'the identity that the place has there',
} as const

export const words: Readonly<Record<WholeAct, (plan: Plan) => readonly string[]>> = {
  start: (plan) => [
    `Have the service of ${where(plan)} write a backup of all its keys to ${formed(wholeForms.start, plan).to}, which ${opensInWords[formed(wholeForms.start, plan).opens]} opens for it.`,
    'The service encrypts it: keyrite never sees what is in it. Only a place of the same kind with the same security domain opens it; who has the holders of that, and the storage, has every key.',
  ],
  load: (plan) => {
    const {from, key} = formed(wholeForms.load, plan)
    return key === null
      ? [
          `Have the service of ${where(plan)} take in the backup at ${from}, IN PLACE OF EVERY KEY THAT IS THERE NOW.`,
          'While it does, no key there can be used. What was made, disabled or destroyed since that backup is as it was then.',
        ]
      : [
          `Have the service of ${where(plan)} take in key "${key}" alone from the backup at ${from}, with all its versions, in place of what is there of it.`,
          'What was disabled or destroyed of it since that backup is as it was then.',
        ]
  },
  domain: (plan) => {
    const {holders, needed} = formed(wholeForms.domain, plan)
    return [
      `Have the service of ${where(plan)} give out its security domain, sealed to ${holders.length} holders, of whom ANY ${needed} TOGETHER open it.`,
      `The holders’ certificates have SHA-256 ${holders.join(', ')}.`,
      'Whoever opens it, and has a backup, has every key of this place. Without it nobody, the service neither, brings a backup back to another place. A new place is activated by it.',
    ]
  },
  'domain-load': (plan) => {
    const {domain, needed, under} = formed(wholeForms['domain-load'], plan)
    return [
      `Have the service of ${where(plan)} take in the security domain in the file with SHA-256 ${domain}, which ${needed} of its holders open: each opens their share at their own place, and no holder’s private key is brought here.`,
      `WHAT THEY OPEN TOGETHER IS IN THE MEMORY OF THIS PROCESS for the moment in which it is sealed anew, for that place alone, whose key for this has a certificate with SHA-256 ${under}. Whoever reads that memory has what all holders together have.`,
      'From then on that place opens backups of the place whose security domain it is, and is activated by it. It cannot be taken back, and it has that domain for good.',
    ]
  },
  setting: (plan) => {
    const {setting, value} = formed(wholeForms.setting, plan)
    return [
      `Set ${setting} of ${where(plan)} to ${String(value)}.`,
      setting === opensForArm && value
        ? 'Azure Resource Manager then acts on keys there for whoever has its roles, PAST THE LOCAL ROLES.'
        : 'What it does is the service’s: keyrite looks that it is so afterwards, and at nothing else.',
    ]
  },
}

/** What lets others than local roles act on keys. */
const opensForArm = 'AllowKeyManagementOperationsThroughARM'

/** What each is called where it cannot be done. */
export const verbs = {
  start: 'back up the place',
  load: 'take the backup in',
  domain: 'give out the security domain',
  'domain-load': 'have the security domain taken in',
  setting: 'set a setting of the place',
} as const satisfies Record<WholeAct, string>

/** What is done once more, as its first answer was lost, and what of the first may be left. */
export function againInWords(act: WholeAct, seq: number): string {
  const left = {
    start: 'a second backup is written, and the first may lie in the container beside it',
    domain: 'it is given out anew; a file that was written then is none of the ledger: destroy it',
    'domain-load': 'the place says that none was taken in, and it is sent again',
    setting: 'it is set again',
    load: '',
  } as const satisfies Record<WholeAct, string>
  return `Entry ${seq} began this, and its outcome was lost: ${left[act]}.`
}
