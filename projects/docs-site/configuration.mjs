// Makes the reference of relay.yaml from the JSON Schema that `genesys-auth-relay schema` prints.

/** A key and the schemas below it. A list or a record continues with its members; alternatives are merged. */
function keysOf(schema, path, found) {
  if (typeof schema !== 'object' || schema === null) return;
  const required = new Set(schema.required ?? []);
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    const name = path === '' ? key : `${path}.${key}`;
    const entry = found.get(name) ?? { types: new Set(), values: new Set(), texts: new Set(), required: false };
    found.set(name, entry);
    describe(value, entry);
    if (required.has(key) && value.default === undefined) entry.required = true;
    keysOf(value, name, found);
  }
  if (schema.items) keysOf(schema.items, `${path}[]`, found);
  if (typeof schema.additionalProperties === 'object') keysOf(schema.additionalProperties, `${path}.NAME`, found);
  for (const part of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]) {
    keysOf(part, path, found);
  }
}

function describe(schema, entry) {
  if (schema.description) entry.texts.add(schema.description);
  if (schema.default !== undefined && entry.default === undefined) entry.default = schema.default;
  if (schema.const !== undefined) entry.values.add(schema.const);
  for (const value of schema.enum ?? []) entry.values.add(value);
  for (const type of [schema.type ?? []].flat()) entry.types.add(type);
  for (const part of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) describe(part, entry);
}

const code = (value) => `\`${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('|', '\\|')}\``;
const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
const escape = (text) => text.replaceAll('<', '&lt;').replaceAll('{', '&#123;').replaceAll('|', '\\|');

/**
 * @param {object} schema JSON Schema of relay.yaml
 * @returns {string} a page in Markdown with one heading for each section and one for each key
 */
export function configurationPage(schema) {
  const found = new Map();
  keysOf(schema, '', found);
  const sections = Map.groupBy
    ? Map.groupBy([...found], ([name]) => name.split(/[.[]/)[0])
    : groupBy([...found], ([name]) => name.split(/[.[]/)[0]);
  const lines = [
    '# Configuration of the relay',
    '',
    'Every key of `relay.yaml`, from the JSON Schema that `npx --no-install genesys-auth-relay schema` prints. `[]` means each member of a list, `NAME` a',
    'name that you choose. [Write relay.yaml](/guides/relay-configuration.md) explains how the keys work together.',
    ''
  ];
  for (const [section, keys] of sections) {
    lines.push(`## ${section}`, '');
    for (const [name, entry] of keys) lines.push(...keyText(name, entry, section));
  }
  return lines.join('\n');
}

function groupBy(list, keyOf) {
  const groups = new Map();
  for (const each of list) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each]);
  return groups;
}

function keyText(name, { types, values, texts, required, default: standard }, section) {
  const facts = [
    values.size > 0 ? `one of ${[...values].map(code).join(', ')}` : [...types].join(' or '),
    required ? 'required' : standard === undefined ? 'optional' : `default ${code(standard)}`
  ].filter(Boolean);
  const text = [...texts].map((each) => escape(sentence(each))).join(' ');
  const heading = name === section ? [] : [`### ${code(name)}`, ''];
  return [...heading, `${sentence(facts.join(', '))}${text === '' ? '' : ` ${text}`}`, ''];
}
