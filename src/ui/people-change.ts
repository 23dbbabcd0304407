/** The way of every command that changes the roster: show the plan, ask, act, show the person. */
import {Flags} from '@oclif/core'
import {KeyriteError} from '../base/errors.ts'
import {readPublic} from '../base/files.ts'
import {custodyFold, findPerson, type Attestation, type Person} from '../custody/index.ts'
import type {PlannedChange} from '../requests/index.ts'
import {AskingCommand, type ChangeFlags} from './asking-command.ts'
import type {Shown} from './command.ts'

import {personDocument, personLines} from './show-people.ts'

/** The flags of commands that bring a key. */
export const keyFlags = {
  key: Flags.string({summary: 'their public key', helpValue: 'FILE.pub', required: true}),
  attestation: Flags.string({
    summary: 'what shows that the key lives in hardware: as ssh-keygen -O write-attestation=FILE left it',
    helpValue: 'FILE',
    dependsOn: ['challenge'],
  }),
  challenge: Flags.string({
    summary: 'the file that ssh-keygen was given with -O challenge=FILE',
    helpValue: 'FILE',
    dependsOn: ['attestation'],
  }),
}

const limitBytes = 65_536

/** @throws KeyriteError `FILE_NOT_FOUND`, `UNSAFE_FILE`. */
export function readKeyLine(path: string): string {
  return readPublic(path, limitBytes).toString('utf8')
}

/** What was given of an attestation; null for none. @throws KeyriteError as `readKeyLine`, `USAGE` for a short challenge. */
export function readAttestation({
  attestation,
  challenge,
}: {
  readonly attestation: string | undefined
  readonly challenge: string | undefined
}): Attestation | null {
  if (attestation === undefined || challenge === undefined) return null
  const given = {file: readPublic(attestation, limitBytes), challenge: readPublic(challenge, limitBytes)}
  if (given.challenge.length < 16)
    throw new KeyriteError('USAGE', `cannot use the challenge "${challenge}": it is shorter than 16 bytes`, {
      hints: ['head -c 32 /dev/urandom > challenge, and then ssh-keygen -O challenge=challenge …'],
    })
  return given
}

export abstract class PeopleChange extends AskingCommand {
  /** The person of the roster whom a word fits. @throws KeyriteError `PERSON_NOT_FOUND`. */
  protected person(typed: string): Person {
    return findPerson(this.app.ledger.of(custodyFold).roster, typed)
  }

  /** With `--dry-run` the plan is shown and nothing is touched; without enough signatures the request is (exit 8). */
  protected async change(planned: PlannedChange, flags: ChangeFlags): Promise<Shown> {
    return this.asked(planned, flags, (request) => {
      const {person} = planned.plan.change
      const changed = personDocument(this.app.ledger, this.person(typeof person === 'string' ? person : ''))
      return this.show(
        {schema: 'keyrite.custodian/1', ...changed, request: request.id},
        personLines(this.print, changed),
      )
    })
  }
}
