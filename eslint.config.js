import eslint from '@eslint/js'
import {defineConfig} from 'eslint/config'
import tsdoc from 'eslint-plugin-tsdoc'
import tseslint from 'typescript-eslint'

export default defineConfig(
  {ignores: ['dist/', '**/*.js', '**/*.cjs', '**/*.mjs']},
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: import.meta.dirname}},
    plugins: {tsdoc},
    rules: {
      eqeqeq: 'error',
      'tsdoc/syntax': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}],
      '@typescript-eslint/require-await': 'off', // ports are asynchronous; a local one may have nothing to wait for
      'max-lines': ['error', {max: 300, skipBlankLines: true, skipComments: true}],
    },
  },
)
