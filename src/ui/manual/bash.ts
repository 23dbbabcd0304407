/** Completion for bash (4.4 or newer). */
import {allValues, firstWords, flagsOf, head, quote} from './shells.ts'
import type {CommandLine} from './commands.ts'
import type {Value} from './values.ts'

export function bashScript(line: CommandLine): string {
  const next = [...firstWords(line)].map(([before, words]) => [before, words.map(({word}) => word).join(' ')])
  return `${head('bash')}
# Sets REPLY to the words that may follow these.
_keyrite_next() {
  case $1 in
${cases(next)}
  *) REPLY= ;;
  esac
}

# Sets REPLY to the flags of a command.
_keyrite_flags() {
  case $1 in
${cases(
  line.commands.map((one) => [
    one.words,
    flagsOf(line, one)
      .map(({name}) => `--${name}`)
      .join(' '),
  ]),
)}
  *) REPLY=${quote(line.global.map(({name}) => `--${name}`).join(' '))} ;;
  esac
}

# Sets REPLY to what the value of a flag, or the argument N of a command, can be; to nothing where there is none.
_keyrite_value() {
  case $1 in
${cases(allValues(line).map(([place, value]) => [place, wordOf(value)]))}
  *) REPLY= ;;
  esac
}
${engine}`
}

const cases = (rows: readonly (readonly string[])[]): string =>
  rows.map(([pattern = '', reply = '']) => `  ${quote(pattern)}) REPLY=${quote(reply)} ;;`).join('\n')

function wordOf(value: Value): string {
  if (value.kind === 'options') return `options ${value.options.join(' ')}`
  return 'of' in value ? `${value.kind} ${value.of}` : value.kind
}

// Names are compared and never expanded: `compgen -W` would run what stands in them.
const engine = String.raw`
_keyrite_offer() {
  local one
  for one in "$@"; do
    [[ $one != "$cur"* ]] || COMPREPLY+=("$one")
  done
}

_keyrite_names() {
  local one
  while IFS= read -r one; do
    _keyrite_offer "$one$2"
  done < <("$program" completion --names "$1" "\${home[@]}" 2>/dev/null </dev/null)
}

_keyrite_files() {
  local one
  compopt -o filenames 2>/dev/null
  while IFS= read -r one; do
    COMPREPLY+=("$one")
  done < <(compgen "$1" -- "$cur")
}

# What can be typed for a value of this kind.
_keyrite_offer_value() {
  local -a kind
  read -ra kind <<<"$1"
  case \${kind[0]} in
  options) _keyrite_offer "\${kind[@]:1}" ;;
  names) _keyrite_names "\${kind[1]}" '' ;;
  names-or-file) _keyrite_files -f; _keyrite_names "\${kind[1]}" '' ;;
  file) _keyrite_files -f ;;
  folder) _keyrite_files -d ;;
  person-file)
    # bash takes \`=\` for the end of a word: what is offered stands behind it.
    if [[ $cur == *=* ]]; then
      cur=\${cur#*=}
      _keyrite_files -f
    else
      _keyrite_names people =
      compopt -o nospace 2>/dev/null
    fi
    ;;
  esac
}

_keyrite() {
  local program=$1 cur='' command='' pending='' word i n=0 joined=''
  local -a typed=() home=()
  COMPREPLY=()
  # \`=\` stands apart in COMP_WORDS: what was typed as one word is put together again.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ ($word == = || $joined == =) && \${#typed[@]} -gt 0 ]]; then
      typed[\${#typed[@]} - 1]+=$word
    else
      typed+=("$word")
    fi
    joined=$word
  done
  n=\${#typed[@]}
  cur=\${typed[n - 1]}
  typed=("\${typed[@]:0:n-1}")

  n=0
  for word in "\${typed[@]}"; do
    if [[ $pending ]]; then
      [[ $pending != --home ]] || home=(--home "$word")
      pending=''
    elif [[ $word == --home=* ]]; then
      home=(--home "\${word#*=}")
    elif [[ $word == --*=* || $word == -- ]]; then
      continue
    elif [[ $word == -* ]]; then
      _keyrite_value "$command $word"
      [[ $REPLY ]] || _keyrite_value "* $word"
      [[ ! $REPLY ]] || pending=$word
    else
      _keyrite_next "$command"
      if [[ " $REPLY " == *" $word "* ]]; then command=\${command:+$command }$word; else n=$((n + 1)); fi
    fi
  done

  if [[ ! $pending && $cur == --*=* ]]; then
    pending=\${cur%%=*}
    cur=\${cur#*=}
  fi
  if [[ $pending ]]; then
    _keyrite_value "$command $pending"
    [[ $REPLY ]] || _keyrite_value "* $pending"
    _keyrite_offer_value "$REPLY"
  elif [[ $cur == -* ]]; then
    _keyrite_flags "$command"
    _keyrite_offer $REPLY
  else
    _keyrite_next "$command"
    if [[ $REPLY && $n == 0 ]]; then
      _keyrite_offer $REPLY
    else
      _keyrite_value "$command $((n + 1))"
      [[ $REPLY ]] || _keyrite_value "$command many"
      _keyrite_offer_value "$REPLY"
    fi
  fi
}
complete -F _keyrite keyrite
`
  .replaceAll('\\$', '$')
  .replaceAll('\\`', '`')
