import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { runDrover } from '../support/drover-process.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'
import { installPackages } from './sdk-cache.ts'

/** Applications as their frameworks make them, in a database that drover did not create. */
const packages = {
  '@dbos-inc/dbos-sdk': '5.3.0',
  '@nestjs/common': '11.1.6',
  '@nestjs/core': '11.1.6',
  '@nestjs/platform-express': '11.1.6',
  fastify: '5.12.8',
  'reflect-metadata': '0.2.2',
  rxjs: '7.8.2',
}

/** As `tsc` emits it, with the types of constructors. */
const nest = `
require('reflect-metadata')
const { ConfiguredInstance, DBOS } = require('@dbos-inc/dbos-sdk')
const { Injectable, Module } = require('@nestjs/common')
const { NestFactory } = require('@nestjs/core')
class Mailer { greet(who) { return 'hello ' + who } }
Injectable()(Mailer)
class Greeter extends ConfiguredInstance {
  constructor(mailer) { super('main'); this.mailer = mailer }
  async hello(who) { return await DBOS.runStep(async () => this.mailer.greet(who), { name: 'greet' }) }
}
const method = Object.getOwnPropertyDescriptor(Greeter.prototype, 'hello')
Object.defineProperty(Greeter.prototype, 'hello', DBOS.workflow()(Greeter.prototype, 'hello', method) ?? method)
Reflect.defineMetadata('design:paramtypes', [Mailer], Greeter)
Injectable()(Greeter)
class AppModule {}
Module({ providers: [Mailer, Greeter] })(AppModule)
async function bootstrap() {
  const app = await NestFactory.create(AppModule, { logger: false })
  DBOS.setConfig({ name: 'shop', applicationVersion: '0.2.0', systemDatabaseUrl: process.env.DBOS_SYSTEM_DATABASE_URL })
  await DBOS.launch()
  await app.listen(0)
}
void bootstrap()`

const fastify = `
import { DBOS } from '@dbos-inc/dbos-sdk'
import Fastify from 'fastify'
DBOS.registerWorkflow(async (who) => 'hello ' + who, { name: 'hello' })
DBOS.setConfig({ name: 'shop', applicationVersion: '0.2.0', systemDatabaseUrl: process.env.DBOS_SYSTEM_DATABASE_URL })
await DBOS.launch()
await Fastify().listen({ port: 0 })`

let home: string
let database: TestDatabase
beforeAll(async () => {
  home = await createHome()
  database = await createTestDatabase({ own: false })
  const installed = await installPackages('frameworks', packages)
  await symlink(path.join(installed, 'node_modules'), path.join(home, 'node_modules'))
  await mkdir(path.join(home, 'dist'))
  await writeFile(path.join(home, 'dist/main.cjs'), nest)
  await writeFile(path.join(home, 'web.mjs'), fastify)
  await database.query(
    `insert into dbos.application_versions (version_id, version_name, application_name) values ('1', '0.1.0', 'shop')`,
  )
})
afterAll(async () => {
  await database?.drop()
  await removeHome(home)
})

test.each([
  ['NestJS with dependency injection', 'dist/main.cjs'],
  ['fastify', 'web.mjs'],
])('an application with %s runs as its own version, and the latest one stays', async (_, app) => {
  const drover = (line: string) =>
    runDrover([...line.split(' '), '--db-url', database.target.url], { home, cwd: home })
  expect(await drover(`run hello bob --app ${app}`)).toMatchObject({ code: 0, stdout: '"hello bob"\n' })
  const versions = JSON.parse((await drover('versions -o json')).stdout)
  expect(versions).toMatchObject([
    { version: '0.1.0', isLatest: true },
    { version: '0.2.0', isLatest: false },
  ])
})
