import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { FileWatch } from '../../src/core/run/reload.ts'
import { watchFiles } from '../../src/reload/watch-files.ts'
import { patience } from '../support/patience.ts'

/** A package whose module loads `src/app.ts` and `src/lib/price.ts`. */
async function openPackage(entry = 'src/app.ts') {
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'drover-watch-')))
  const at = (file: string) => path.join(root, file)
  const write = async (file: string, text = String(Math.random())) => {
    await mkdir(path.dirname(at(file)), { recursive: true })
    await writeFile(at(file), text)
  }
  await write('package.json', '{}')
  await write(entry)
  await write('src/lib/price.ts')
  await write('src/unused.ts')
  const watch = watchFiles(at(entry), (sentence) => {
    throw new Error(sentence)
  })
  onTestFinished(async () => {
    watch.close()
    await rm(root, { recursive: true })
  })
  const load = () => watch.add(at('src/lib/price.ts'))
  watch.begin()
  load()
  return { root, at, write, watch, load }
}

async function nextOf(watch: FileWatch, root: string): Promise<readonly string[] | undefined> {
  const change = await watch.next(AbortSignal.timeout(patience()))
  return change?.files.map((file) => path.relative(root, file)).sort()
}

/** Further changes of the same save may come in a second piece on a slow machine. */
async function untilChanged(watch: FileWatch, root: string, file: string): Promise<void> {
  for (;;) {
    const files = await nextOf(watch, root)
    if (!files) throw new Error(`${file} was never told of`)
    if (files.includes(file)) return
  }
}

test('a file that is written, replaced, deleted or moved with its folder has changed', async () => {
  const { root, at, write, watch } = await openPackage()
  await write('src/lib/price.ts')
  await untilChanged(watch, root, 'src/lib/price.ts')
  await write('src/lib/price.ts~')
  await rename(at('src/lib/price.ts~'), at('src/lib/price.ts'))
  await untilChanged(watch, root, 'src/lib/price.ts')
  await rm(at('src/app.ts'))
  await untilChanged(watch, root, 'src/app.ts')
  await write('src/app.ts')
  await untilChanged(watch, root, 'src/app.ts')
  await write('other/lib/price.ts')
  await write('other/app.ts')
  await rename(at('src'), at('old'))
  await rename(at('other'), at('src'))
  await untilChanged(watch, root, 'src/lib/price.ts')
  await write('src/lib/price.ts')
  await untilChanged(watch, root, 'src/lib/price.ts')
})

test('what the application does not load, and what lies in packages, is no change of it', async () => {
  const { root, write, watch } = await openPackage()
  await write('src/unused.ts')
  await write('node_modules/some/index.js')
  await write('README.md')
  await write('src/lib/price.ts')
  expect(await nextOf(watch, root)).toEqual(['src/lib/price.ts'])
})

test('what changed before it was known to be loaded counts, for the process that loads it', async () => {
  const { root, write, watch, load } = await openPackage()
  watch.begin()
  await write('src/lib/price.ts')
  await write('src/app.ts')
  await untilChanged(watch, root, 'src/app.ts')
  load()
  await untilChanged(watch, root, 'src/lib/price.ts')
})

test('where it could not start, a new file in a new folder may be what it misses', async () => {
  const { root, write, watch } = await openPackage()
  watch.widen()
  await write('src/new/deep/missing.ts')
  await untilChanged(watch, root, 'src/new/deep/missing.ts')
  await write('src/new/deep/missing.ts')
  await untilChanged(watch, root, 'src/new/deep/missing.ts')
})

test('a module that is built anew, folder and all, is watched on', async () => {
  const { root, at, write, watch } = await openPackage('dist/app.js')
  await rm(at('dist'), { recursive: true })
  await untilChanged(watch, root, 'dist/app.js')
  watch.begin()
  await write('dist/app.js')
  await untilChanged(watch, root, 'dist/app.js')
  await write('dist/app.js')
  await untilChanged(watch, root, 'dist/app.js')
})

test('a folder that is replaced between two looks is watched on', async () => {
  const { root, at, write, watch } = await openPackage('dist/app.js')
  for (let time = 0; time < 5; time++) {
    rmSync(at('dist'), { recursive: true })
    mkdirSync(at('dist'))
    writeFileSync(at('dist/app.js'), '')
    await untilChanged(watch, root, 'dist/app.js')
    watch.begin()
    await write('dist/app.js')
    await untilChanged(watch, root, 'dist/app.js')
  }
})

test('nobody is kept waiting who has had enough', async () => {
  const { watch } = await openPackage()
  const enough = new AbortController()
  const next = watch.next(enough.signal)
  enough.abort()
  expect(await next).toBeUndefined()
})
