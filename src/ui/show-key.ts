/** A key for people. */
import {whichVersion, type KeyDocument, type Proof} from '../keys/index.ts'
import type {Print} from './print.ts'

/** `Payments Team (owner)`: the name, else the id. */
export function personText({id, name}: {readonly id: string; readonly name: string | null}): string {
  return name ?? id
}

/** What came of trying it in its state. */
const proofText = {
  proven: 'yes: what must work works, and what must not is refused',
  'still-usable': 'STILL USABLE: something that must be refused was done',
  'not-working': 'NOT WORKING: something that must work was refused',
  'not-proven': 'NOT PROVEN: it could not be tried',
  recorded: 'recorded, not enforced by the provider',
} as const satisfies Record<Proof, string>

/** What its service was told, and refuses outside of. */
function datesText({from, until}: NonNullable<KeyDocument['versions'][number]['dates']>): string {
  const [begin, end] = [from === null ? '' : `from ${from} `, until === null ? '' : `until ${until}`]
  return `${begin}${end}`.trim() + ', by its service; what was made before is read at any time'
}

export function keyLines(print: Print, key: KeyDocument): string[] {
  return [
    ...print.facts([
      ['Key', key.name],
      ['State', key.state],
      ['Profile', `${key.profile} (${key.environment ?? 'removed'})`],
      ['Location', key.location],
      ['Algorithm', `${key.algorithm}, ${key.scheme}, to ${key.purpose}`],
      ['Class', `${key.class}, ${key.classification}`],
      ['Owner', personText(key.owner)],
      ['Consumers', key.consumers.map(personText)],
      ['Parent', key.parent],
      ['Created', key.createdAt],
      ['Taken over', key.adoptedAt],
      ['Not before', key.notBefore],
      ['Expires', key.expires],
      ['External key', key.externalKey],
      ['Material ends', key.materialEnds],
      ['Labels', key.labels],
      ['Held', key.holds.map(({entry, kind, until}) => `${kind} until ${until} (entry ${entry})`)],
      [
        'Policy',
        key.policy === null
          ? null
          : `of version ${key.policy.version} at its service, as set by entry ${key.policy.entry}: SHA-256 ${key.policy.sha256}`,
      ],
      ['Ceremony', key.ceremony],
      ['Indeterminate', key.indeterminate],
    ]),
    ...key.versions.flatMap((version) => [
      '',
      ...print.facts([
        [
          'Version',
          `${version.version}${version.primary ? ', primary' : ''}${version.standby ? ', standby' : ''}`,
        ],
        ['State', version.state],
        ['Provider id', version.providerId],
        ['Created', version.createdAt],
        [
          'Brought in',
          version.imported ? 'from outside: nothing here knows what other copies there are' : null,
        ],
        ['In this state', version.changedAt === version.createdAt ? null : `since ${version.changedAt}`],
        ['Compromised', version.compromisedAt],
        [
          'Destruction',
          version.destroyAt === null
            ? null
            : `on or after ${version.destroyAt}: keyrite key destroy ${key.name}${whichVersion(version)} completes it, keyrite key cancel-destroy ${key.name}${whichVersion(version)} takes it back`,
        ],
        ['Deleted', version.deletedAt === null ? null : `by its service ${version.deletedAt}: kept here`],
        [
          'Protection',
          `${version.protection.level} (${version.protection.evidence}): ${version.protection.detail}`,
        ],
        ['Aliases', version.aliases],
        ['Copies in', version.copies],
        ['Primary in', version.primaryRegion],
        ['Enforced', version.enforced],
        ['Kept to', version.dates === null ? null : datesText(version.dates)],
        ['Only recorded', version.recorded],
        ['Tried', version.effect === null ? null : proofText[version.effect.proof]],
        [
          'Proved',
          version.proved === null ? 'not yet' : `${version.proved.ok ? 'yes' : 'no'}, ${version.proved.at}`,
        ],
      ]),
    ]),
  ]
}
