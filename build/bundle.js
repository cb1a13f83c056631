// Bundles the sources for Node, which loads a few files in a fraction of the time of a thousand. A new file begins where
// the sources say `import()`, so that a command loads what it needs and nothing else. src/launch loads them.
import { createHash } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { build, transform } from 'esbuild'
import { readLicences, readLock } from './licences.js'
import {
  deferChalk,
  deferChildProcess,
  deferCryptography,
  deferStringWidth,
  dropColorDetection,
  keepDemo,
  leaveValidator,
  silencePgpass,
} from './plugins.js'

const root = path.join(import.meta.dirname, '..')
const output = path.join(root, 'dist/bundle')
const settings = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  // Short, and yet a stack trace says the names of functions.
  minifySyntax: true,
  minifyWhitespace: true,
  outdir: output,
  write: false,
}

/** Node prints the whole line of an error that nobody caught. */
const lineLimit = 120

/** To open many files takes longer than to read more of one; to read what few need takes time as well. */
const sharedFile = './shared.js'
const sharedBy = 5
const largestShared = 60_000
/** What every command loads that looks at a database. */
const storeFile = './store.js'
const isStore = (entryPoint = '') => /(^|\/)db\/open-store\.ts$/.test(entryPoint)

/** It runs as long as its client does: what others load does not grow because it needs the same. */
const isLongRunning = (entryPoint = '') => /(^|\/)mcp[/.]/.test(entryPoint)

const { modules, packages } = await bundle()
const files = packMain(modules)
const buildId = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16)
const licences = { name: 'LICENSES.txt', text: await readLicences(await bundledOnly(packages)) }
await replaceOutput([...files, await bundleLauncher(buildId), licences])

/** ES modules first, because only those can be split, and then each as CommonJS: V8 keeps no compiled code of the others. */
async function bundle() {
  const { outputFiles, metafile } = await build({
    ...settings,
    entryPoints: { main: 'src/main.ts' },
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    metafile: true,
    // What the SDK takes where it is installed; tsx brings hooks that are files of their own.
    external: ['tsx', '@opentelemetry/*', 'winston', 'winston-transport', 'pg-native', 'pg-cloudflare'],
    plugins: [
      keepDemo,
      deferStringWidth,
      deferChalk,
      deferCryptography,
      silencePgpass,
      deferChildProcess,
      dropColorDetection,
      leaveValidator,
    ],
  })
  const facts = (file) => metafile.outputs[path.relative(root, file)]
  const isCommonJs = ({ entryPoint }) => metafile.inputs[entryPoint]?.format === 'cjs'
  const commonJs = outputFiles.map(({ path: file }) => file).filter((file) => isCommonJs(facts(file)))
  const modules = outputFiles.map(({ path: file, text }) => ({
    name: nameOf(file),
    text,
    isEntry: facts(file).entryPoint !== undefined,
    isLongRunning: isLongRunning(facts(file).entryPoint),
    isStore: isStore(facts(file).entryPoint),
    needs: facts(file)
      .imports.filter(({ kind, external }) => kind === 'import-statement' && !external)
      .map((imported) => nameOf(imported.path)),
  }))
  refuseCircles(modules)
  const fileOf = assignFiles(modules)
  /** The launcher finds the file before the mark. */
  const idOf = (name) => (fileOf.has(name) ? `${fileOf.get(name)}#${name}` : name)
  const place = (text) =>
    [...fileOf.keys()].reduce((placed, name) => placed.replaceAll(`"${name}"`, `"${idOf(name)}"`), text)
  return {
    packages: packagesOf(Object.keys(metafile.inputs)),
    modules: await Promise.all(
      modules.map(async ({ text, ...module }) => ({
        ...module,
        id: idOf(module.name),
        file: fileOf.get(module.name),
        code: await toCommonJs(place(text), new Set(commonJs.map(nameOf).map(idOf))),
      })),
    ),
  }
}

function packagesOf(inputs) {
  const names = inputs.map((file) => /(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1])
  return [...new Set(names.filter((name) => name !== undefined))].sort()
}

/** Of packages that come with the bundle alone: the others are installed beside it, with theirs. */
async function bundledOnly(names) {
  const packages = await readLock()
  return names.filter((name) => packages[`node_modules/${name}`]?.dev)
}

/** The files of those modules that are not alone in theirs, and not in main.js. */
function assignFiles(modules) {
  const always = closureOf(modules, './main.js')
  const shared = findShared(modules, always)
  const { name: store } = modules.find((module) => module.isStore)
  const ofStore = [...closureOf(modules, store)].filter((name) => !always.has(name))
  return new Map([...ofStore.map((name) => [name, storeFile]), ...shared.map((name) => [name, sharedFile])])
}

/** What many of the files need that are loaded one by one. */
function findShared(modules, always) {
  const closures = modules
    .filter((module) => module.isEntry && !module.isLongRunning)
    .map(({ name }) => closureOf(modules, name))
  return modules
    .filter(({ name, text, isEntry }) => !isEntry && !always.has(name) && text.length <= largestShared)
    .map(({ name }) => name)
    .filter((name) => closures.filter((closure) => closure.has(name)).length >= sharedBy)
}

/** Of those that need one another one would run before the other has exported anything. */
function refuseCircles(modules) {
  for (const { name, needs } of modules) {
    const circular = needs.find((needed) => closureOf(modules, needed).has(name))
    if (circular) throw new Error(`${name} and ${circular} need one another`)
  }
}

/** It and all that it needs. */
function closureOf(modules, start) {
  const byName = new Map(modules.map((module) => [module.name, module]))
  const closure = new Set([start])
  for (const name of closure) for (const needed of byName.get(name).needs) closure.add(needed)
  return closure
}

function nameOf(file) {
  return `./${path.basename(file)}`
}

async function toCommonJs(text, commonJs) {
  // A package that was CommonJS to begin with comes as its default export alone; Node gives its names too.
  const load = (_, name) =>
    `Promise.resolve(${commonJs.has(name) ? `{__proto__:require("${name}").default}` : `require("${name}")`})`
  const { absWorkingDir: _, bundle: __, outdir: ___, write: ____, ...options } = settings
  const { code } = await transform(text.replaceAll(/\bimport\("(\.\/[^"]+)"\)/g, load), {
    ...options,
    format: 'cjs',
    define: { 'import.meta.url': 'ownUrl', 'import.meta.dirname': 'ownDirectory' },
  })
  // Code that is compiled in this way may not import() by itself: Node warns of it.
  const deferred = deferBuiltIns(exportValues(code).replaceAll(/(?<![.\w$])import\(/g, 'importByNode('))
  const isUsed = (name) => code.includes(name)
  // Without the helpers that nothing calls any more.
  const { code: broken } = await transform(deferred, { ...options, treeShaking: true, lineLimit })
  return [
    // As if it were dist/main.js, where tsc puts what is at the heart of the bundle.
    isUsed('ownDirectory') ? 'const ownDirectory=require("node:path").dirname(__dirname);' : '',
    isUsed('ownUrl') ? 'const ownUrl=require("node:url").pathToFileURL(__dirname).href;' : '',
    toAscii(broken),
  ].join('')
}

/**
 * esbuild exports functions that give a value, twice over, and each is called whenever the value is used. Here nothing needs
 * a value before the module has run, because none of them needs one that needs it; what may change later stays a function.
 */
function exportValues(code) {
  const exported =
    /__export\(stdin_exports,\{((?:[\w$]+:\(\)=>[\w$.]+,?)*)\}\);module\.exports=__toCommonJS\(stdin_exports\);/
  const names = exported.exec(code)
  if (!names) {
    if (code.includes('__toCommonJS('))
      throw new Error(`esbuild exports in another way: ${code.slice(0, 2000)}`)
    return code
  }
  const entries = names[1].matchAll(/([\w$]+):\(\)=>([\w$.]+)/g)
  const properties = [...entries].map(([, name, value]) =>
    changes(code, value) ? `get ${name}(){return ${value}}` : `${name}:${value}`,
  )
  return `${code.replace(exported, '')};module.exports={${properties.join(',')}};`
}

/** Whether it may get a value later: of another module, of one that runs when it is first used, or given more than once. */
function changes(code, name) {
  if (name.includes('.') || code.includes('__esm(')) return true
  const quoted = name.replaceAll('$', '\\$')
  const assigned = new RegExp(
    `(?<![.\\w$])${quoted}(?:[-+*/%&|^<>?]{0,3}=(?![=>])|\\+\\+|--)|(?:\\+\\+|--)${quoted}(?![\\w$])`,
    'g',
  )
  return [...code.matchAll(assigned)].length > 1
}

/** The launcher reads bytes as they are. esbuild leaves what is in a tagged template or a regular expression as it was. */
function toAscii(code) {
  return code.replaceAll(
    /[^\0-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Node's own modules take milliseconds too: each is loaded when it is first used. */
function deferBuiltIns(code) {
  const names = []
  const deferred = code.replaceAll(
    /\b(import_\w+)=(?:__toESM\((require\("node:[^"]+"\))(?:,1)?\)|(require\("node:[^"]+"\)))/g,
    (_, name, whole, load) => {
      names.push(name)
      // With its default beside its names, and nothing copied.
      const loaded = whole ? `(whole=>({__proto__:whole,default:whole}))(${whole})` : load
      return `loaded_${name},${name}=()=>loaded_${name}??=${loaded}`
    },
  )
  const result = names.reduce((text, name) => text.replaceAll(`${name}.`, `(${name}()).`), deferred)
  for (const name of names) {
    // Such as `import * as`, handed on as a whole.
    const isLeft = new RegExp(`(?<![\\w$])${name}(?!\\(\\)|=|[\\w$])`).test(result)
    if (isLeft) throw new Error(`${name} is used in a way that cannot be deferred`)
  }
  return result
}

/** One file with all that every command needs, those with what many do, and one for each of the others: objects of modules by name. */
function packMain(modules) {
  const always = closureOf(modules, './main.js')
  const toFile = (name, packed) => ({ name, text: `({${packed.map(toFactory).join(',\n')}})` })
  return [
    toFile(
      './main.js',
      modules.filter(({ name }) => always.has(name)),
    ),
    ...[sharedFile, storeFile].map((name) =>
      toFile(
        name,
        modules.filter(({ file }) => file === name),
      ),
    ),
    ...modules
      .filter(({ name, file }) => !always.has(name) && file === undefined)
      .map((module) => toFile(module.name, [module])),
  ]
}

function toFactory({ id, code }) {
  return `${JSON.stringify(id)}(exports,require,module,__dirname,importByNode){${code}}`
}

async function bundleLauncher(id) {
  const { outputFiles } = await build({
    ...settings,
    entryPoints: { launch: 'src/launch/launch.ts' },
    format: 'cjs',
    lineLimit,
    define: { BUILD_ID: JSON.stringify(id) },
  })
  return { name: 'launch.cjs', text: outputFiles[0].text }
}

/** In one move, so that nobody loads one half of the old and one of the new. */
async function replaceOutput(files) {
  const next = `${output}.${process.pid}`
  await mkdir(next, { recursive: true })
  for (const { name, text } of files) await writeFile(path.join(next, name), text)
  await rm(output, { recursive: true, force: true })
  await rename(next, output)
}
