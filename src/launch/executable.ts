// The program of the single executable (build/executable.js): the same bundle, from within it.
import { getAsset } from 'node:sea'
import { launch } from './launch.ts'

/** Of package.json, put in by the build. */
declare const VERSION: string

void launch(process.argv.slice(2), {
  read: (name) => getAsset(name, 'utf8'),
  version: VERSION,
  isExecutable: true,
})
