import type { CommandGroup } from './listed-command.ts'

export const serveGroup: CommandGroup = {
  title: 'Serve:',
  commands: [
    {
      name: 'serve',
      usage: '',
      summary: 'serve workflows over HTTP: start, watch, answer, read',
      load: async () => (await import('./serve/serve.ts')).serveCommand,
    },
    {
      name: 'link',
      usage: '<wait>',
      summary: 'make a link that answers one wait, for a phone or a mail',
      load: async () => (await import('./serve/link.ts')).linkCommand,
    },
    {
      name: 'metrics',
      usage: '',
      summary: 'print figures once, for the textfile collector of Prometheus',
      load: async () => (await import('./serve/metrics.ts')).metricsCommand,
    },
    {
      name: 'mcp',
      usage: '',
      summary: 'serve tools to an agent, over the Model Context Protocol on stdin and stdout',
      load: async () => (await import('./serve/mcp.ts')).mcpCommand,
    },
    {
      name: 'token',
      usage: '',
      summary: 'tokens that open the gateway: create, list, revoke',
      load: async () => (await import('./serve/token.ts')).tokenCommand,
    },
  ],
}
