import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { Client, type Transport } from '@modelcontextprotocol/client'
import { patience } from './patience.ts'

export interface McpClient {
  /** What a tool answers. */
  call(name: string, input?: Record<string, unknown>): Promise<McpAnswer>
  tools(): Promise<readonly McpTool[]>
  /** Lines of the server that are none of the protocol. */
  readonly noise: readonly string[]
  /** Says this as it is, whatever it is. */
  say(text: string): void
  /** Hangs up. */
  close(): Promise<void>
}

export interface McpTool {
  readonly name: string
  readonly description?: string | undefined
  readonly inputSchema: object
  readonly annotations?: { readonly readOnlyHint?: boolean; readonly destructiveHint?: boolean } | undefined
}

export interface McpAnswer {
  readonly text: string
  readonly isError: boolean
  readonly data: unknown
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
}

/** The SDK's own client on the stdin and the stdout of a server. */
export async function connectMcpClient(stdin: Writable, stdout: Readable): Promise<McpClient> {
  const noise: string[] = []
  const transport: Transport = {
    start: async () => {
      createInterface({ input: stdout }).on('line', (line) => {
        try {
          transport.onmessage?.(JSON.parse(line))
        } catch {
          noise.push(line)
        }
      })
    },
    send: async (message) => void stdin.write(`${JSON.stringify(message)}\n`),
    close: async () => {
      stdin.end()
      transport.onclose?.()
    },
  }
  const client = new Client({ name: 'test', version: '1' })
  const options = { timeout: patience() }
  await client.connect(transport, options)
  return {
    noise,
    say: (text) => void stdin.write(text),
    close: () => client.close(),
    tools: async () => (await client.listTools({}, options)).tools,
    call: async (name, input = {}) => {
      const result = await client.callTool({ name, arguments: input }, options)
      const [first] = result.content
      const { data, error } = (result.structuredContent ?? {}) as Pick<McpAnswer, 'data' | 'error'>
      return {
        text: first?.type === 'text' ? first.text : '',
        isError: result.isError === true,
        data,
        ...(error && { error }),
      }
    },
  }
}
