/** Rules on materials: what is named exists, is of a kind that fits, and can be as it is said to be. */
import type {Path} from '../../base/yaml.ts'
import {unknownWord} from '../issues.ts'
import {firstState, statesOf, type MaterialState} from '../materials.ts'
import type {Material} from '../template.ts'
import {areApart} from './roles.ts'
import type {Placed, Remark, Script} from './script.ts'

export function* materials(script: Script): Generator<Remark> {
  const {materials: all} = script.template
  for (const [at, one] of all.entries()) {
    const path = ['materials', at]
    yield* stateOf(one, one.state, [...path, 'state'])
    yield* place(one, all, path)
    if (one.profile !== undefined && one.kind !== 'hsm' && one.kind !== 'token')
      yield {
        rule: 'material-kind',
        path: [...path, 'profile'],
        message: `a ${one.kind} holds no keys: only an hsm or a token has a profile`,
      }
    const twin = one.number === undefined ? -1 : all.findIndex(({number}) => number === one.number)
    if (twin >= 0 && twin !== at && script.knows([...path, 'number']))
      yield {
        rule: 'number-twice',
        path: [...path, 'number'],
        message: `"${all[twin]?.id ?? ''}" has the same number: correct one of them`,
      }
  }
  for (const placed of script.steps) yield* ofStep(script, placed)
}

function* stateOf({id, kind}: Material, state: MaterialState | undefined, path: Path): Generator<Remark> {
  const states = statesOf(kind)
  if (state === undefined || states.includes(state)) return
  yield {
    rule: 'material-state',
    path,
    message: `"${id}" is of kind ${kind}, which is never ${state}: expected one of ${states.join(', ')}`,
  }
}

/** Where it lies before the first step. */
function* place(one: Material, all: readonly Material[], path: Path): Generator<Remark> {
  if (one.in === undefined) {
    if (one.state === 'in-bag')
      yield {
        rule: 'material-place',
        path: [...path, 'state'],
        message: `"${one.id}" lies in a bag, and it is not said in which: add "in" with the id of a bag`,
      }
    return
  }
  const bag = all.find(({id}) => id === one.in)
  const bags = all.filter(({kind}) => kind === 'bag').map(({id}) => id)
  const wrong = (message: string): Remark => ({rule: 'material-place', path: [...path, 'in'], message})
  if (bag === undefined)
    yield {rule: 'unknown-material', path: [...path, 'in'], message: unknownWord('bag', one.in, bags)}
  else if (bag.kind !== 'bag') yield wrong(`"${bag.id}" is a ${bag.kind}, and not a bag`)
  else if (!statesOf(one.kind).includes('in-bag')) yield wrong(`a ${one.kind} does not lie in a bag`)
  else if (firstState(bag, all) !== 'sealed')
    yield wrong(`bag "${bag.id}" is ${firstState(bag, all)} before the first step: nothing lies in it`)
  else if (one.state !== undefined && one.state !== 'in-bag')
    yield wrong(`"${one.id}" lies in a bag, and is said to be ${one.state}: take its state away`)
}

function* ofStep({template}: Script, {step, path}: Placed): Generator<Remark> {
  const {materials: all} = template
  const named = function* (id: string, field: Path): Generator<Remark, Material | undefined> {
    const one = all.find((material) => material.id === id)
    if (one === undefined)
      yield {
        rule: 'unknown-material',
        path: [...path, ...field],
        message: unknownWord(
          'material',
          id,
          all.map((material) => material.id),
        ),
      }
    return one
  }
  for (const field of ['needs', 'leaves'] as const) {
    for (const [id, state] of Object.entries(step[field] ?? {})) {
      const one = yield* named(id, [field, id])
      if (one !== undefined) yield* stateOf(one, state, [...path, field, id])
    }
  }
  if (step.kind === 'attest' && step.material !== undefined) {
    const one = yield* named(step.material, ['material'])
    if (one !== undefined && one.number === undefined)
      yield {
        rule: 'attest-what',
        path: [...path, 'material'],
        message: `"${one.id}" has no number to compare the serial number with: give it one`,
      }
  }
  if (step.kind === 'attest' && step.key === undefined && (step.level ?? step.evidence) !== undefined)
    yield {
      rule: 'attest-what',
      path: [...path, step.level === undefined ? 'evidence' : 'level'],
      message: 'what protects is said of a key: name one, or take this away',
    }
  if (step.kind === 'attest' && step.key === undefined && step.profile === undefined)
    yield {
      rule: 'attest-what',
      path: [...path, 'kind'],
      message: 'it is not said who is asked about what: name a key, or a profile',
    }
  if (step.kind !== 'bag') return
  const bag = yield* named(step.bag, ['bag'])
  if (bag !== undefined && bag.kind !== 'bag')
    yield {
      rule: 'material-kind',
      path: [...path, 'bag'],
      message: `"${bag.id}" is a ${bag.kind}, and not a bag`,
    }
  for (const [at, id] of (step.contents ?? []).entries()) yield* named(id, ['contents', at])
  if (step.contents !== undefined && (step.action === 'check' || step.action === 'destroy'))
    yield {
      rule: 'bag-contents',
      path: [...path, 'contents'],
      message: `nothing goes in or out when a bag is ${step.action === 'check' ? 'checked' : 'destroyed'}: take contents away`,
    }
  yield* reader(template, step.by, step.reads, path)
}

/** Whoever types a number is another person than the one who reads it. */
function* reader(
  template: Script['template'],
  by: string,
  reads: string | undefined,
  path: Path,
): Generator<Remark> {
  if (reads === undefined || !template.roles.has(reads) || areApart(template, by, reads)) return
  yield {
    rule: 'reads-and-types',
    path: [...path, 'reads'],
    message:
      reads === by
        ? `role "${by}" reads the number and types it: let another role read`
        : `one person could read the number as ${reads} and type it as ${by}: let role "${by}" exclude "${reads}"`,
  }
}
