/** A ledger in which something is escrowed: four holders with age keys, and a fifth person without. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {generateIdentity, identityToRecipient} from 'age-encryption'
import {verified} from '../ledger/support.ts'
import {makePeople, type People, type Typed} from '../requests/people-support.ts'

export {nobody, somebody} from '../support/run.ts'

export const secret = 'the master password of everything\n'
export const sealed = ['alice', 'bob', 'carol', 'dan'] as const

export interface Holder {
  readonly index: number
  readonly file: string
  readonly commitment: string
  readonly person: {readonly name: string}
}

export interface Escrow extends People {
  /** `--sign-with` of as many as approve. */
  readonly quorum: string
  /** The split of `secret`, any 3 of 4, as `escrow-1`. */
  readonly made: Typed
  readonly holders: readonly Holder[]
  fileOf(name: string): string
}

export async function makeEscrow(wanted: Parameters<typeof makePeople>[0] = {}): Promise<Escrow> {
  const people = await makePeople(wanted)
  const quorum = people.signed('alice', 'bob', 'carol')
  for (const name of sealed) {
    const identity = await generateIdentity()
    writeFileSync(join(people.folder, `${name}.age`), `# a key\n${identity}\n`, {mode: 0o600})
    const recipient = await identityToRecipient(identity)
    // Nobody approves a change of their own.
    const others = [...sealed, 'erin'].filter((one) => one !== name).slice(0, 3)
    const ran = await people.type(
      `custodian set-recipient ${name} ${recipient} --as ${name} ${people.signed(name, ...others)}`,
    )
    expect(ran.exit).toBe(0)
  }
  writeFileSync(join(people.folder, 'secret'), secret)
  const made = await people.type(
    `share split --secret-file @secret --threshold 3 ${sealed.map((one) => `--holder ${one}`).join(' ')} --out @shares --as alice ${quorum}`,
  )
  const holders = made.document['holders'] as Holder[]
  const fileOf = (name: string): string =>
    holders.find(({person}) => person.name.toLowerCase() === name)?.file ?? ''
  return {...people, quorum, made, holders, fileOf}
}

/** `--identity` of these people. */
export const keys = (...names: readonly string[]): string =>
  names.map((one) => `--identity @${one}.age`).join(' ')

export const code = ({stdout}: {readonly stdout: string}): unknown =>
  (JSON.parse(stdout) as {code: unknown}).code

/** Some other set, of alice, bob and carol: the file of its first share. */
export async function otherSet(people: Escrow): Promise<string> {
  const ran = await people.type(
    `share split --name other --secret-file @secret --threshold 2 --holder alice --holder bob --holder carol --out @other --as alice ${people.quorum}`,
  )
  return (ran.document['holders'] as Holder[])[0]?.file ?? ''
}

export function verifiedOk({world}: People): void {
  expect(verified(world).problems).toEqual([])
}
