/** The people of the demo: five custodians, an operator and three witnesses, with keys made here and used in this process only. */
import {generateEd25519, type Founder, type Role, type Signer} from '../custody/index.ts'

export interface DemoPerson extends Founder {
  readonly handle: string
  readonly signer: Signer
  /** The private key as an OpenSSH file; wiped by whoever takes it. */
  readonly openSsh: () => Buffer
}

const cast: readonly (readonly [name: string, roles: readonly Role[]])[] = [
  ['Alice Ames', ['custodian', 'security-lead']],
  ['Bob Bell', ['custodian', 'ciso']],
  ['Carol Cole', ['custodian']],
  ['Dave Dunn', ['custodian']],
  ['Erin Ecker', ['custodian', 'security-officer']],
  ['Frank Ford', ['operator']],
  ['Grace Gill', ['witness']],
  ['Heidi Hahn', ['witness']],
  ['Ivan Ilin', ['witness']],
]

/** Who does what on the day. The officer leads and does not approve; the operator approves nothing. */
export const participants: Readonly<Record<string, readonly string[]>> = {
  'security-officer': ['erin'],
  operator: ['frank'],
  custodian: ['alice', 'bob', 'carol', 'dave'],
  witness: ['grace', 'heidi', 'ivan'],
}

export function demoPeople(): readonly DemoPerson[] {
  return cast.map(([name, roles]) => {
    const key = generateEd25519()
    const handle = (name.split(' ')[0] ?? name).toLowerCase()
    return {
      name,
      handle,
      address: `${handle}@example.com`,
      key: key.publicKey.text,
      roles,
      signer: key.signer,
      openSsh: () => key.openSsh(`${handle}@example.com`),
    }
  })
}
