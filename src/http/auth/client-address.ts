import type { Access, GatewayContext } from '../gateway-parts.ts'

/** Who asks, by address; what a proxy says of it counts only of the one that is trusted. */
export function clientAddress({ env, req }: GatewayContext, { trustedProxy }: Access): string {
  const peer = withoutMapping(env?.incoming?.socket.remoteAddress ?? 'unknown')
  if (trustedProxy === undefined || peer !== withoutMapping(trustedProxy)) return peer
  const [last = peer] = (req.header('X-Forwarded-For') ?? '')
    .split(',')
    .map((part) => part.trim())
    .reverse()
  return last === '' ? peer : last
}

/** `::ffff:127.0.0.1` is an address of IPv4. */
function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}
