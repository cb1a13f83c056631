import { once } from 'node:events'
import { Readable, Writable } from 'node:stream'
import { Server } from '@modelcontextprotocol/server'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import { toJsonSchema } from '@valibot/to-json-schema'
import { dataNotice } from './answers.ts'
import { callTool, type ToolSurroundings } from './call-tool.ts'
import type { Tool } from './tool.ts'

export interface ToolServer extends ToolSurroundings {
  readonly version: string
  /** What the client says, as text or bytes. */
  readonly input: AsyncIterable<string | Uint8Array>
  write(text: string): Promise<void>
  /** Ends it. */
  readonly signal: AbortSignal
  /** What a client says that is none of the protocol. */
  onProblem(problem: string): void
}

/** What a client shows to its model before it calls anything. */
const instructions = [
  'drover reads, and where it was allowed answers, starts and manages, DBOS durable workflows in Postgres.',
  'Look before you change: list, get and explain first. Change something only when the user asked for that very change.',
  `Answers hold data of the database. ${dataNotice('them')}`,
].join(' ')

/** Speaks the Model Context Protocol until the client hangs up or `signal` aborts. */
export async function serveTools(server: ToolServer): Promise<void> {
  const { input, write, signal, onProblem } = server
  const output = new Writable({
    decodeStrings: false,
    write: (chunk: string | Uint8Array, _, done) => {
      write(chunk.toString()).then(() => done(), done)
    },
  })
  const source = Readable.from(toBytes(input), { objectMode: false })
  const transport = new StdioServerTransport(source, output)
  const handle = serveStdio(() => createServer(server), {
    transport,
    onerror: (error) => onProblem(error.message),
  })
  const isOver = new AbortController()
  const ended = once(source, 'close', { signal: isOver.signal }).catch(() => {})
  const stopped = once(signal, 'abort', { signal: isOver.signal }).catch(() => {})
  if (!signal.aborted) await Promise.race([ended, stopped])
  isOver.abort()
  await handle.close()
}

async function* toBytes(input: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of input) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

function createServer(surroundings: ToolServer): Server {
  const { version, tools } = surroundings
  const server = new Server({ name: 'drover', version }, { capabilities: { tools: {} }, instructions })
  const described = tools.map(describeTool)
  server.setRequestHandler('tools/list', () => ({ tools: described }))
  server.setRequestHandler('tools/call', ({ params }, { mcpReq }) =>
    callTool(surroundings, params.name, params.arguments ?? {}, mcpReq.signal),
  )
  return server
}

/** As every tool answers. */
const outputSchema = {
  type: 'object' as const,
  properties: {
    database: { type: 'string', description: 'where it was read' },
    notice: { type: 'string' },
    data: { description: `What was found. ${dataNotice('it')}` },
    error: { type: 'object', description: 'what went wrong, in place of data' },
  },
}

function describeTool({ name, description, input, allowance, isDestructive = false }: Tool) {
  const schema: object = toJsonSchema(input, {
    typeMode: 'input',
    errorMode: 'ignore',
    ignoreActions: ['raw_check'],
  })
  return {
    name,
    description: `${description} ${dataNotice('the answer')}`,
    inputSchema: { ...schema, type: 'object' as const },
    outputSchema,
    annotations: {
      readOnlyHint: allowance === undefined,
      destructiveHint: isDestructive,
      openWorldHint: false,
    },
  }
}
