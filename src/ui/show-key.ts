/** A key for people. */
import type {KeyDocument} from '../keys/index.ts'
import type {Print} from './print.ts'

/** `Payments Team (owner)`: the name, else the id. */
export function personText({id, name}: {readonly id: string; readonly name: string | null}): string {
  return name ?? id
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
      ['Expires', key.expires],
      ['Ceremony', key.ceremony],
      ['Indeterminate', key.indeterminate],
    ]),
    ...key.versions.flatMap((version) => [
      '',
      ...print.facts([
        ['Version', `${version.version}${version.primary ? ', primary' : ''}`],
        ['State', version.state],
        ['Provider id', version.providerId],
        ['Created', version.createdAt],
        [
          'Protection',
          `${version.protection.level} (${version.protection.evidence}): ${version.protection.detail}`,
        ],
        ['Enforced', version.enforced],
        ['Only recorded', version.recorded],
        [
          'Proved',
          version.proved === null ? 'not yet' : `${version.proved.ok ? 'yes' : 'no'}, ${version.proved.at}`,
        ],
      ]),
    ]),
  ]
}
