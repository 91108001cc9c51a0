import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GENESYS_REGIONS } from 'genesys-auth-protocol';
import { ANSWERS, failure, ngAdd, workspace } from '../testing/workspace';

describe('ng add, its questions', () => {
  it('offers the regions that there are', () => {
    const { properties } = JSON.parse(readFileSync(join(__dirname, 'schema.json'), 'utf8'));
    const offered = properties.region['x-prompt'].items.map(({ value }: { value: string }) => value);
    expect(offered).toEqual(GENESYS_REGIONS.map(({ domain }) => domain));
  });

  it.each([
    [{ region: 'mypurecloud.dee' }, /no region "mypurecloud.dee". Did you mean "mypurecloud.de"\?/],
    [{ region: 'https://apps.mypurecloud.de/' }, /Did you mean "mypurecloud.de"\?/],
    [{ region: 'atlantis' }, /no region "atlantis". There are: mypurecloud.com, /],
    [{ region: undefined }, /region is missing.*--region=mypurecloud.de/],
    [{ region: undefined, apiOrigin: 'localhost:4211' }, /"localhost:4211" is not an origin/],
    [{ relay: 'genesys' }, /"genesys" is not an address of a relay/],
    [{ relay: '//evil.example' }, /not an address of a relay/],
    [{ relay: "/x', evil: '" }, /not an address of a relay/],
    [{ relay: 'https://user:secret@relay.example.com' }, /not an address of a relay/],
    [{ relay: 'http://relay.example.com' }, /not an address of a relay/],
    [{ relay: '/' }, /the dev server would forward every page.*--no-proxy/],
    [{ scopes: undefined }, /no scope is given.*--scopes=/],
    [{ scopes: ' , ' }, /no scope is given/],
    [{ scopes: 'anaytics routing' }, /"anaytics" is not a Genesys Cloud scope\..*Did you mean|anaytics/],
    [{ scopes: 'analytics:reporting:read' }, /analytics:reporting:read/],
    [{ scopes: 'rou"ting' }, /cannot have/],
    [{ proxyTarget: 'localhost' }, /is not a URL for the dev proxy/],
    [{ proxyTarget: 'http://relay.example' }, /everyone on the way.*key.*https:\/\/relay\.example.*this machine/],
    [{ proxyTarget: 'http://localhost.example:8080' }, /everyone on the way/],
    [
      { proxyTarget: 'http://localhost@relay.example' },
      /has a user or a password.*Write it like http:\/\/relay\.example/
    ],
    [{ proxyTarget: 'http://me:secret@localhost:8080' }, /has a user or a password(?!.*secret)/],
    [{ signIn: true, mode: 'token' }, /only in proxy mode.*--mode=token or --sign-in/]
  ])('%j is refused with what to write instead', async (given, expected) => {
    expect(await failure(await workspace(), { ...ANSWERS, ...given } as typeof ANSWERS)).toMatch(expected);
  });

  it('does not look at a proxy target that is not used', async () => {
    const given = { ...ANSWERS, proxy: false, proxyTarget: 'http://relay.example' };
    expect((await ngAdd(await workspace(), given)).exists('/proxy.conf.mjs')).toBe(false);
  });

  it('takes the AWS name, a relay elsewhere, and scopes by commas, spaces and of the organization', async () => {
    const tree = await ngAdd(await workspace(), {
      region: 'EU-WEST-1',
      relay: 'https://relay.example.com/genesys/',
      scopes: "routing,routing  admin:o'neil"
    });
    expect(tree.readText('/projects/shop/src/app/app.config.ts')).toContain(
      "provideGenesysAuth({ region: 'mypurecloud.ie', relay: 'https://relay.example.com/genesys/', scopes: ['routing', 'admin:o\\'neil'] }, withProxyMode())"
    );
    expect(tree.exists('/proxy.conf.mjs')).toBe(false);
  });

  it.each([{}, { region: 'mypurecloud.de' }])(
    'takes another server instead of a region (asked for: %j)',
    async (asked) => {
      const tree = await ngAdd(await workspace(), { ...asked, scopes: 'routing', apiOrigin: 'http://localhost:4211' });
      expect(tree.readText('/projects/shop/src/app/app.config.ts')).toContain(
        "provideGenesysAuth({ apiOrigin: 'http://localhost:4211', relay: '/genesys',"
      );
    }
  );
});
