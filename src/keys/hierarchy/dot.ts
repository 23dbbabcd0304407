/**
 * The hierarchy in Graphviz's language. Labels are plain. A state is a word and a shape; what is overdue is a word and a thick
 * border; colour says it once more. Many keys under one are set in a grid, so that a drawing stays readable.
 */
import type {KeyState} from '../lifecycle.ts'
import {captionOf, type Node} from './tree.ts'

/** Up to so many under one key are drawn in one column. */
const column = 6

const looks: Readonly<Record<KeyState, string>> = {
  'pre-active': 'shape=component fillcolor="#eef3fb"',
  active: 'shape=box fillcolor="#eef7ee"',
  suspended: 'shape=octagon fillcolor="#fff6df"',
  deactivated: 'shape=note fillcolor="#f0f0f0"',
  compromised: 'shape=doubleoctagon fillcolor="#fde8e8"',
  'destruction-scheduled': 'shape=house fillcolor="#f5e9f7"',
  destroyed: 'shape=box peripheries=2 fillcolor="#dddddd"',
}

export function dot(forest: readonly Node[]): readonly string[] {
  const lone = forest.filter(({children}) => children.length === 0)
  const trees = forest.filter(({children}) => children.length > 0)
  return [
    'digraph keys {',
    '  rankdir=LR; compound=true; nodesep=0.1; ranksep=0.5; fontname="Helvetica"; fontsize=11;',
    '  node [fontname="Helvetica" fontsize=10 margin="0.1,0.04" style=filled];',
    '  edge [arrowsize=0.6];',
    ...trees.flatMap(treeOf),
    ...besides(trees),
    ...(lone.length === 0 ? [] : grid(lone, 'alone', 'no key above, none under')),
    '}',
  ]
}

/** A key, then what is under it: branches each on their own, leaves in a grid of their own. */
function treeOf(node: Node): string[] {
  const leaves = node.children.filter(({children}) => children.length === 0)
  const branches = node.children.filter(({children}) => children.length > 0)
  const [first] = leaves
  const gathered = leaves.length > column && first !== undefined
  return [
    nodeLine(node),
    ...branches.flatMap((child) => [...treeOf(child), edge(node, child)]),
    ...besides(branches),
    ...(gathered
      ? [
          ...grid(leaves, node.name, `${leaves.length} under ${node.name}`),
          `  "${node.name}" -> "${first.name}" [lhead="cluster ${node.name}"];`,
        ]
      : leaves.flatMap((child) => [nodeLine(child), edge(node, child)])),
  ]
}

/** A box is about three times as wide as high. */
const wide = 3

interface Extent {
  readonly columns: number
  readonly rows: number
  /** What stands furthest to the right. */
  readonly far: string
}

/** Many trees are set in as many columns as make the whole about as wide as high: one strip could not be read. */
function besides(trees: readonly Node[]): string[] {
  if (trees.length <= column) return []
  const extents = trees.map(extentOf)
  const width = wide * Math.max(...extents.map(({columns}) => columns))
  const height = extents.reduce((sum, {rows}) => sum + rows, 0)
  const rows = Math.ceil(trees.length / Math.max(1, Math.round(Math.sqrt(height / width))))
  return extents.flatMap(({far}, at) => {
    const next = trees[at + rows]
    return next === undefined ? [] : [`  "${far}" -> "${next.name}" [style=invis];`]
  })
}

function extentOf({name, children}: Node): Extent {
  const leaves = children.filter((child) => child.children.length === 0)
  const below = children.filter((child) => child.children.length > 0).map(extentOf)
  const across = leaves.length > column ? Math.round(Math.sqrt(leaves.length)) : Math.min(1, leaves.length)
  const last = leaves.at(-1)
  const own =
    last === undefined ? [] : [{columns: across, rows: Math.ceil(leaves.length / across), far: last.name}]
  const all = [...own, ...below]
  const furthest = all.reduce<Extent>((one, other) => (other.columns > one.columns ? other : one), {
    ...{columns: 0, rows: 0, far: name},
  })
  return {
    columns: 1 + furthest.columns,
    rows: Math.max(
      1,
      all.reduce((sum, {rows}) => sum + rows, 0),
    ),
    far: furthest.far,
  }
}

function edge(above: Node, below: Node): string {
  return `  "${above.name}" -> "${below.name}";`
}

/** About as many rows as columns: boxes are wider than high, and there is more room to the right than below. */
function grid(nodes: readonly Node[], name: string, title: string): string[] {
  const columns = Math.max(1, Math.round(Math.sqrt(nodes.length)))
  const rows = Math.ceil(nodes.length / columns)
  return [
    `  subgraph "cluster ${name}" {`,
    `    label="${title}"; color="#888888";`,
    ...nodes.map((node) => `  ${nodeLine(node)}`),
    ...nodes.flatMap((node, at) => {
      const next = nodes[at + rows]
      return next === undefined ? [] : [`    "${node.name}" -> "${next.name}" [style=invis];`]
    }),
    '  }',
  ]
}

function nodeLine(node: Node): string {
  const late = node.overdue === null ? '' : ' penwidth=4 color="#b00020"'
  return `  "${node.name}" [label="${[node.name, ...captionOf(node)].join('\\n')}" ${looks[node.state]}${late}];`
}
