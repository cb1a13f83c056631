import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const repository = path.join(import.meta.dirname, '../..')
const {
  repository: _,
  bugs: __,
  homepage: ___,
  ...manifest
} = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8'))
const { version } = manifest

interface Clone {
  release(...args: readonly string[]): {
    readonly status: number | null
    readonly stdout: string
    readonly stderr: string
  }
  git(...args: readonly string[]): void
  change(file: string, change: (text: string) => string): void
}

/** What a release is made of, in a repository of its own with one commit. */
function createClone(): Clone {
  const folder = mkdtempSync(path.join(tmpdir(), 'drover-release-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const file of ['LICENSE', 'bin', 'build', 'packaging'])
    cpSync(path.join(repository, file), path.join(folder, file), { recursive: true })
  const write = (file: string, text: string) => writeFileSync(path.join(folder, file), text)
  write('package.json', JSON.stringify(manifest))
  write('CHANGELOG.md', '# Changelog\n\n## Unreleased\n\n### Added\n- One thing.\n\n## 0.0.1\n- Older.\n')
  const settings = ['user.name=a', 'user.email=a@b.c', 'commit.gpgsign=false', 'tag.gpgsign=false']
  const git = (...args: readonly string[]) =>
    void execFileSync('git', [...settings.flatMap((setting) => ['-c', setting]), ...args], { cwd: folder })
  git('init', '--quiet')
  git('add', '.')
  git('commit', '--quiet', '--message', 'all')
  return {
    git,
    release: (...args) =>
      spawnSync(process.execPath, ['build/release.js', ...args], { cwd: folder, encoding: 'utf8' }),
    change: (file, change) => write(file, change(readFileSync(path.join(folder, file), 'utf8'))),
  }
}

const reasons = {
  address: /package\.json has no repository, no bugs, no homepage: the address of the project belongs there/,
  notes: new RegExp(`CHANGELOG\\.md has no section "## ${version}"`),
  tree: /The tree is not clean: git status names 1 file\./,
  tag: new RegExp(`This commit has no tag v${version}`),
}

test('nothing is published without a tag on a clean tree, notes, and the address of the project', () => {
  const clone = createClone()
  const missing = () => {
    const { status, stdout, stderr } = clone.release()
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    return Object.entries(reasons).flatMap(([name, sentence]) => (sentence.test(stderr) ? [name] : []))
  }
  expect(missing()).toEqual(['address', 'notes', 'tag'])
  const url = 'https://example.com/drover'
  clone.change('package.json', (text) => {
    const addresses = { repository: `git+${url}.git`, bugs: url, homepage: url }
    return JSON.stringify({ ...JSON.parse(text), ...addresses })
  })
  expect(missing()).toEqual(['notes', 'tree', 'tag'])
  clone.change('CHANGELOG.md', (text) => text.replace('## Unreleased', `## ${version} - 2026-12-01`))
  clone.git('commit', '--quiet', '--all', '--message', 'release')
  expect(missing()).toEqual(['tag'])
  clone.git('tag', `v${version}`)
  const { status, stdout } = clone.release('--dry-run')
  expect({ status, end: stdout.trimEnd().split('\n').at(-1) }).toEqual({
    status: 0,
    end: 'Nothing keeps it from being released: npm run release',
  })
  clone.git('commit', '--quiet', '--allow-empty', '--message', 'later')
  expect(missing()).toEqual(['tag'])
})

test('a dry run prints version, notes, files, what it would run, and what is missing; nothing else is understood', () => {
  const clone = createClone()
  const { status, stdout, stderr } = clone.release('--dry-run')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain(
    `drover ${version}\n\nnotes, from CHANGELOG.md under "Unreleased"\n\n### Added\n- `,
  )
  expect(stdout).toMatch(/^files, in drover-\S+\.tgz: \d+ files, [\d.]+ MB packed, [\d.]+ MB unpacked$/m)
  expect(stdout).toContain(`it would run
  npm ci
  npm run check
  npm pack --pack-destination dist/release
  npm run build:exe
  npm publish dist/release/drover-${version}.tgz

not yet
  package.json has no repository`)
  expect(clone.release('--dryrun')).toMatchObject({ status: 2, stdout: '' })
})
