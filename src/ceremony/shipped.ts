/** The templates that come with keyrite. */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {KeyriteError} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import {packageRoot} from '../base/package.ts'
import {parseTemplate, type Loaded} from './template.ts'

const folder = (): string => join(packageRoot(), 'ceremony-templates')

/** All of them, by name. */
export function shippedTemplates(): readonly Loaded[] {
  return namesOf().map((name) => read(name))
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
