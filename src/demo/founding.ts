/** What the demo keeps, with `--keep`: the keys of its people, and the answers file. */
import {join} from 'node:path'
import {stringify} from 'yaml'
import {makePrivateDir, writeNew} from '../base/files.ts'
import type {Player} from '../rehearsal/players.ts'
import {demoAnswers} from './ceremony.ts'
import type {Places} from './places.ts'

/** Writes the private keys of the people, and the answers file, for going on. */
export function keepPeople({people: dir, home}: Places, people: readonly Player[]): void {
  makePrivateDir(dir)
  for (const {handle, key, address, openSsh} of people) {
    const bytes = openSsh()
    writeNew(join(dir, handle), bytes)
    bytes.fill(0)
    writeNew(join(dir, `${handle}.pub`), Buffer.from(`${key} ${address}\n`), 0o644)
  }
  writeNew(
    join(home, '..', 'answers.yaml'),
    Buffer.from(stringify(demoAnswers((handle) => join(dir, handle), people))),
  )
}
