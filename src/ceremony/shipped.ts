/** The templates that come with keyrite. */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {KeyriteError} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import {packageRoot} from '../base/package.ts'
import {standIns} from './parameters.ts'
import {parseTemplate, read as readWith, type Loaded, type Step} from './template.ts'

/** One that comes with keyrite, and its steps with stand-ins for what has no value. */
export interface Shipped extends Loaded {
  readonly steps: readonly Step[]
}

const folder = (): string => join(packageRoot(), 'ceremony-templates')

/** All of them, by name. */
export function shippedTemplates(): readonly Shipped[] {
  return namesOf().map((name) => {
    const loaded = read(name)
    const {template} = readWith(loaded.raw, standIns(loaded.template.parameters))
    return {...loaded, steps: template?.acts.flatMap(({steps}) => steps) ?? []}
  })
}

/** @throws KeyriteError `TEMPLATE_NOT_FOUND` with the nearest name. */
export function shippedTemplate(name: string): Loaded {
  const names = namesOf()
  if (names.includes(name)) return read(name)
  const near = nearest(name, names)
  throw new KeyriteError(
    'TEMPLATE_NOT_FOUND',
    `cannot find the template "${name}"${near.length === 0 ? '' : `: did you mean "${near.join()}"?`}`,
    {hints: ['keyrite ceremony templates', `one of ${names.join(', ')}`]},
  )
}

function namesOf(): readonly string[] {
  return readdirSync(folder())
    .flatMap((file) => (file.endsWith('.yaml') ? [file.slice(0, -'.yaml'.length)] : []))
    .sort()
}

function read(name: string): Loaded {
  const path = join(folder(), `${name}.yaml`)
  return parseTemplate(readFileSync(path), path)
}
