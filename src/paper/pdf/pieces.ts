/** What a page is put together from: things of known height, drawn where they come to stand. */

export interface Piece {
  readonly height: number
  /** Before it, unless it stands first on a page. */
  readonly space: number
  /** Not to be parted from what follows. */
  readonly keep: boolean
  /** Begins a new page. */
  readonly fresh?: boolean
  /** Drawn again on top of a page that begins with this piece. */
  readonly head?: Piece
  draw(x: number, y: number): void
  /** What of it fits into a height, and the rest; undefined where it cannot be parted. */
  split?(height: number): readonly [Piece, Piece] | undefined
}

/** The height of pieces one below the other. */
export function heightOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, {height, space}, at) => sum + height + (at === 0 ? 0 : space), 0)
}

/** Draws pieces one below the other. */
export function drawAll(pieces: readonly Piece[], x: number, y: number): void {
  let down = y
  for (const [at, piece] of pieces.entries()) {
    if (at > 0) down += piece.space
    piece.draw(x, down)
    down += piece.height
  }
}

/** The pieces that fit into a height, and the others. */
export function parted(pieces: readonly Piece[], height: number): readonly [Piece[], Piece[]] {
  let used = 0
  const fits = pieces.findIndex(({height: own, space}, at) => {
    used += own + (at === 0 ? 0 : space)
    return used > height
  })
  return fits < 0 ? [[...pieces], []] : [pieces.slice(0, fits), pieces.slice(fits)]
}
