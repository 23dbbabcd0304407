import type {KeyEvidence, Protection} from '../ports.ts'
import {capabilitiesOf} from './capable.ts'
import {checkLines} from './check.ts'
import {existing, type Key} from './keys.ts'
import {destructionDays} from './life.ts'
import type {Server} from './server.ts'

export function keyEvidence(server: Server): KeyEvidence {
  return {
    identity: () => server.identity(),

    check: () => checkLines(server),

    async capabilities() {
      const keys = await capabilitiesOf(server)
      return {
        keys,
        enforces: (await isBao(server)) ? ['enabled', 'disabled'] : ['enabled'],
        rotates: keys.map(({algorithm}) => algorithm),
        imports: true,
        exports: false,
        backs_up: false,
        destructionDays,
      }
    },

    async protection(ref) {
      return protectionOf((await existing(server, ref)).key, await maker(server))
    },

    async generation() {
      server.demandOpen()
      return null
    },

    async device() {
      const {version, cluster} = await server.health()
      server.demandOpen()
      const {accessor, version: engine} = await server.mount()
      return {
        model: `${await maker(server)} transit, software`,
        serial: cluster,
        firmware: version,
        mount: `${server.place.mount}, ${accessor}, ${engine}`,
      }
    },
  }
}

/** Whose it is, by the version that the engine bears. */
export async function maker(server: Server): Promise<string> {
  return (await isBao(server)) ? 'OpenBao' : 'Vault'
}

async function isBao(server: Server): Promise<boolean> {
  const before = server.known.get('bao')
  if (typeof before === 'boolean') return before
  const {version} = await server.mount()
  const is = version.endsWith('.bao')
  server.known.set('bao', is)
  return is
}

/**
 * A key of transit lies in the server's storage under its barrier, and is used in the memory of its process. That an HSM opens
 * the barrier protects the storage, and is no protection of the key.
 */
function protectionOf({exportable, backupable, imported}: Key, by: string): Protection {
  const facts = [
    `${by} keeps the key in its storage and uses it in its own memory: software, and no hardware is involved`,
    exportable ? 'it says that the key may be exported' : 'it says that the key is not exportable',
    backupable ? 'and may be backed up in the clear' : 'and gives no backup of it',
    imported ? 'it was brought from outside' : 'it was made inside',
  ]
  return {level: 'software', fips: null, evidence: 'asserted', detail: facts.join('; ')}
}
