// Writes the sources as JavaScript without looking at types, in a fraction of the time that `tsc` takes: for the tests and the
// demo. What is packed is built by `tsc`, with declarations.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const root = path.join(import.meta.dirname, '..')
const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile)
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
const compilerOptions = { ...options, module: ts.ModuleKind.ESNext }

for (const file of readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }))
  if (file.endsWith('.ts')) transpile(file)

function transpile(file) {
  const source = readFileSync(path.join(root, 'src', file), 'utf8')
  const { outputText } = ts.transpileModule(source, { compilerOptions, fileName: file })
  const output = path.join(root, 'dist', file.replace(/\.ts$/, '.js'))
  mkdirSync(path.dirname(output), { recursive: true })
  writeFileSync(output, outputText)
}
