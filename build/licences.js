import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')

/** The licences of these packages as one text, such as goes with what holds their code. Throws for one without any. */
export async function readLicences(names) {
  const packages = await readLock()
  const texts = names.map(async (name) => {
    const folder = path.join(root, 'node_modules', name)
    const { version, license } = packages[`node_modules/${name}`]
    const text = await readLicence(folder)
    if (text === undefined) throw new Error(`${name} has no licence that could be shipped with it`)
    return `${name} ${version} (${license})\n\n${text}`
  })
  return (await Promise.all(texts)).join(`\n${'-'.repeat(78)}\n\n`)
}

/** A file of its own, or the end of what it says of itself. */
async function readLicence(folder) {
  const files = await readdir(folder)
  const own = files.find((file) => /^licen[cs]e/i.test(file))
  if (own) return readFile(path.join(folder, own), 'utf8')
  const readme = files.find((file) => /^readme/i.test(file))
  return readme && /^#+ licen[cs]e\b.*/ims.exec(await readFile(path.join(folder, readme), 'utf8'))?.[0]
}

/** What package-lock.json says of each package, by its path. */
export async function readLock() {
  return JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8')).packages
}
