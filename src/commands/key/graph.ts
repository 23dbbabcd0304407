import {Flags} from '@oclif/core'
import {sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {writeNew} from '../../base/files.ts'
import {dot, keyForest, mermaid, treeLines} from '../../keys/index.ts'
import {pngOf, svgOf} from '../../paper/graph.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

const formats = ['text', 'svg', 'png', 'dot', 'mermaid'] as const

export default class KeyGraph extends KeyriteCommand {
  static override summary = 'Draw which key stands under which, with the state of each and what is overdue.'
  static override description =
    'A state is told by a word and a shape, what is overdue by a word and a thick border; colour only repeats it. A PNG is written to a file; everything else goes to stdout unless --out is given.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --format svg > keys.svg',
    '<%= config.bin %> <%= command.id %> --format png --out keys.png',
  ]
  static override flags = {
    format: Flags.option({summary: 'how it is drawn', options: formats, default: 'text' as const})(),
    out: Flags.string({summary: 'the file to write; it must not exist', helpValue: 'FILE'}),
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(KeyGraph)
    const {format, out} = flags
    if (format === 'png' && out === undefined)
      throw new KeyriteError('USAGE', 'cannot print a picture: say where it is to be written', {
        hints: ['--out keys.png', '--format text'],
      })
    const forest = keyForest(this.app.ledger)
    const drawn = await this.#drawn(format, forest)
    const facts = {schema: 'keyrite.key-graph/1', format, keys: forest} as const
    if (out === undefined) {
      const text = typeof drawn === 'string' ? drawn : ''
      return this.show({...facts, text, path: null}, text.trimEnd().split('\n'))
    }
    const bytes = typeof drawn === 'string' ? Buffer.from(drawn) : drawn
    writeNew(out, bytes)
    const sha256 = sha256Hex(bytes)
    return this.show(
      {...facts, text: null, path: out, sha256},
      this.print.facts([
        ['Drawing', out],
        ['SHA-256', sha256],
      ]),
    )
  }

  async #drawn(
    format: (typeof formats)[number],
    forest: ReturnType<typeof keyForest>,
  ): Promise<string | Uint8Array> {
    const lines = (all: readonly string[]): string => `${all.join('\n')}\n`
    switch (format) {
      case 'text':
        return forest.length === 0
          ? 'There are no keys here.\n'
          : lines(treeLines(forest, {plain: this.print.plain}))
      case 'mermaid':
        return lines(mermaid(forest))
      case 'dot':
        return lines(dot(forest))
      case 'svg':
        return svgOf(lines(dot(forest)))
      case 'png':
        return pngOf(await svgOf(lines(dot(forest))))
    }
  }
}
