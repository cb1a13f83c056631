#!/usr/bin/env node
let launched
try {
  launched = require('../dist/bundle/launch.cjs')
} catch (error) {
  // Not of something that it loads itself.
  if (error.requireStack?.[0] !== __filename) throw error
  const folder = require('node:path').dirname(__dirname)
  process.stderr.write(`error: drover is not built: ${folder} is a clone in which nothing was run yet.\n`)
  process.stderr.write(`hint: npm run build --prefix '${folder.replaceAll("'", String.raw`'\''`)}'\n`)
  process.exit(2)
}
launched.launch(process.argv.slice(2))
