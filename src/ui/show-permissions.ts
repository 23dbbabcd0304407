/** A policy to be copied, and what a provider allows held against it. */
import {visible} from '../base/visible.ts'
import type {Grant, Policy, Standing} from '../providers/permissions.ts'
import type {Print} from './print.ts'

/** The documents whole; what is not of them stands in comments, so that the output of a single one can be kept as a file. */
export function permissionLines({documents, steps, notes}: Policy): string[] {
  const [first, ...others] = documents
  return [
    ...textOf(first),
    ...others.flatMap(({title, ...one}) => ['', `# ${title}:`, ...textOf(one)]),
    '',
    ...notes.map((note) => `# ${note}`),
    `# As ${first?.file ?? ''}, put it there with:`,
    ...steps.map((step) => `#   ${step}`),
  ]
}

function textOf(one: {readonly text: string} | undefined): string[] {
  return (one?.text ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => visible(line))
}

export function standingLines(
  print: Print,
  {name}: Policy,
  {looked, missing, beyond, notes}: Standing,
): string[] {
  const lines = (mark: string, grants: readonly Grant[]): string[] =>
    grants.map(({on, may}) => visible(`${mark} ${on}: ${may.join(', ')}`))
  const found = [
    ...lines('missing', missing),
    ...lines('beyond', beyond),
    ...notes.map((one) => visible(`note    ${one}`)),
  ]
  return [
    ...print.facts([['Looked at', looked.length === 0 ? 'nothing' : [...looked]]]),
    ...found,
    found.length === 0
      ? `What is allowed on the key is what ${name} says.`
      : `What is allowed on the key is not what ${name} says.`,
  ]
}
