// Releases the version of package.json: `npm run release`, or `npm run release -- --dry-run` to see what that is. It publishes
// nothing but a commit that has its tag, from a clean tree.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const folder = 'dist/release'
const manifest = JSON.parse(read('package.json'))
const { version } = manifest
const tarball = `${folder}/drover-${version}.tgz`
const preparing = [
  ['npm', 'ci'],
  ['npm', 'run', 'check'],
  ['npm', 'pack', '--pack-destination', folder],
  ['npm', 'run', 'build:exe'],
]
const publishing = ['npm', 'publish', tarball]

const [flag, ...others] = process.argv.slice(2)
if (others.length > 0 || (flag !== undefined && flag !== '--dry-run')) {
  fail(2, [`There is no ${[flag, ...others].join(' ')} here: --dry-run is all that it takes.`])
}
const notes = readNotes()
const obstacles = findObstacles()
if (flag === '--dry-run') {
  print(describe())
} else if (obstacles.length > 0) {
  fail(1, obstacles)
} else {
  release()
}

/** What keeps this commit from being released, each with what to do. */
function findObstacles() {
  const changed = git('status', '--porcelain').split('\n').filter(Boolean)
  const tags = git('tag', '--points-at', 'HEAD').split('\n')
  const missing = ['repository', 'bugs', 'homepage'].filter((key) => !manifest[key])
  return [
    missing.length > 0 &&
      `package.json has no ${missing.join(', no ')}: the address of the project belongs there before anything is published.`,
    !notes.isOwn &&
      `CHANGELOG.md has no section "## ${version}": give "## Unreleased" that name, and begin a new one above it.`,
    changed.length > 0 && `The tree is not clean: git status names ${count(changed.length, 'file')}.`,
    !tags.includes(`v${version}`) && `This commit has no tag v${version}: git tag v${version}`,
  ].filter(Boolean)
}

/** The section of this version, or of what has none yet. */
function readNotes() {
  const sections = new Map(
    read('CHANGELOG.md')
      .split(/^## /m)
      .slice(1)
      .map((section) => [/^[^\s]*/.exec(section)[0], section.replace(/^.*\n+/, '').trimEnd()]),
  )
  const own = sections.get(version)
  return { isOwn: own !== undefined, text: own ?? sections.get('Unreleased') ?? '' }
}

function describe() {
  const [{ files, size, unpackedSize }] = JSON.parse(
    run('npm', 'pack', '--dry-run', '--json', '--ignore-scripts'),
  )
  const tops = new Map()
  for (const file of files) {
    const [top] = file.path.split('/')
    tops.set(top, (tops.get(top) ?? 0) + 1)
  }
  return [
    `drover ${version}`,
    '',
    `notes, from CHANGELOG.md under "${notes.isOwn ? version : 'Unreleased'}"`,
    '',
    notes.text,
    '',
    `files, in drover-${version}.tgz: ${count(files.length, 'file')}, ${megabytes(size)} packed, ${megabytes(unpackedSize)} unpacked`,
    ...[...tops].sort().map(([top, number]) => `  ${top.padEnd(14)}${number}`),
    `beside it in ${folder}: the executable of this system, notes.md, drover.rb for Homebrew, SHA256SUMS`,
    '',
    'it would run',
    ...[...preparing, publishing].map((words) => `  ${words.join(' ')}`),
    '',
    ...(obstacles.length === 0
      ? ['Nothing keeps it from being released: npm run release']
      : ['not yet', ...obstacles.map((one) => `  ${one}`)]),
  ].join('\n')
}

function release() {
  rmSync(path.join(root, folder), { recursive: true, force: true })
  mkdirSync(path.join(root, folder), { recursive: true })
  for (const step of preparing) perform(step)
  for (const archive of readdirSync(path.join(root, 'dist/executable')).filter((name) =>
    name.endsWith('.gz'),
  )) {
    renameSync(path.join(root, 'dist/executable', archive), path.join(root, folder, archive))
  }
  write('notes.md', `${notes.text}\n`)
  write('drover.rb', fillFormula())
  const sums = readdirSync(path.join(root, folder)).map((name) => `${hash(`${folder}/${name}`)}  ${name}\n`)
  write('SHA256SUMS', sums.join(''))
  perform(publishing)
  print(`drover ${version} is published. What else belongs to it is in ${folder}.`)
}

function fillFormula() {
  return read('packaging/homebrew/drover.rb')
    .replace(/^#.*\n/gm, '')
    .replaceAll('VERSION', version)
    .replaceAll('HOMEPAGE', manifest.homepage)
    .replaceAll('SHA256', hash(tarball))
}

function read(file) {
  return readFileSync(path.join(root, file), 'utf8')
}

function write(name, text) {
  writeFileSync(path.join(root, folder, name), text)
}

function hash(file) {
  return createHash('sha256')
    .update(readFileSync(path.join(root, file)))
    .digest('hex')
}

function git(...args) {
  return run('git', ...args)
}

function run(program, ...args) {
  return execFileSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 })
}

/** Shown while it runs; what fails ends it. */
function perform([program, ...args]) {
  print(`\n$ ${[program, ...args].join(' ')}`)
  execFileSync(program, args, { cwd: root, stdio: 'inherit' })
}

function count(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

function print(text) {
  process.stdout.write(`${text}\n`)
}

function fail(code, lines) {
  process.stderr.write(lines.map((line) => `error: ${line}\n`).join(''))
  process.exit(code)
}
