// Makes one file of Node and the bundle, for machines without Node: `npm run build:exe` leaves it in dist/executable, beside an
// archive with what belongs to it. The Node that runs this is the one that is in it, for the system and processor of this one.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { readLicences, readLock } from './licences.js'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '..')
const bundle = path.join(root, 'dist/bundle')
const output = path.join(root, 'dist/executable')
const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
const name = `drover-${version}-${process.platform}-${process.arch}`
const folder = path.join(output, name)
const executable = path.join(folder, process.platform === 'win32' ? 'drover.exe' : 'drover')
const isMac = process.platform === 'darwin'

/** What Node looks for in itself. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

requireAssets()
await rm(output, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
await makeExecutable()
await addDocuments()
await run('tar', ['-czf', `${name}.tar.gz`, name], { cwd: output })
for (const file of [executable, path.join(output, `${name}.tar.gz`)]) {
  const { size } = await stat(file)
  process.stdout.write(`${path.relative(root, file)}  ${Math.round(size / 1e6)} MB\n`)
}

/** An executable holds files since Node 20.12. */
function requireAssets() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 12)) return
  throw new Error(`Node ${process.versions.node} makes no such executable: 20.12 is the first that does.`)
}

async function makeExecutable() {
  const names = (await readdir(bundle)).filter((file) => file.endsWith('.js'))
  const files = await Promise.all(names.map(async (file) => [file, await readFile(path.join(bundle, file))]))
  const id = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16)
  const work = path.join(output, 'work')
  const program = path.join(work, 'program.cjs')
  await build({
    absWorkingDir: root,
    entryPoints: ['src/launch/executable.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    define: { BUILD_ID: JSON.stringify(id), VERSION: JSON.stringify(version) },
  })
  const config = {
    main: program,
    output: path.join(work, 'blob'),
    disableExperimentalSEAWarning: true,
    assets: Object.fromEntries(names.map((file) => [file, path.join(bundle, file)])),
  }
  await writeFile(path.join(work, 'config.json'), JSON.stringify(config))
  await run(process.execPath, ['--experimental-sea-config', path.join(work, 'config.json')])
  await copyFile(process.execPath, executable)
  await chmod(executable, 0o755)
  if (isMac) await run('codesign', ['--remove-signature', executable])
  // By its command line, whose warnings of sections without names are shown where it fails only.
  await run(process.execPath, [
    ...[fileURLToPath(import.meta.resolve('postject/dist/cli.js')), executable, 'NODE_SEA_BLOB'],
    ...[config.output, '--sentinel-fuse', fuse, ...(isMac ? ['--macho-segment-name', 'NODE_SEA'] : [])],
  ])
  if (isMac) await run('codesign', ['--sign', '-', executable])
  await rm(work, { recursive: true })
}

/** What `--help` and the README lead to, and whose code is in it. */
async function addDocuments() {
  for (const document of ['docs', 'examples', 'man', 'SKILL.md', 'README.md', 'CHANGELOG.md', 'LICENSE']) {
    await cp(path.join(root, document), path.join(folder, document), { recursive: true })
  }
  const packages = Object.entries(await readLock())
    .filter(([place, { dev, optional }]) => place !== '' && !dev && !optional)
    .map(([place]) => place.replace('node_modules/', ''))
  const line = `\n${'-'.repeat(78)}\n\n`
  const ours = await readFile(path.join(bundle, 'LICENSES.txt'), 'utf8')
  const texts = [await readNodeLicence(), await readLicences(packages), ours]
  await writeFile(path.join(folder, 'LICENSES.txt'), texts.join(line))
}

/** Where an archive of Node has it, or Debian. */
async function readNodeLicence() {
  const places = [path.join(process.execPath, '../../LICENSE'), '/usr/share/doc/nodejs/LICENSE']
  for (const place of places) {
    const text = await readFile(place, 'utf8').catch(() => undefined)
    if (text !== undefined) return `Node.js ${process.version}\n\n${text}`
  }
  throw new Error(
    `The licence of Node.js, which belongs to the executable, is in none of ${places.join(', ')}.`,
  )
}
