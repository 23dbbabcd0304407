/** Completion for fish. */
import type {CommandLine, CommandText, FlagText} from './commands.ts'
import {firstWords, head} from './shells.ts'
import type {Value} from './values.ts'

export function fishScript(line: CommandLine): string {
  const topics = [...firstWords(line)]
  return `${head('fish')}
${helpers(line)}
complete -c keyrite -f
${topics.flatMap(([before, words]) => words.map(({word, summary}) => rule(before, `-a ${quote(word)}`, summary))).join('\n')}
${line.global.map((flag) => `complete -c keyrite ${flagRule(flag)} -d ${quote(flag.summary)}`).join('\n')}
complete -c keyrite -l help -d 'say what the command does'
${line.commands.flatMap(rulesOf).join('\n')}
`
}

function rulesOf({words, args, flags}: CommandText): string[] {
  return [
    ...flags.map((flag) => rule(words, flagRule(flag), flag.summary)),
    ...args.flatMap(({value, description}) => {
      const offer = offerOf(value)
      return offer === '' ? [] : [rule(words, offer, description)]
    }),
  ]
}

const rule = (at: string, what: string, summary: string): string =>
  `complete -c keyrite -n ${quote(`__keyrite_at "${at}"`)} ${what} -d ${quote(summary)}`

function flagRule({name, value}: FlagText): string {
  if (value === null) return `-l ${name}`
  const offer = offerOf(value)
  return `-l ${name} ${offer.startsWith('-F') ? '-r' : '-x'} ${offer}`.trimEnd()
}

function offerOf(value: Value): string {
  switch (value.kind) {
    case 'options':
      return `-a ${quote(value.options.join(' '))}`
    case 'file':
      return '-F'
    case 'folder':
      return `-a '(__fish_complete_directories)'`
    case 'names':
      return `-a '(__keyrite_names ${value.of})'`
    case 'names-or-file':
      return `-F -a '(__keyrite_names ${value.of})'`
    case 'person-file':
      return `-a '(__keyrite_person_file)'`
    case 'text':
      return ''
  }
}

/** As fish reads single quotes. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function helpers({global, topics}: CommandLine): string {
  const valueFlags = global.flatMap(({name, value}) => (value === null ? [] : [`--${name}`])).join(' ')
  return `
# The command that has been typed, without flags: at most two words.
function __keyrite_typed
    set -l words
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- $word ${valueFlags}
            set skip 1
        else if string match -q -- '-*' $word
            continue
        else
            set -a words $word
            contains -- $words[1] ${[...topics.keys()].join(' ')}; or break
            test (count $words) -ge 2; and break
        end
    end
    string join ' ' -- $words
end

function __keyrite_at
    test "$(__keyrite_typed)" = "$argv[1]"
end

function __keyrite_names
    set -l typed (commandline -opc)
    set -l home
    set -l at (contains -i -- --home $typed)
    and test $at -lt (count $typed)
    and set home --home $typed[(math $at + 1)]
    $typed[1] completion --names $argv[1] $home 2>/dev/null </dev/null
end

function __keyrite_person_file
    set -l token (commandline -ct)
    set -l person (string replace -r '=.*' '' -- $token)
    if string match -q -- '*=*' $token
        for file in (__fish_complete_path (string replace -r '^[^=]*=' '' -- $token))
            echo "$person=$file"
        end
    else
        __keyrite_names people | string replace -r '$' '='
    end
end
`
}
