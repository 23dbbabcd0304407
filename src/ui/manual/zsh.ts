/** Completion for zsh, as a function `_keyrite` of its completion system. */
import type {CommandLine, CommandText, FlagText} from './commands.ts'
import {firstWords, flagsOf, head, quote, type WordText} from './shells.ts'
import type {Value} from './values.ts'

export function zshScript(line: CommandLine): string {
  const words = firstWords(line)
  const topics = [...words].filter(([before]) => before !== '')
  return `#compdef keyrite
${head('zsh')}
${helpers}
_keyrite() {
  local -a home_flag next
  local program=$words[1]
  integer at
  at=\${words[(I)--home]}
  (( at > 0 && at < $#words )) && home_flag=(--home "\${(Q)words[at + 1]}")
  # Flags of every command may stand before its words.
  while (( CURRENT > 2 )) && [[ $words[2] == -* ]]; do
    if [[ $words[2] == (${valueFlags(line)}) ]]; then
      (( CURRENT > 3 )) || break
      words=($words[1] "\${(@)words[4,-1]}"); (( CURRENT -= 2 ))
    else
      words=($words[1] "\${(@)words[3,-1]}"); (( CURRENT -= 1 ))
    fi
  done
  if (( CURRENT == 2 )); then
    if [[ $words[2] == -* ]]; then
      _arguments ${line.global.map(specOf).map(quote).join(' ')}
    else
      next=(${described(words.get('') ?? [])})
      _describe -t commands 'command' next
    fi
    return
  fi
  if (( CURRENT == 3 )) && [[ $words[3] != -* ]]; then
    case $words[2] in
${topics.map(([topic, verbs]) => `    ${topic}) next=(${described(verbs)}); _describe -t commands '${topic} command' next; return ;;`).join('\n')}
    esac
  fi
  case "$words[2] \${words[3]-}" in
${line.commands.map((one) => caseOf(line, one)).join('\n')}
  esac
}

# Sourced by hand it is registered here; from a folder of $fpath it is called.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _keyrite "$@"
else
  compdef _keyrite keyrite
fi
`
}

const helpers = `
_keyrite_names() {
  local -a names
  names=(\${(f)"$(_call_program names $program completion --names $1 \${(q)home_flag} 2>/dev/null </dev/null)"})
  compadd -S "\${2- }" -- $names
}

_keyrite_person_file() {
  if compset -P 1 '*='; then _files; else _keyrite_names people '='; fi
}

_keyrite_names_or_file() {
  _keyrite_names $1
  _files
}
`

/** The flags of every command that take a value, as a pattern. */
const valueFlags = ({global}: CommandLine): string =>
  global.flatMap(({name, value}) => (value === null ? [] : [`--${name}`])).join('|')

const described = (words: readonly WordText[]): string =>
  words.map(({word, summary}) => quote(`${word}:${summary}`)).join(' ')

function caseOf(line: CommandLine, command: CommandText): string {
  const {words, args, many} = command
  const alone = !words.includes(' ')
  const places = args.map(({name, required, value}, at) =>
    many && at === args.length - 1
      ? `*:${name}:${actionOf(value)}`
      : `${at + 1}:${required ? '' : ':'}${name}:${actionOf(value)}`,
  )
  const specs = [...flagsOf(line, command).map(specOf), ...places]
  // `_arguments` takes the first word that it sees for the command's name.
  return `  ${alone ? `'${words} '*` : quote(words)})
    words=("\${(@)words[${alone ? '2' : '3'},-1]}"); (( CURRENT -= ${alone ? 1 : 2} ))
    _arguments -S ${specs.map(quote).join(' ')} ;;`
}

function specOf({name, summary, value, placeholder, multiple}: FlagText): string {
  const star = multiple ? '*' : ''
  const text = summary.replaceAll(/[[\]\\]/g, '\\$&')
  const action = value === null ? '' : `:${placeholder.replaceAll(':', '\\:')}:${actionOf(value)}`
  return `${star}--${name}${value === null ? '' : '='}[${text}]${action}`
}

function actionOf(value: Value): string {
  switch (value.kind) {
    case 'options':
      return `(${value.options.join(' ')})`
    case 'file':
      return '_files'
    case 'folder':
      return '_files -/'
    case 'names':
      return `{_keyrite_names ${value.of}}`
    case 'names-or-file':
      return `{_keyrite_names_or_file ${value.of}}`
    case 'person-file':
      return '{_keyrite_person_file}'
    case 'text':
      return ' '
  }
}
