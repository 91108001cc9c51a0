import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { PROBLEMS } from 'genesys-auth-protocol';
import { Registry } from 'prom-client';
import { parseAllDocuments, parse } from 'yaml';
import { relayConfigSchema } from '../src/config/schema.ts';
import { createRelayMetrics, loadRelayConfig } from '../src/index.ts';
import { answerTimeoutOf } from '../src/relay/answer-timeout.ts';

const folder = join(__dirname, '../ops');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly w: number };
    readonly targets: readonly { readonly expr: string }[];
  }[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const dashboard = JSON.parse(read('grafana-dashboard.json')) as Dashboard;
const rules = (parse(read('prometheus-alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules
);
const expressions = [
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }): [string, string] => [title, expr])),
  ...rules.map(({ alert, expr }): [string, string] => [alert, expr])
];

/** Labels that Prometheus adds to what it scrapes. */
const SCRAPED = ['job', 'instance', 'le'];

/** Every series of the relay that an expression asks for, with its label matchers. */
function selectors(expression: string): { name: string; labels: { name: string; op: string; value: string }[] }[] {
  // Grafana's own words are none of PromQL's.
  const text = expression.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.*');
  const found: ReturnType<typeof selectors> = [];
  parser.parse(text).iterate({
    enter: (node) => {
      if (node.type.isError) throw new Error(`no PromQL at ${text.slice(node.from)}`);
      if (node.name === 'VectorSelector') {
        const selector = text.slice(node.from, node.to);
        const labels = [...selector.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)];
        found.push({
          name: /^\w+/.exec(selector)?.[0] ?? '',
          labels: labels.map(([, name = '', op = '', value = '']) => ({ name, op, value }))
        });
      }
    }
  });
  return found;
}

describe('the dashboard and the alert rules', () => {
  let known: Map<string, { type: string; labelNames: readonly string[] }>;
  beforeAll(async () => {
    const registry = new Registry();
    createRelayMetrics({ registry, process: true });
    const metrics = await registry.getMetricsAsJSON();
    known = new Map(
      metrics.map(({ name, type }) => {
        const metric = registry.getSingleMetric(name) as unknown as { labelNames: string[] };
        return [name, { type: String(type), labelNames: metric.labelNames }];
      })
    );
  });

  /** The values a label may have; `undefined` for those that are open, such as a status. */
  const VALUES: Record<string, readonly string[]> = {
    code: Object.keys(PROBLEMS),
    outcome: ['ok', 'applied', 'refused', ...Object.keys(PROBLEMS)],
    how: ['fresh', 'behind', 'waited', 'failed'],
    event: [
      'adopted',
      'written',
      'lease',
      'lease_wait',
      'lease_taken',
      'store_reject',
      'degraded',
      'recovered',
      'closed'
    ]
  };

  it.each(expressions)('ask in %s for what there is: %s', (_where, expression) => {
    const asked = selectors(expression);
    expect(asked.length).toBeGreaterThan(0);
    for (const { name, labels } of asked) {
      const suffix = /_(?:bucket|count|sum)$/.exec(name)?.[0] ?? '';
      const metric = known.get(name) ?? known.get(name.slice(0, name.length - suffix.length));
      expect([name, metric?.type]).toEqual([name, known.has(name) ? metric?.type : 'histogram']);
      for (const label of labels) {
        expect([...SCRAPED, ...(metric?.labelNames ?? [])]).toContain(label.name);
        const values = VALUES[label.name];
        if (values === undefined) continue;
        // Each alternative must be able to match.
        const alternatives = label.op.includes('~') ? expand(label.value) : [label.value];
        expect(alternatives.filter((value) => !values.includes(value))).toEqual([]);
      }
    }
    const by = [...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(',').map((l) => l.trim()));
    const labels = asked.flatMap(({ name }) => known.get(name.replace(/_(?:bucket|count|sum)$/, ''))?.labelNames ?? []);
    expect(by.filter((label) => ![...SCRAPED, ...labels].includes(label))).toEqual([]);
  });

  /** The words of `a|b` and `x_(a|b)`, the only forms in use. */
  function expand(pattern: string): string[] {
    const [, before, inside, after] = /^(.*)\((.*)\)(.*)$/.exec(pattern) ?? [];
    return (inside ?? pattern).split('|').map((word) => `${before ?? ''}${word}${after ?? ''}`);
  }

  it('notice a metric that is not there and an expression that is none', () => {
    expect(selectors('rate(genesys_auth_relay_nope[5m])')[0]!.name).toBe('genesys_auth_relay_nope');
    expect(known.has('genesys_auth_relay_nope')).toBe(false);
    expect(() => selectors('sum(rate(x[5m])')).toThrow('no PromQL');
    expect(expand('upstream_(a|b)')).toEqual(['upstream_a', 'upstream_b']);
  });

  it('say what to do and how bad it is', () => {
    expect(rules.length).toBeGreaterThan(5);
    for (const { labels, annotations } of rules) {
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations.summary).not.toBe('');
      expect(annotations.description.length).toBeGreaterThan(30);
    }
  });

  it('show every metric of the relay', () => {
    const shown = new Set(
      dashboard.panels
        .flatMap(({ targets }) => targets.flatMap(({ expr }) => selectors(expr)))
        .map(({ name }) => name.replace(/_(?:bucket|count|sum)$/, ''))
    );
    const own = [...known.keys()].filter((name) => name.startsWith('genesys_auth_relay_'));
    expect(own.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('have panels that stand beside each other', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});

describe('the container and Kubernetes examples', () => {
  const documents = parseAllDocuments(read('kubernetes.yaml')).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Record<string, never>;
  });
  const deployment = documents.find((document) => String(document['kind']) === 'Deployment') as unknown as {
    spec: {
      template: {
        metadata: { annotations: Record<string, string> };
        spec: {
          terminationGracePeriodSeconds: number;
          securityContext: object;
          containers: {
            args: string[];
            ports: { name: string; containerPort: number }[];
            readinessProbe: { httpGet: object };
            livenessProbe: { httpGet: object };
            securityContext: object;
          }[];
        };
      };
    };
  };
  const pod = deployment.spec.template.spec;
  const container = pod.containers[0]!;

  it('13.3.1 take secrets from files, and the configuration holds with them there', async () => {
    const text = read('relay.kubernetes.yaml');
    expect(text).not.toMatch(/env:/);
    await expect(loadRelayConfig(join(folder, 'relay.kubernetes.yaml'))).rejects.toMatchObject({
      issues: [
        { key: 'genesys.client.id', message: expect.stringContaining('/etc/relay/secrets/client-id') },
        { key: 'genesys.client.secret', message: expect.stringContaining('/etc/relay/secrets/client-secret') }
      ]
    });
  });

  it('13.4.5 fit the ports and paths of the relay', () => {
    const config = parse(read('relay.kubernetes.yaml')) as { listen: { port: number }; admin: { port: number } };
    const ports = Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]));
    expect(ports).toEqual({ http: config.listen.port, admin: config.admin.port });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'admin' });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'admin' });
    expect(deployment.spec.template.metadata.annotations).toMatchObject({
      'prometheus.io/port': String(config.admin.port),
      'prometheus.io/path': '/metrics'
    });
    const service = JSON.stringify(documents.find((document) => String(document['kind']) === 'Service'));
    expect(service).not.toMatch(/admin|9090/);
    expect(container.args).toEqual(['serve', '--config', '/etc/relay/relay.yaml']);
  });

  it('F14 give it the time to drain', () => {
    const config = relayConfigSchema.parse(parse(read('relay.kubernetes.yaml')));
    // What has begun is answered after the drain; a call of the API may take longest.
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(config.limits.drainMs + answerTimeoutOf(config));
  });

  it('run it without rights it does not need', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] }
    });
    const image = read('Containerfile');
    expect(image).toMatch(/^USER 65532:65532$/m);
    expect(image).toMatch(/^ENTRYPOINT \["node", "node_modules\/genesys-auth-relay\/dist\/cli\.js"\]$/m);
    expect(image).toMatch(/^HEALTHCHECK /m);
    expect(image).not.toMatch(/SECRET|PASSWORD/);
  });
});

describe('the compose example', () => {
  it('mounts a configuration in proxy mode that the relay takes, with the variables that it passes on', async () => {
    const { services } = parse(read('compose.yaml'), { merge: true }) as {
      services: Record<string, { volumes?: string[]; environment?: Record<string, string | null> }>;
    };
    const { volumes, environment = {} } = services['relay-a'] ?? {};
    expect(volumes).toEqual(['./relay.compose.yaml:/etc/relay/relay.yaml:ro']);
    // Compose takes variables without a value from the file .env.
    const env: NodeJS.ProcessEnv = {};
    for (const [name, value] of Object.entries(environment)) env[name] = value ?? randomBytes(32).toString('base64');
    const config = await loadRelayConfig(join(folder, 'relay.compose.yaml'), env);
    expect(config.mode).toBe('proxy');
    expect(config.listen.host).toBe('0.0.0.0');
    // The store of the example is on the same machine.
    expect(config.warnings).toEqual([expect.stringMatching(/^store\.redis\.url: is not encrypted/)]);
  });
});
