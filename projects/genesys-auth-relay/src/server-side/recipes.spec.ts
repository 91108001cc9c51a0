import 'reflect-metadata';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { Controller, Get, Inject, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import express from 'express';
import Fastify from 'fastify';
import { SANDBOX_CLIENT, type Sandbox, createSandbox } from 'genesys-sandbox';
import { genesysAuthRelay } from '../fastify.ts';
import { type ServerTokenSource, createRelayHandler, createTokenSource } from '../index.ts';
import { ask, fromHere } from '../testing/ask.ts';
import { SECRET_ENV, configFor } from '../testing/config.ts';

interface Queue {
  readonly id: string;
  readonly name: string;
}

describe('recipes for servers', () => {
  let sandbox: Sandbox;
  let genesys: ServerTokenSource;
  beforeEach(async () => {
    process.env[SECRET_ENV] = SANDBOX_CLIENT.secret;
    sandbox = await createSandbox();
    genesys = await createTokenSource(source());
  });
  afterEach(async () => {
    await genesys.close();
    await sandbox.close();
  });
  const endpoints = () => ({ tokenEndpoint: `${sandbox.loginOrigin}/oauth/token`, apiOrigin: sandbox.apiOrigin });
  const client = { id: SANDBOX_CLIENT.id, secret: { env: SECRET_ENV } };
  const source = () => ({ genesys: { ...endpoints(), client }, scopes: ['routing:readonly'] });
  const api = async <T>(path: string, tokens: ServerTokenSource = genesys): Promise<T> => {
    const { authorization } = await tokens.token();
    const answer = await fetch(`${sandbox.apiOrigin}${path}`, { headers: { authorization } });
    if (!answer.ok) throw new Error(`HTTP status ${answer.status}`);
    return (await answer.json()) as T;
  };
  const queues = async () => (await api<{ entities: Queue[] }>('/api/v2/routing/queues')).entities;
  const listening = (server: Server) =>
    new Promise<string>((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      })
    );

  it('Apollo: a batch of 50 resolvers makes one token request', async () => {
    const typeDefs = 'type Queue { id: ID! name: String! } type Query { queue(id: ID!): Queue }';
    const resolvers = {
      Query: {
        queue: (_parent: unknown, { id }: { id: string }, context: { genesys: ServerTokenSource }) =>
          api<Queue>(`/api/v2/routing/queues/${id}`, context.genesys)
      }
    };
    const [{ id } = { id: '' }] = await queues();
    // A gateway that has just started.
    const fresh = await createTokenSource(source());
    const before = sandbox.tokenRequestCount();
    const server = new ApolloServer<{ genesys: ServerTokenSource }>({ typeDefs, resolvers });
    const fields = Array.from({ length: 50 }, (_, index) => `q${index}: queue(id: "${id}") { id name }`);
    const answer = await server.executeOperation(
      { query: `{ ${fields.join(' ')} }` },
      { contextValue: { genesys: fresh } }
    );
    const result = answer.body.kind === 'single' ? answer.body.singleResult : undefined;
    expect(result?.errors).toBeUndefined();
    expect(Object.keys(result?.data ?? {})).toHaveLength(50);
    expect(sandbox.tokenRequestCount()).toBe(before + 1);
    await server.stop();
    await fresh.close();
  });

  it('Express 5: its own route beside the relay', async () => {
    const relay = await createRelayHandler(configFor(endpoints(), {}, { client }));
    const app = express();
    app.get('/queues', async (_request, response) => {
      response.json((await queues()).map(({ name }) => name));
    });
    app.use('/genesys', relay.handler);
    const server = createServer(app);
    const url = await listening(server);
    const names: unknown = await (await fetch(`${url}/queues`)).json();
    expect(names).toContainEqual(expect.any(String));
    expect((await ask(`${url}/genesys/token`, fromHere({ scopes: ['analytics'] }))).status).toBe(200);
    await relay.close();
    server.closeAllConnections();
    server.close();
  });

  it('Nest 11: a provider, a controller, and the relay as middleware', async () => {
    const TOKENS = Symbol('Genesys tokens');
    // The decorators of the documentation, written as calls: this package is compiled without them.
    class QueuesController {
      readonly #tokens: ServerTokenSource;
      constructor(tokens: ServerTokenSource) {
        this.#tokens = tokens;
      }
      async names(): Promise<string[]> {
        const { entities } = await api<{ entities: Queue[] }>('/api/v2/routing/queues', this.#tokens);
        return entities.map(({ name }) => name);
      }
    }
    class AppModule {}
    Inject(TOKENS)(QueuesController, undefined, 0);
    const names = Object.getOwnPropertyDescriptor(QueuesController.prototype, 'names');
    Get('queues')(QueuesController.prototype, 'names', names ?? {});
    Controller()(QueuesController);
    Module({
      controllers: [QueuesController],
      providers: [{ provide: TOKENS, useFactory: () => createTokenSource(source()) }]
    })(AppModule);

    Logger.overrideLogger(false);
    const relay = await createRelayHandler(configFor(endpoints(), {}, { client }));
    const app = await NestFactory.create(AppModule);
    app.use('/genesys', relay.handler);
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    expect(await (await fetch(`${url}/queues`)).json()).toContainEqual(expect.any(String));
    expect((await ask(`${url}/genesys/token`, fromHere({ scopes: ['analytics'] }))).status).toBe(200);
    await app.get<ServerTokenSource>(TOKENS).close();
    await relay.close();
    await app.close();
  });

  it('Fastify 5: its own route, and the relay as a plugin', async () => {
    const app = Fastify();
    app.get('/queues', async () => (await queues()).map(({ name }) => name));
    await app.register(genesysAuthRelay, { prefix: '/genesys', config: configFor(endpoints(), {}, { client }) });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    expect(await (await fetch(`${url}/queues`)).json()).toContainEqual(expect.any(String));
    expect((await ask(`${url}/genesys/token`, fromHere({ scopes: ['analytics'] }))).status).toBe(200);
    await app.close();
  });
});
