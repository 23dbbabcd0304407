/** The hierarchy as lines of text, and as a Mermaid chart. */
import type {KeyState} from '../lifecycle.ts'
import {captionOf, type Node} from './tree.ts'

/** @param plain - by indents alone, without lines between. */
export function treeLines(forest: readonly Node[], {plain}: {readonly plain: boolean}): readonly string[] {
  const lines = (nodes: readonly Node[], before: string, top: boolean): string[] =>
    nodes.flatMap((node, at) => {
      const last = at === nodes.length - 1
      const [branch, stem] = top || plain ? ['', ''] : last ? ['└─ ', '   '] : ['├─ ', '│  ']
      const indent = plain && !top ? '  ' : ''
      return [
        `${before}${indent}${branch}${node.name}  ${captionOf(node).join(' · ')}`,
        ...lines(node.children, `${before}${indent}${stem}`, false),
      ]
    })
  return lines(forest, '', true)
}

/** A shape for each state, so that none is told by colour alone. */
const mermaidShapes: Readonly<Record<KeyState, readonly [string, string]>> = {
  'pre-active': ['([', '])'],
  active: ['[', ']'],
  suspended: ['{{', '}}'],
  deactivated: ['[/', '/]'],
  compromised: ['>', ']'],
  'destruction-scheduled': ['[\\', '\\]'],
  destroyed: ['((', '))'],
}

export function mermaid(forest: readonly Node[]): readonly string[] {
  const ids = new Map<string, string>()
  const all: Node[] = []
  const collect = (node: Node): void => {
    ids.set(node.name, `k${ids.size}`)
    all.push(node)
    node.children.forEach(collect)
  }
  forest.forEach(collect)
  const id = ({name}: Node): string => ids.get(name) ?? ''
  return [
    'flowchart LR',
    ...all.map((node) => {
      const [open, close] = mermaidShapes[node.state]
      return `  ${id(node)}${open}"${[node.name, ...captionOf(node)].join('<br/>')}"${close}${node.overdue === null ? '' : ':::overdue'}`
    }),
    ...all.flatMap((node) => node.children.map((child) => `  ${id(node)} --> ${id(child)}`)),
    '  classDef overdue stroke-width:4px,stroke:#b00020',
  ]
}
