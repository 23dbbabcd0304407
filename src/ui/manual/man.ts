/** The man page: one page for the whole program, in the macros of man(7). */
import {exitMeanings} from './exits.ts'
import {meaningOf, usageOf, type CommandLine, type CommandText, type FlagText} from './commands.ts'

interface About {
  readonly version: string
  readonly description: string
}

export function manPage(line: CommandLine, {version, description}: About): string {
  return `${[
    '.\\" Made from the manifest of the commands by the build.',
    `.TH KEYRITE 1 "" "keyrite ${version}" "User Commands"`,
    // Flush left, and no word broken: what stands here is copied.
    '.ad l',
    '.nh',
    '.SH NAME',
    'keyrite \\- key ceremonies, and the life of cryptographic keys',
    '.SH SYNOPSIS',
    '.B keyrite',
    '.I command',
    '.RI [ arguments ]',
    '.RI [ flags ]',
    '.SH DESCRIPTION',
    prose(description),
    '.PP',
    prose(
      'Standard output is the result; everything else goes to standard error. Every change is planned, shown, confirmed and then made. What needs other people becomes a request that they sign.',
    ),
    '.SH "FLAGS OF EVERY COMMAND"',
    ...line.global.flatMap(flagItem),
    '.SH COMMANDS',
    ...line.commands.flatMap(commandLines),
    '.SH "EXIT STATUS"',
    ...exitMeanings.flatMap(([status, meaning]) => ['.TP', `.B ${status}`, prose(meaning)]),
    '.SH ENVIRONMENT',
    ...environment.flatMap(([name, meaning]) => ['.TP', `.B ${roff(name)}`, prose(meaning)]),
    '.SH FILES',
    ...files.flatMap(([name, meaning]) => ['.TP', `.I ${roff(name)}`, prose(meaning)]),
    '.SH "SEE ALSO"',
    '.BR ssh\\-keygen (1),',
    '.BR ssh\\-agent (1),',
    '.BR openssl (1),',
    '.BR sha256sum (1)',
  ].join('\n')}\n`
}

const environment = [
  ['KEYRITE_HOME', 'The workspace, where --home does not say another.'],
  ['KEYRITE_AS', 'Who acts, where --as does not say another.'],
  ['XDG_DATA_HOME, XDG_STATE_HOME', 'Where the workspace, and what must not lie in it, are by default.'],
  ['SSH_AUTH_SOCK', 'The agent whose keys people may sign with.'],
  ['ACCESSIBLE', 'Anything but 0: as --plain.'],
  ['NO_COLOR', 'Anything: as --no-color.'],
] as const

const files = [
  [
    '~/.local/share/keyrite',
    'The workspace: ledger.db, config.yaml, tokens. Only its owner may look into it.',
  ],
  [
    '~/.local/state/keyrite',
    'What must not lie in the workspace: the key that signs the ledger’s checkpoints, and pins.',
  ],
] as const

function commandLines(command: CommandText): string[] {
  const {words, summary, description, args, flags, examples} = command
  return [
    `.SS "keyrite ${roff(words)}"`,
    `.B ${roff(usageOf(command))}`,
    '.PP',
    prose(summary),
    ...(description === '' ? [] : description.split('\n').flatMap((one) => ['.PP', prose(one)])),
    ...args.flatMap(({name, description: about}) => ['.TP', `.I ${roff(name.toUpperCase())}`, prose(about)]),
    ...flags.flatMap(flagItem),
    '.PP',
    'Examples:',
    '.RS 4',
    '.nf',
    ...examples.map((example) => guarded(roff(example.replaceAll('\n', ' ')))),
    '.fi',
    '.RE',
  ]
}

function flagItem(flag: FlagText): string[] {
  const value = flag.placeholder === '' ? '' : ` ${roff(flag.placeholder)}`
  return ['.TP', `.B \\-\\-${roff(flag.name)}${value}`, prose(meaningOf(flag))]
}

/** A paragraph: on one line, so that no word of it can stand where a request stands. */
const prose = (text: string): string => guarded(roff(text.replaceAll(/\s*\n\s*/g, ' ')))

/** A line that begins with a full stop or an apostrophe would be a request. */
const guarded = (text: string): string => (/^[.']/.test(text) ? `\\&${text}` : text)

/** Text as roff reads it back: backslashes and hyphens as they are, and what is not ASCII by its number. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll("'", '\\(aq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('`', '\\(ga')
    .replaceAll('’', '\\(cq')
    .replaceAll('…', '...')
    .replaceAll(
      /[^\x20-\x7e]/gu,
      (one) => `\\[u${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
}
