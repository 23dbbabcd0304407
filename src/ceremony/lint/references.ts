/** Rules on names: everything that is named exists, once, and everything that is declared is used. */
import {unknownWord} from '../issues.ts'
import type {Reference} from '../placeholders.ts'
import type {Path} from '../../base/yaml.ts'
import {planReadBy} from '../steps/index.ts'
import {unknownReferences} from '../template.ts'
import type {Remark, Script} from './script.ts'

export function* references(script: Script, asked: readonly Reference[]): Generator<Remark> {
  const {template, steps} = script
  const {parameters} = template
  for (const {path, message} of unknownReferences(asked, parameters))
    yield {rule: 'unknown-parameter', path, message}
  const used = new Set(asked.map(({name}) => name))
  for (const name of parameters.keys()) {
    if (!used.has(name))
      yield {
        rule: 'unused-parameter',
        path: ['parameters', name],
        at: 'key',
        message: `parameter "${name}" is never used: take it away, or write \${${name}} where it belongs`,
      }
  }
  yield* twice(
    'step',
    steps.map(({step, path}) => [step.id, path]),
  )
  yield* twice(
    'act',
    template.acts.map(({id}, at) => [id, ['acts', at]]),
  )
  yield* twice(
    'duty',
    template.after.map(({id}, at) => [id, ['after', at]]),
  )
  yield* twice(
    'material',
    template.materials.map(({id}, at) => [id, ['materials', at]]),
  )
  yield* rolesNamed(script)
  yield* actsNamed(script)
  yield* stepsNamed(script)
  yield* contents(script)
}

function* twice(what: string, ids: readonly (readonly [id: string, path: Path])[]): Generator<Remark> {
  const seen = new Set<string>()
  for (const [id, path] of ids) {
    if (seen.has(id))
      yield {
        rule: `${what}-twice`,
        path: [...path, 'id'],
        message: `${what} "${id}" stands twice: give this one another id`,
      }
    seen.add(id)
  }
}

function* rolesNamed({template, steps}: Script): Generator<Remark> {
  const roles = [...template.roles.keys()]
  const named: (readonly [role: string, path: Path])[] = [
    ...[...template.roles].flatMap(([name, {excludes}]) =>
      excludes.map((role, at): readonly [string, Path] => [role, ['roles', name, 'excludes', at]]),
    ),
    ...steps.flatMap(({step, path}): readonly (readonly [string, Path])[] => [
      [step.by, [...path, 'by']],
      ...(step.kind === 'bag' && step.reads !== undefined ? [[step.reads, [...path, 'reads']] as const] : []),
    ]),
    ...template.after.map(({owner}, at): readonly [string, Path] => [owner, ['after', at, 'owner']]),
  ]
  for (const [role, path] of named) {
    if (!template.roles.has(role))
      yield {rule: 'unknown-role', path, message: unknownWord('role', role, roles)}
  }
}

function* actsNamed({template: {roles, acts}}: Script): Generator<Remark> {
  const ids = acts.map(({id}) => id)
  for (const [name, {acts: named = []}] of roles) {
    for (const [at, id] of named.entries()) {
      if (!ids.includes(id))
        yield {rule: 'unknown-act', path: ['roles', name, 'acts', at], message: unknownWord('act', id, ids)}
    }
  }
}

function* stepsNamed({steps}: Script): Generator<Remark> {
  const ids = steps.map(({step}) => step.id)
  for (const {step, path} of steps) {
    if (step.kind === 'quorum') {
      for (const [at, id] of step.for.entries()) {
        if (!ids.includes(id))
          yield {rule: 'unknown-step', path: [...path, 'for', at], message: unknownWord('step', id, ids)}
        else if (step.for.indexOf(id) !== at)
          yield {
            rule: 'approved-twice',
            path: [...path, 'for', at],
            message: `step "${id}" is named twice: take one away`,
          }
      }
    }
    const read = step.kind === 'read-aloud' ? planReadBy(step) : null
    if (read === null) continue
    const quorums = steps.flatMap((one) => (one.step.kind === 'quorum' ? [one.step.id] : []))
    if (!ids.includes(read))
      yield {rule: 'unknown-step', path: [...path, 'what'], message: unknownWord('step', read, quorums)}
    else if (!quorums.includes(read))
      yield {
        rule: 'plan-of-what',
        path: [...path, 'what'],
        message: `step "${read}" has no plan: name a quorum step${quorums.length === 0 ? '' : ` (${quorums.join(', ')})`}`,
      }
  }
}

function* contents({template, steps}: Script): Generator<Remark> {
  const texts: (readonly [text: string, path: Path])[] = [
    ...steps.map(({step, path}): readonly [string, Path] => [step.text, [...path, 'text']]),
    ...template.materials.map(({text}, at): readonly [string, Path] => [text, ['materials', at, 'text']]),
    ...template.after.map(({text}, at): readonly [string, Path] => [text, ['after', at, 'text']]),
  ]
  for (const [text, path] of texts) {
    if (text.trim() === '')
      yield {rule: 'empty-text', path, message: 'there is no text: say in a sentence what is done'}
  }
  for (const {step, path} of steps) {
    if (step.minutes < 0 || step.minutes > 240)
      yield {
        rule: 'minutes',
        path: [...path, 'minutes'],
        message: `expected 0 to 240 minutes, got ${step.minutes}: split the step, or correct the time`,
      }
  }
}
