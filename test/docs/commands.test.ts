/** What documents, templates and messages tell people to type is there. */
import {globSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import {commands, faultIn} from './cli.ts'
import {read, root} from './markdown.ts'

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...globSync('docs/*.md', {cwd: root}).sort(),
]

/** What later work brings stands under such a heading, or in such a paragraph. */
const notThere = /not there\s+yet/i

/** The lines of a document that say what to type: in inline code, or in a block. */
function linesOf(text: string): readonly string[] {
  let level = 0
  const kept = text.split(/\n(?=#)|\n\n/).filter((part) => {
    const heading = /^(#+) (.*)/.exec(part)
    if (heading !== null) {
      const [, marks = '', title = ''] = heading
      if (level > 0 && marks.length <= level) level = 0
      if (level === 0 && notThere.test(title)) level = marks.length
    }
    return level === 0 && !notThere.test(part)
  })
  return kept.flatMap((part) => {
    const joined = part.replaceAll(/\\\n\s*/g, '')
    const inline = [...joined.matchAll(/`(?:\$ )?(?:\.\/bin\/)?(keyrite [^`]+)`/g)]
    const block = [...joined.matchAll(/^\s*(?:\$ )?(?:\.\/bin\/)?(keyrite [a-z-].*)$/gm)].filter(([line]) =>
      /^(\s{4,}|\$|\.)/.test(line),
    )
    return [...inline, ...block].map(([, line = '']) => line)
  })
}

describe('what a document tells people to type', () => {
  test.each(documents)('is there: %s', (path) => {
    expect(
      linesOf(read(path))
        .map(faultIn)
        .filter((fault) => fault !== undefined),
    ).toEqual([])
  })

  test('names every command in README.md', () => {
    const text = read('README.md')
    expect(
      [...commands.keys()].filter(
        (words) => !text.includes(`\`${words}`) && !text.includes(`keyrite ${words}`),
      ),
    ).toEqual([])
  })

  test('is read from inline code and from blocks, and not under what is not there yet', () => {
    const text = [
      '# A',
      '`keyrite key list` and `./bin/keyrite demo`',
      '',
      '    $ keyrite key show \\',
      '        K',
      '',
      '`keyrite key eat` is not there yet.',
      '',
      '## Not there yet',
      '',
      '`keyrite key fly`',
      '',
      '### More',
      '`keyrite key sink`',
      '',
      '## B',
      '    keyrite ledger verify',
      'keyrite wrapped in a sentence',
    ].join('\n')
    expect(linesOf(text)).toEqual([
      'keyrite key list',
      'keyrite demo',
      'keyrite key show K',
      'keyrite ledger verify',
    ])
  })
})

describe('a command line', () => {
  test.each([
    'keyrite --version',
    'keyrite key --help',
    'keyrite key show payments-jwt --json | jq .state',
    'keyrite --home DIR ledger show --last 5',
    'keyrite key public K > K.pem',
    'keyrite ceremony bundle ID --out DIR --level full',
  ])('is good: %s', (line) => {
    expect(faultIn(line)).toBeUndefined()
  })

  test.each([
    ['keyrite key eat', /no "keyrite key eat"/],
    ['keyrite eat', /no "keyrite eat/],
    ['keyrite key show K --eat', /has no --eat/],
    ['keyrite key show K L', /takes 1 arguments/],
    ['keyrite ceremony bundle ID --out', /needs a value/],
    ['keyrite key public K --format xml', /takes no --format xml/],
  ])('is found wrong: %s', (line, fault) => {
    expect(faultIn(line)).toMatch(fault)
  })
})

describe('what keyrite itself tells people to type', () => {
  test('is there', () => {
    const topics = new Set(
      [...commands.keys()].filter((words) => words.includes(' ')).map((words) => words.split(' ')[0]),
    )
    const places = globSync(['src/**/*.ts', 'ceremony-templates/**/*.*', 'bin/*', 'build/*'], {
      cwd: root,
    }).sort()
    const named = places.flatMap((path) =>
      [...read(path).matchAll(/\bkeyrite ([a-z]+) ([a-z-]+)/g)].map(([, topic = '', verb = '']) => ({
        path,
        topic,
        verb,
      })),
    )
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter(({topic, verb}) => topics.has(topic) && !commands.has(`${topic} ${verb}`))).toEqual(
      [],
    )
  })

  test.each([...commands])('the examples of "%s" can be typed', (words, command) => {
    const examples = command.examples.map((one) => (typeof one === 'string' ? one : one.command))
    expect(examples.length).toBeGreaterThan(0)
    const typed = examples.map((one) =>
      one.replaceAll('<%= config.bin %>', 'keyrite').replaceAll('<%= command.id %>', words),
    )
    expect(typed.map(faultIn).filter((fault) => fault !== undefined)).toEqual([])
  })
})
