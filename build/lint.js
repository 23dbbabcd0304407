// Holds src/ and test/ to the type checker and to the linter: both ask the same program, so that nothing is read or
// worked out twice. Says what it found, on stdout; ends with status 1 where that is anything.
import {dirname} from 'node:path'
import {ESLint} from 'eslint'
import ts from 'typescript'

const root = dirname(import.meta.dirname)
process.chdir(root)

// The page of minutes is of browsers, and has types of its own.
const programs = ['tsconfig.json', 'src/ceremony/minutes/page/tsconfig.json'].map((config) => {
  const host = {...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => complain([problem])}
  const {fileNames, options, errors} = ts.getParsedCommandLineOfConfigFile(config, {}, host)
  complain(errors)
  const program = ts.createProgram({rootNames: fileNames, options})
  complain(ts.getPreEmitDiagnostics(program))
  return program
})

function complain(problems) {
  if (problems.length === 0) return
  process.exitCode = 1
  const as = {getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => '\n'}
  process.stdout.write(ts.formatDiagnostics(problems, as))
}

const eslint = new ESLint({
  cwd: root,
  overrideConfig: {languageOptions: {parserOptions: {projectService: false, programs}}},
})
const found = await eslint.lintFiles(process.argv.length > 2 ? process.argv.slice(2) : ['src', 'test'])
if (found.some(({errorCount, warningCount}) => errorCount + warningCount > 0)) {
  process.exitCode = 1
  process.stdout.write((await eslint.loadFormatter('stylish')).format(found))
}
