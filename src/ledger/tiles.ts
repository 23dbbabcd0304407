/**
 * The ledger as C2SP tlog-tiles lays a log out in files: `checkpoint`, `tile/LEVEL/N` with up to 256 hashes each, and
 * `tile/entries/N` with the entries that the leaves of level 0 are of. A tile that is not full is `N.p/WIDTH`.
 */
import {base64, sha256} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {Frontier, rootOf} from './merkle.ts'
import {parseCheckpoint} from './note.ts'
import {noteAt, type Store} from './store.ts'

/** Hashes, or entries, of a full tile: height 8. */
const width = 256

/**
 * Every file, relative path first. Private values are not among them: an entry's bytes hold only commitments. Hashes are
 * those of the bytes that go into the bundles; the checkpoint is given last, and only if they lead to it.
 * @throws KeyriteError `LEDGER_TAMPERED` if they do not.
 */
export function* tileFiles(
  store: Pick<Store, 'rows' | 'checkpoints'>,
  size: number,
): Generator<readonly [path: string, bytes: Uint8Array]> {
  const whole = new Frontier()
  let level: Buffer[] = []
  for (let tile = 0; tile * width < size; tile++) {
    const rows = store.rows(tile * width, Math.min(width, size - tile * width))
    const leaves = rows.map(({bytes}) => sha256(Buffer.from([0]), bytes))
    for (const leaf of leaves) whole.add(leaf)
    yield [tilePath('entries', tile, rows.length), bundle(rows.map(({bytes}) => bytes))]
    yield [tilePath(0, tile, leaves.length), Buffer.concat(leaves)]
    if (leaves.length === width) level.push(rootOf(leaves))
  }
  for (let height = 1; level.length > 0; height++) {
    const above: Buffer[] = []
    for (let tile = 0; tile * width < level.length; tile++) {
      const hashes = level.slice(tile * width, (tile + 1) * width)
      yield [tilePath(height, tile, hashes.length), Buffer.concat(hashes)]
      if (hashes.length === width) above.push(rootOf(hashes))
    }
    level = above
  }
  yield ['checkpoint', Buffer.from(checkpointOver(store, size, whole.root()))]
}

function checkpointOver(store: Pick<Store, 'checkpoints'>, size: number, root: Uint8Array): string {
  const note = noteAt(store, size)
  if (note !== undefined && base64(parseCheckpoint(note).root) === base64(root)) return note
  throw new KeyriteError(
    'LEDGER_TAMPERED',
    'cannot export the ledger: its entries do not lead to its checkpoint',
    {
      hints: ['keyrite ledger verify'],
    },
  )
}

/** `tile/0/x001/x234/067`: N in groups of three digits, all but the last marked. */
export function tilePath(level: number | 'entries', tile: number, hashes: number): string {
  const digits = String(tile)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? []
  const path = groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/')
  return `tile/${level}/${path}${hashes === width ? '' : `.p/${hashes}`}`
}

/** Each entry after its length, 2 bytes, big-endian. */
function bundle(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((bytes) => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(bytes.length)
      return [length, bytes]
    }),
  )
}
