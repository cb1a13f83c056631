import Module, { register } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { MessageChannel } from 'node:worker_threads'

/** Hears of each file of the application's own that is about to be loaded, by its path. */
export type OnFile = (file: string) => void

/** In the bundle that of all that drover is made of. */
const ownFolder = import.meta.dirname

/** Calls back with what an import names, unless it is a package's or drover's own. */
export function reportImport(url: string, onFile: OnFile): void {
  const [place = ''] = url.split('?', 1)
  if (!place.startsWith('file:') && !path.isAbsolute(place)) return
  const file = place.startsWith('file:') ? fileURLToPath(place) : place
  if (!file.includes(`${path.sep}node_modules${path.sep}`) && !file.startsWith(ownFolder + path.sep))
    onFile(file)
}

/** From now on, for all of this process; of ES modules only where nothing else tells. */
export function reportFiles(onFile: OnFile, { esModules }: { readonly esModules: boolean }): void {
  reportRequired(onFile)
  if (esModules) reportImported(onFile)
}

interface Loads {
  load(filename: string): unknown
}

function reportRequired(onFile: OnFile): void {
  const { prototype } = Module as unknown as { readonly prototype: Loads }
  const { load } = prototype
  prototype.load = function (filename) {
    reportImport(filename, onFile)
    return load.call(this, filename)
  }
}

/** Hooks run on a thread of their own. */
const hooks = `
let port
export function initialize(given) { port = given.port }
export function load(url, context, nextLoad) {
  port.postMessage(url)
  return nextLoad(url, context)
}`

function reportImported(onFile: OnFile): void {
  const { port1, port2 } = new MessageChannel()
  port1.on('message', (url: string) => reportImport(url, onFile))
  port1.unref()
  register(`data:text/javascript,${encodeURIComponent(hooks)}`, {
    parentURL: import.meta.url,
    data: { port: port2 },
    transferList: [port2],
  })
}
