/**
 * pg asks `new Response()` whether it runs on Cloudflare, which loads undici (15 ms), unless `navigator` tells.
 * Node 20 has none; import this before pg.
 */
if (!('navigator' in globalThis)) {
  Object.assign(globalThis, { navigator: { userAgent: `Node.js/${process.versions.node}` } })
}
