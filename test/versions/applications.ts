/** Applications as their owners write them: each registers `hello` and `order`, and the queue `work` once it is launched. */
export interface Application {
  readonly what: string
  readonly files: Readonly<Record<string, string>>
  /** The module of its own start, and of `--app`. */
  readonly entry: string
  /** Instead of those of all. */
  readonly packages?: Readonly<Record<string, string>>
}

export const packages = {
  '@dbos-inc/dbos-sdk': '5.3.0',
  '@nestjs/common': '11.1.6',
  '@nestjs/core': '11.1.6',
  '@nestjs/platform-express': '11.1.6',
  fastify: '5.12.8',
  'reflect-metadata': '0.2.2',
  rxjs: '7.8.2',
}

const config = `{
  name: 'shop',
  applicationVersion: '1.0.0',
  systemDatabaseUrl: process.env.DBOS_SYSTEM_DATABASE_URL,
  runAdminServer: false,
}`
const launch = `DBOS.setConfig(${config}); await DBOS.launch(); await DBOS.registerQueue('work')`
const dbos = `import { DBOS } from '@dbos-inc/dbos-sdk'`
const hello = `DBOS.registerWorkflow(async (who) => 'hello ' + who, { name: 'hello' })`
const order = `DBOS.registerWorkflow(async (item) => {
  const price = await DBOS.runStep(async () => item.length, { name: 'price' })
  const answer = await DBOS.recv('decision', 600)
  return await DBOS.runStep(async () => item + ' for ' + price + ': ' + answer, { name: 'ship' })
}, { name: 'order' })`

const workflowsOfNest = `
  async hello(who) { return await DBOS.runStep(async () => this.mailer.greet(who), { name: 'greet' }) }
  async order(item) {
    const price = await DBOS.runStep(async () => item.length, { name: 'price' })
    const answer = await DBOS.recv('decision', 600)
    return await DBOS.runStep(async () => item + ' for ' + price + ': ' + answer, { name: 'ship' })
  }`

const bootstrap = `
async function bootstrap() {
  const app = await NestFactory.create(AppModule, { logger: false })
  ${launch}
  await app.listen(0)
}
void bootstrap()`

/** As `tsc` emits it, with the types of constructors. */
const builtNest = `
require('reflect-metadata')
const { ConfiguredInstance, DBOS } = require('@dbos-inc/dbos-sdk')
const { Injectable, Module } = require('@nestjs/common')
const { NestFactory } = require('@nestjs/core')
class Mailer { greet(who) { return 'hello ' + who } }
Injectable()(Mailer)
class Greeter extends ConfiguredInstance {
  constructor(mailer) { super('main'); this.mailer = mailer }
  ${workflowsOfNest}
}
for (const name of ['hello', 'order']) {
  const method = Object.getOwnPropertyDescriptor(Greeter.prototype, name)
  Object.defineProperty(Greeter.prototype, name, DBOS.workflow()(Greeter.prototype, name, method) ?? method)
}
Reflect.defineMetadata('design:paramtypes', [Mailer], Greeter)
Injectable()(Greeter)
class AppModule {}
Module({ providers: [Mailer, Greeter] })(AppModule)
${bootstrap}`

/** In TypeScript, where `injected` decorates what is injected. */
const nestSource = (injected: string) => `
import 'reflect-metadata'
import { ConfiguredInstance, DBOS } from '@dbos-inc/dbos-sdk'
import { Inject, Injectable, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
@Injectable() class Mailer { greet(who: string) { return 'hello ' + who } }
@Injectable() class Greeter extends ConfiguredInstance {
  constructor(${injected} private readonly mailer: Mailer) { super('main') }
  ${workflowsOfNest.replaceAll(/async (hello|order)\((\w+)\)/g, '@DBOS.workflow() async $1($2: string)')}
}
@Module({ providers: [Mailer, Greeter] }) class AppModule {}
${bootstrap}`

const compilerOptions = (more: object) =>
  JSON.stringify({
    compilerOptions: { module: 'commonjs', target: 'es2022', experimentalDecorators: true, ...more },
  })

export const undecoratedNest: Application = {
  what: 'NestJS from TypeScript, which counts on the types of constructors',
  entry: 'main.ts',
  files: {
    'main.ts': nestSource(''),
    'tsconfig.json': compilerOptions({ emitDecoratorMetadata: true }),
    'package.json': '{"name": "shop", "type": "commonjs"}',
  },
}

export const applications: readonly Application[] = [
  { what: 'NestJS, as built', entry: 'dist/main.cjs', files: { 'dist/main.cjs': builtNest } },
  {
    what: 'NestJS from TypeScript, where @Inject says what is injected',
    entry: 'main.ts',
    files: {
      'main.ts': nestSource('@Inject(Mailer)'),
      'tsconfig.json': compilerOptions({}),
      'package.json': '{"name": "shop", "type": "commonjs"}',
    },
  },
  {
    what: 'fastify',
    entry: 'web.mjs',
    files: {
      'web.mjs': `${dbos}\nimport Fastify from 'fastify'\n${hello}\n${order}\n${launch}\nawait Fastify().listen({ port: 0 })`,
    },
  },
  {
    what: 'a data source of Prisma, beside SDK 5.1',
    entry: 'data.mjs',
    // None that is published works beside SDK 5.2 and later.
    packages: { '@dbos-inc/dbos-sdk': '5.1.10', '@dbos-inc/prisma-datasource': '5.1.10', pg: '8.23.1' },
    files: {
      'data.mjs': `${dbos}
import { PrismaDataSource } from '@dbos-inc/prisma-datasource'
import pg from 'pg'
const pool = new pg.Pool({ connectionString: process.env.SHOP_DATABASE_URL, max: 2 })
// What the data source uses of a client that Prisma generates.
const prismaOn = (connection) => ({
  $queryRawUnsafe: async (sql, ...values) => (await connection.query(sql, values)).rows,
  $executeRawUnsafe: async (sql, ...values) => (await connection.query(sql, values)).rowCount,
})
const prisma = {
  ...prismaOn(pool),
  $transaction: async (use) => {
    const connection = await pool.connect()
    try {
      await connection.query('begin')
      const result = await use(prismaOn(connection))
      await connection.query('commit')
      return result
    } catch (error) {
      await connection.query('rollback')
      throw error
    } finally {
      connection.release()
    }
  },
}
const shop = new PrismaDataSource('shop', prisma)
const greet = shop.registerTransaction(
  async (who) => (await shop.client.$queryRawUnsafe("select 'hello ' as text"))[0].text + who,
  { name: 'greet' },
)
DBOS.registerWorkflow(async (who) => greet(who), { name: 'hello' })
${order}
${launch}`,
    },
  },
  {
    what: 'a function that registers after two awaits',
    entry: 'late.mjs',
    files: {
      'late.mjs': `${dbos}
const register = () => { ${hello}; ${order} }
async function main() {
  await new Promise((resolve) => setTimeout(resolve, 100))
  await import('node:dns')
  register()
  ${launch}
}
void main()`,
    },
  },
  {
    what: 'a monorepo with path aliases and a package of its workspace',
    entry: 'apps/api/src/main.ts',
    files: {
      'package.json': '{"name": "monorepo", "private": true, "workspaces": ["apps/*", "packages/*"]}',
      'apps/api/package.json': '{"name": "@shop/api", "private": true}',
      'apps/api/tsconfig.json': compilerOptions({ paths: { '@api/*': ['./src/*'] } }),
      'apps/api/src/workflows/index.ts': `${dbos}\nimport { greet } from '@shop/greetings'
${hello.replace("'hello ' + who", 'greet(who)').replace('(who)', '(who: string)')}
${order.replace('(item)', '(item: string)')}`,
      'apps/api/src/main.ts': `${dbos}\nimport '@api/workflows'\nasync function main() { ${launch} }\nvoid main()`,
      'apps/api/node_modules/@shop/greetings/package.json':
        '{"name": "@shop/greetings", "main": "src/index.ts"}',
      'apps/api/node_modules/@shop/greetings/src/index.ts': `export const greet = (who: string) => 'hello ' + who`,
    },
  },
]
