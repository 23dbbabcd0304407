import {KeyriteError} from '../../base/errors.ts'
import type {CheckLine, KeyEvidence} from '../ports.ts'
import {safeFile} from './file.ts'
import {destructionDays, enforced} from './life.ts'
import {offered} from './material.ts'
import {tokenIdentity} from './open.ts'
import {existing} from './token.ts'
import type {LocalToken} from './token.ts'

/** Said wherever the token is described. It is software, and never spoken of as anything else. */
const model = 'keyrite software token'

/** What the ledger knows a token by. */
export const identityOf = (token: string) => ({kind: 'local', model, token}) as const

export function keyEvidence(token: LocalToken): KeyEvidence {
  return {
    async identity() {
      token.header() // an answer only from a token that still opens
      return identityOf(idInPlace(token))
    },

    async check() {
      return [
        look('file', 'a regular file of ours, one link, 0600', `chmod 600 ${token.path}`, () =>
          safeFile(token.path),
        ),
        look(
          'contents',
          'the header and every object open',
          'restore a backup of the token into a new one',
          () => {
            token.checkAll()
          },
        ),
        look('writable', 'the token can be written', 'make room on the disk, or mount it writable', () => {
          token.checkWritable()
        }),
      ]
    },

    async capabilities() {
      token.header()
      const can = await offered()
      return {
        ...can,
        enforces: enforced,
        rotates: can.keys.map(({algorithm}) => algorithm),
        exports: false,
        backs_up: true,
        destructionDays,
      }
    },

    async protection(ref) {
      existing(token.header(), ref)
      return {
        level: 'software',
        fips: null,
        evidence: 'verified',
        detail:
          'the key lies in an encrypted file and is used in the memory of this process: no hardware is involved',
      }
    },

    async generation() {
      return token.header().generation
    },

    async device() {
      const {restored} = token.header()
      return {
        model,
        name: token.name,
        serial: token.id,
        firmware: `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`,
        ...(restored === null
          ? {}
          : {restoredFrom: `token ${restored.token}, generation ${restored.generation}, at ${restored.at}`}),
      }
    },
  }
}

/** The id of the token that lies at the path by now. @throws KeyriteError `UNSAFE_FILE` if that is a copy of the one that is open. */
function idInPlace(token: LocalToken): string {
  try {
    token.demandInPlace('use')
    return token.id
  } catch (error) {
    if (!(error instanceof KeyriteError) || error.code !== 'UNSAFE_FILE') throw error
    const {token: there} = tokenIdentity(token.path)
    if (there === token.id) throw error
    return there
  }
}

/** A failure is a line, not an error; a bug stays a bug. */
function look(name: string, detail: string, fix: string, act: () => unknown): CheckLine {
  try {
    act()
    return {name, ok: true, detail, fix: null}
  } catch (error) {
    if (!(error instanceof KeyriteError)) throw error
    return {name, ok: false, detail: error.message, fix: error.hints[0] ?? fix}
  }
}
