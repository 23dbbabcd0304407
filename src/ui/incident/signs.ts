/**
 * Who signs at night: whom `--sign-with` names; else whoever acts, by a key that ssh-agent or their own `.ssh` holds, so that
 * nobody has to know paths. What is asked for then (passphrase, PIN, touch) is asked by ssh-agent and ssh-keygen.
 */
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'
import type {App} from '../../app.ts'
import {KeyriteError} from '../../base/errors.ts'
import {custodyFold, findPerson, listIdentities, parsePublicKey, type Person} from '../../custody/index.ts'
import {called} from '../actor.ts'
import {signers} from '../flags.ts'
import {signerAt} from '../gather.ts'
import type {Signer} from '../../custody/index.ts'

export interface Signing {
  readonly person: Person
  signer(): Promise<Signer>
}

const agentMs = 2_000

/** Those who were named. @throws KeyriteError `PERSON_NOT_FOUND`. */
export function named(app: App, signWith: readonly string[] | undefined, test: boolean): readonly Signing[] {
  const {roster} = app.ledger.of(custodyFold)
  return signers(signWith).map(({person, path}) => ({
    person: findPerson(roster, person),
    signer: () => signerAt(app, path, test),
  }))
}

/** The key of this person that can be found here; undefined where none can. */
export async function ownKey(app: App, person: Person, test: boolean): Promise<Signing | undefined> {
  const theirs = new Map(person.keys.map(({key}) => [parsePublicKey(key).fingerprint, key]))
  const {agentSocket} = app.world
  const held = await heldBy(agentSocket)
  const files = publicKeys()
  const inAgent = held.find((one) => theirs.has(one))
  const file = files.find((one) => theirs.has(one.fingerprint))
  if (inAgent !== undefined) {
    const path = files.find((one) => one.fingerprint === inAgent)?.path
    if (path !== undefined) return {person, signer: () => signerAt(app, path, test)}
  }
  if (file === undefined || !existsSync(file.path.slice(0, -'.pub'.length))) return undefined
  return {person, signer: () => signerAt(app, file.path.slice(0, -'.pub'.length), test)}
}

/** Who signs: those who were named, else whoever acts, who is asked for a path only where no key of theirs is found. */
export async function signing(
  app: App,
  signWith: readonly string[] | undefined,
  person: Person,
  test: boolean,
  say: (line: string) => void,
  mayAsk = true,
): Promise<readonly Signing[]> {
  const given = named(app, signWith, test)
  if (given.length > 0) return given
  const own = await ownKey(app, person, test)
  if (own !== undefined) {
    say(`${called(person)} signs with their own key: a passphrase, a PIN or a touch may be asked for.`)
    return [own]
  }
  if (!app.world.ask.interactive || !mayAsk) return []
  const path = await app.world.ask.text({
    message: `Key file by which ${called(person)} signs (private, or .pub of a key in ssh-agent)`,
    flag: '--sign-with PERSON=KEY',
  })
  return named(app, [`${person.id}=${path}`], test)
}

async function heldBy(socket: string | undefined): Promise<readonly string[]> {
  if (socket === undefined || socket === '') return []
  try {
    return (await listIdentities(socket, agentMs)).map(({fingerprint}) => fingerprint)
  } catch (error) {
    if (error instanceof KeyriteError) return [] // no agent answers: a file may be there
    throw error
  }
}

/** The public keys in the person's own folder. */
function publicKeys(): readonly {readonly path: string; readonly fingerprint: string}[] {
  const folder = join(homedir(), '.ssh')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.pub'))
    .flatMap((name) => {
      const path = join(folder, name)
      try {
        return [{path, fingerprint: parsePublicKey(readFileSync(path, 'utf8')).fingerprint}]
      } catch {
        return [] // some other file
      }
    })
}
