/** What commands that read a template share: finding it, and the values that were typed for it. */
import {existsSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../base/errors.ts'
import {packageRoot} from '../base/package.ts'
import {demandNone, valuesFromSets} from '../ceremony/parameters.ts'
import type {Loaded, Values} from '../ceremony/template.ts'

export const templateArg = {
  template: Args.string({description: 'a template file, or the name of one that ships', required: true}),
}

export const setFlag = Flags.string({
  summary: 'the value of a parameter',
  helpValue: 'NAME=VALUE',
  multiple: true,
  default: [],
})

/** A template by path, or a shipped one by name. @throws KeyriteError `TEMPLATE_NOT_FOUND`. */
export function templateFile(typed: string): string {
  const shipped = join(packageRoot(), 'ceremony-templates', `${typed}.yaml`)
  const ships = /^[a-z0-9-]+$/.test(typed) && existsSync(shipped)
  const found = statSync(typed, {throwIfNoEntry: false})
  // A folder of that name is a script that was printed of it, and no template.
  if (found !== undefined && !(ships && found.isDirectory())) return typed
  if (ships) return shipped
  throw new KeyriteError('TEMPLATE_NOT_FOUND', `cannot find the template "${typed}"`, {
    hints: ['keyrite ceremony templates', 'keyrite ceremony new TEMPLATE --out FILE'],
  })
}

/** What was set; `--profile` is the value of every parameter of that type that was not. */
export function templateValues(
  {template: {parameters}}: Loaded,
  sets: readonly string[],
  profile: string | undefined,
): Values {
  const {values, problems} = valuesFromSets(parameters, sets)
  const asked = [...parameters].flatMap(([name, {type}]) => (type === 'profile' ? [name] : []))
  const none = profile !== undefined && asked.length === 0
  demandNone(none ? [...problems, '--profile: the template has no parameter of type profile'] : problems)
  const given = profile === undefined ? [] : asked.map((name): [string, string] => [name, profile])
  return new Map([...given, ...values])
}
