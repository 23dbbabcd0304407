/** docs/cli.md: every command, from the commands themselves. */
import {meaningOf, usageOf, type CommandLine, type CommandText, type FlagText} from './commands.ts'

export function cliDocument(line: CommandLine): string {
  const alone = line.commands.filter(({words}) => !words.includes(' '))
  const topics = [...line.topics].map(([topic, about]) => ({
    topic,
    about,
    commands: line.commands.filter(({words}) => words.startsWith(`${topic} `)),
  }))
  return [
    '# The commands',
    '',
    'Made from the commands themselves by `npm run docs`; a test holds it to them. `--help` after a command says the same.',
    'Codes and exit statuses: [errors.md](errors.md).',
    '',
    '## Flags of every command',
    '',
    ...flagTable(line.global),
    '## Alone',
    '',
    ...alone.flatMap(section),
    ...topics.flatMap(({topic, about, commands}) => [
      `## ${topic}`,
      '',
      about,
      '',
      ...commands.flatMap(section),
    ]),
  ]
    .join('\n')
    .replace(/\n+$/, '\n')
}

function section(command: CommandText): string[] {
  const {words, summary, description, args, flags, examples} = command
  return [
    `### keyrite ${words}`,
    '',
    cell(summary),
    ...(description === '' ? [] : description.split('\n').flatMap((one) => ['', cell(one)])),
    '',
    `    ${usageOf(command)}`,
    '',
    ...(args.length + flags.length === 0
      ? []
      : [
          '| | |',
          '|---|---|',
          ...args.map(({name, description: about}) => `| ${code(name.toUpperCase())} | ${cell(about)} |`),
          ...flags.map(flagRow),
          '',
        ]),
    ...examples.map((example) => `    ${example.replaceAll('\n', ' ')}`),
    '',
  ]
}

function flagTable(flags: readonly FlagText[]): string[] {
  return ['| | |', '|---|---|', ...flags.map(flagRow), '']
}

function flagRow(flag: FlagText): string {
  const typed = `--${flag.name}${flag.placeholder === '' ? '' : ` ${flag.placeholder}`}`
  return `| ${code(typed)} | ${cell(meaningOf(flag))} |`
}

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``
const cell = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')
